//! What the shard knows of one actor or task: its future, its mailbox, and what is kept of it between two polls. An actor is
//! a task with a mailbox.

use super::oneshot;
use super::waits::Waiting;
use crate::door::begun::Begun;
use crate::door::queue::Queue;
use crate::door::slots::{Address, Page, SLOTS_PER_PAGE};
use crate::door::word::Word;
use std::array;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::num::NonZeroU32;
use std::ops::Deref;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;

/// How many messages an actor handles in one turn.
const BUDGET: u32 = 64;

/// Credits of begun messages go home together, when they are an eighth of the mailbox, but never so few. Until then they
/// are left to senders that need them.
const FEW_KEPT: u32 = 64;

pub(crate) type Task = Pin<Box<dyn Future<Output = ()>>>;

#[derive(Default)]
pub(crate) struct Entry {
    /// `None` while vacant, and while it is polled.
    future: Cell<Option<Task>>,
    pub(crate) mailbox: RefCell<Queue>,
    extra: Cell<Option<Box<Extra>>>,
    /// The tenant's; zero while vacant.
    generation: Cell<u32>,
    /// The turn that it was last polled in, and how many more messages it may begin in that turn.
    turn: Cell<u32>,
    budget: Cell<u32>,
    pub(super) flags: Flags,
}

/// The entry's state, a truth each.
#[derive(Default)]
pub(super) struct Flags {
    pub(super) actor: Cell<bool>,
    /// In the ready queue.
    pub(super) queued: Cell<bool>,
    /// The actor waits for its next message, and none has come since.
    pub(super) hungry: Cell<bool>,
    /// A handler has been entered and not left.
    pub(super) handling: Cell<bool>,
    /// The actor stops after the present handler.
    pub(super) stopping: Cell<bool>,
    /// The present handler is to be dropped.
    pub(super) killed: Cell<bool>,
    /// Sends wait for room.
    waiting: Cell<bool>,
}

/// What most entries never need.
#[derive(Default)]
pub(super) struct Extra {
    /// Tasks that end with the actor.
    pub(super) children: Vec<Address>,
    /// The length at which ended children are looked for.
    pub(super) purge_at: usize,
    /// Dropped when the actor has stopped, which tells who waits for it.
    pub(super) watchers: Vec<oneshot::Sender<()>>,
    /// Sends that wait for room.
    pub(super) waiting: VecDeque<Arc<dyn Waiting>>,
}

/// The entries of a page of slots.
pub(super) struct EntryPage {
    slots: &'static Page,
    entries: [Entry; SLOTS_PER_PAGE as usize],
}

impl EntryPage {
    pub(super) fn new(slots: &'static Page) -> Rc<Self> {
        Rc::new(Self {
            slots,
            entries: array::from_fn(|_| Entry::default()),
        })
    }

    #[inline(always)]
    pub(super) fn entry(&self, local: u32) -> EntryRef<'_> {
        EntryRef {
            entry: &self.entries[(local % SLOTS_PER_PAGE) as usize],
            slots: self.slots,
            local,
        }
    }

    pub(super) fn entries(&self) -> impl Iterator<Item = EntryRef<'_>> {
        (0..self.entries.len()).map(|place| self.entry(self.slots.local(place)))
    }
}

/// An entry, held for as long as code of its tenant may use it.
pub(crate) struct HeldEntry {
    page: Rc<EntryPage>,
    local: u32,
}

impl HeldEntry {
    pub(super) fn new(page: Rc<EntryPage>, local: u32) -> Self {
        Self { page, local }
    }

    #[inline(always)]
    pub(crate) fn get(&self) -> EntryRef<'_> {
        self.page.entry(self.local)
    }
}

/// An entry with its slot.
#[derive(Clone, Copy)]
pub(crate) struct EntryRef<'a> {
    entry: &'a Entry,
    slots: &'static Page,
    local: u32,
}

impl Deref for EntryRef<'_> {
    type Target = Entry;

    #[inline(always)]
    fn deref(&self) -> &Entry {
        self.entry
    }
}

impl EntryRef<'_> {
    /// The slot's number on this shard.
    #[inline]
    pub(crate) fn local(self) -> u32 {
        self.local
    }

    #[inline]
    fn place(self) -> usize {
        (self.local % SLOTS_PER_PAGE) as usize
    }

    /// The tenant's address.
    #[inline]
    pub(crate) fn address(self) -> Option<Address> {
        let generation = NonZeroU32::new(self.generation.get())?;
        Some(self.slots.address(self.place(), generation))
    }

    #[inline]
    pub(super) fn word(self) -> &'static Word {
        self.slots.word(self.place())
    }

    #[inline]
    fn begun_credits(self) -> &'static Begun {
        self.slots.begun(self.place())
    }

    /// Shows every sender that the tenant, if there is one, takes no more messages.
    pub(super) fn close(self) {
        if !self.is_vacant() {
            self.word().close();
        }
    }

    /// Counts a begun message. `true`: it is time to look at how many are counted.
    #[inline(always)]
    pub(super) fn keep_credit(self) -> bool {
        let begun = self.begun_credits().add();
        begun.is_multiple_of(u64::from(FEW_KEPT))
    }

    /// Whether so few credits need not go home yet.
    pub(super) fn is_few(self, kept: u32) -> bool {
        kept < FEW_KEPT || kept < self.slots.capacity(self.place()) / 8
    }

    /// How many credits of begun messages are not home.
    pub(super) fn kept(self) -> u32 {
        self.begun_credits().count()
    }

    pub(super) fn take_kept(self) -> u32 {
        self.begun_credits().take()
    }
}

impl Entry {
    /// Moves a tenant in.
    pub(super) fn occupy(&self, address: Address, actor: bool) {
        self.generation.set(address.generation().get());
        self.flags.actor.set(actor);
    }

    #[inline]
    pub(super) fn is_vacant(&self) -> bool {
        self.generation.get() == 0
    }

    /// Whether the entry is this generation's, and not vacant.
    #[inline]
    pub(super) fn is(&self, generation: u64) -> bool {
        !self.is_vacant() && u64::from(self.generation.get()) == generation
    }

    /// Whether the present handler is to be dropped.
    #[inline]
    pub(crate) fn is_killed(&self) -> bool {
        self.flags.killed.get()
    }

    #[inline]
    pub(super) fn take_future(&self) -> Option<Task> {
        self.future.take()
    }

    #[inline]
    pub(super) fn put_back(&self, future: Task) {
        self.future.set(Some(future));
    }

    /// Gives it the budget of this turn, unless it has it.
    #[inline]
    pub(super) fn refill(&self, turn: u32) {
        if self.turn.replace(turn) != turn {
            self.budget.set(BUDGET);
        }
    }

    /// Takes one message from this turn's budget.
    #[inline]
    pub(super) fn may_begin(&self) -> bool {
        let left = self.budget.get();
        if left > 0 {
            self.budget.set(left - 1);
        }
        left > 0
    }

    /// How many more messages it may begin in this turn.
    #[inline]
    pub(super) fn budget(&self) -> u32 {
        self.budget.get()
    }

    /// `f` runs no user code.
    pub(super) fn with_extra<R>(&self, f: impl FnOnce(&mut Extra) -> R) -> R {
        let mut extra = self.extra.take().unwrap_or_default();
        let result = f(&mut extra);
        self.flags.waiting.set(!extra.waiting.is_empty());
        self.extra.set(Some(extra));
        result
    }

    pub(super) fn take_extra(&self) -> Option<Box<Extra>> {
        self.flags.waiting.set(false);
        self.extra.take()
    }

    #[inline]
    pub(super) fn has_waiting(&self) -> bool {
        self.flags.waiting.get()
    }

    /// Makes the entry vacant; its mailbox is handed out.
    pub(super) fn vacate(&self) -> Queue {
        self.generation.set(0);
        self.flags.actor.set(false);
        self.flags.hungry.set(false);
        self.flags.stopping.set(false);
        self.flags.killed.set(false);
        self.mailbox.take()
    }
}

#[cfg(all(test, not(spargio_loom)))]
mod tests {
    use super::*;

    #[test]
    fn a_budget_is_for_a_turn_however_often_it_is_polled() {
        let entry = Entry::default();
        for turn in 1..3 {
            for _ in 0..BUDGET {
                entry.refill(turn);
                assert!(entry.may_begin());
            }
            entry.refill(turn);
            assert!(!entry.may_begin());
        }
    }
}
