//! The shard's actors and tasks. Each has a slot and an entry here: its future, its mailbox and what is kept of it
//! between two polls. An actor is a task with a mailbox.

use super::waits::Waiting;
use crate::door::begun::Begun;
use crate::door::queue::Queue;
use crate::door::record::Record;
use crate::door::seat::Seat;
use crate::door::slots::{Address, Page, SlotBook};
use crate::door::word::Word;
use futures_channel::oneshot;
use std::array;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::ops::Deref;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;

const ENTRIES_PER_PAGE: usize = 256;

/// How many messages an actor handles in one turn.
pub(crate) const BUDGET: u32 = 64;

/// How many credits of begun messages go home together. Fewer are left to senders that need them.
const MOST_KEPT: u32 = 64;

pub(crate) type Task = Pin<Box<dyn Future<Output = ()>>>;

/// What the shard knows of one actor or task.
#[derive(Default)]
pub(crate) struct Entry {
    /// `None` while vacant, and while it is polled.
    future: Cell<Option<Task>>,
    pub(super) mailbox: RefCell<Queue>,
    address: Cell<Option<Address>>,
    /// The slot's page and its place there; meant only while there is an address.
    slot: Cell<Option<(&'static Page, usize)>>,
    /// How many more messages it may begin in this turn.
    budget: Cell<u32>,
    pub(super) flags: Flags,
    extra: RefCell<Option<Box<Extra>>>,
}

/// The entry's state, a truth each.
#[derive(Default)]
pub(super) struct Flags {
    pub(super) actor: Cell<bool>,
    /// In the ready queue.
    pub(super) queued: Cell<bool>,
    /// The actor waits for its next message.
    pub(super) hungry: Cell<bool>,
    /// A handler has been entered and not left.
    pub(super) handling: Cell<bool>,
    /// The actor stops after the present handler.
    pub(super) stopping: Cell<bool>,
    /// The present handler is to be dropped.
    pub(super) killed: Cell<bool>,
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

struct EntryPage([Entry; ENTRIES_PER_PAGE]);

/// An entry, held while user code runs.
#[derive(Clone)]
pub(crate) struct EntryRef {
    page: Rc<EntryPage>,
    local: u32,
}

impl Deref for EntryRef {
    type Target = Entry;

    #[inline]
    fn deref(&self) -> &Entry {
        &self.page.0[self.local as usize % ENTRIES_PER_PAGE]
    }
}

impl EntryRef {
    /// The slot's number on this shard.
    pub(crate) fn local(&self) -> u32 {
        self.local
    }
}

impl Entry {
    pub(crate) fn address(&self) -> Option<Address> {
        self.address.get()
    }

    /// Whether the entry is this generation's, and not vacant.
    #[inline]
    pub(super) fn is(&self, generation: u64) -> bool {
        self.address
            .get()
            .is_some_and(|address| u64::from(address.generation().get()) == generation)
    }

    #[inline]
    pub(super) fn word(&self) -> Option<&'static Word> {
        self.slot.get().map(|(page, place)| page.word(place))
    }

    #[inline]
    fn begun_credits(&self) -> Option<&'static Begun> {
        self.slot.get().map(|(page, place)| page.begun(place))
    }

    /// Shows every sender that the actor takes no more messages.
    pub(super) fn close(&self) {
        if let Some(word) = self.word() {
            word.close();
        }
    }

    /// The tag of the message that comes next.
    #[inline]
    pub(crate) fn next_tag(&self) -> u16 {
        self.mailbox
            .borrow()
            .head()
            .map_or(u16::MAX, |head| head.tag())
    }

    /// Whether the present handler is to be dropped.
    #[inline]
    pub(crate) fn is_killed(&self) -> bool {
        self.flags.killed.get()
    }

    pub(super) fn take_future(&self) -> Option<Task> {
        self.future.take()
    }

    pub(super) fn put_back(&self, future: Task) {
        self.future.set(Some(future));
    }

    pub(super) fn refill(&self) {
        self.budget.set(BUDGET);
    }

    /// Takes one message from this turn's budget.
    #[inline]
    pub(super) fn may_begin(&self) -> bool {
        let left = self.budget.get();
        self.budget.set(left.saturating_sub(1));
        left > 0
    }

    /// How many messages were begun in this turn.
    pub(super) fn begun(&self) -> u32 {
        BUDGET - self.budget.get()
    }

    /// Counts a begun message. `true`: so many are counted that their credits must go home now.
    #[inline]
    pub(super) fn keep_credit(&self) -> bool {
        self.begun_credits()
            .is_some_and(|begun| begun.add() >= MOST_KEPT)
    }

    #[inline]
    pub(super) fn keeps_credits(&self) -> bool {
        self.begun_credits().is_some_and(|begun| !begun.is_empty())
    }

    pub(super) fn take_kept(&self) -> u32 {
        self.begun_credits().map_or(0, Begun::take)
    }

    pub(super) fn with_extra<R>(&self, f: impl FnOnce(&mut Extra) -> R) -> R {
        f(self.extra.borrow_mut().get_or_insert_default())
    }

    pub(super) fn take_extra(&self) -> Option<Box<Extra>> {
        self.extra.take()
    }

    pub(super) fn has_waiting(&self) -> bool {
        self.extra
            .borrow()
            .as_ref()
            .is_some_and(|extra| !extra.waiting.is_empty())
    }

    /// Makes the entry vacant; its mailbox is handed out.
    pub(super) fn vacate(&self) -> Queue {
        self.address.set(None);
        self.slot.set(None);
        self.flags.actor.set(false);
        self.flags.hungry.set(false);
        self.flags.stopping.set(false);
        self.flags.killed.set(false);
        self.mailbox.take()
    }
}

/// All entries of a shard and which of them are ready to run.
pub(crate) struct Table {
    pages: RefCell<Vec<Rc<EntryPage>>>,
    book: RefCell<SlotBook>,
    ready: RefCell<VecDeque<u32>>,
    /// Actors and tasks that live here.
    live: Cell<usize>,
}

impl Table {
    pub(super) fn new(book: SlotBook) -> Self {
        Self {
            pages: RefCell::default(),
            book: RefCell::new(book),
            ready: RefCell::default(),
            live: Cell::new(0),
        }
    }

    /// The entry of a slot of this shard; made if the slot is new.
    pub(super) fn entry(&self, local: u32) -> EntryRef {
        let number = local as usize / ENTRIES_PER_PAGE;
        let mut pages = self.pages.borrow_mut();
        while pages.len() <= number {
            pages.push(Rc::new(EntryPage(array::from_fn(|_| Entry::default()))));
        }
        EntryRef {
            page: pages[number].clone(),
            local,
        }
    }

    /// Looks at a slot's entry, without keeping it; `f` runs no user code.
    #[inline]
    pub(super) fn look<R>(&self, local: u32, f: impl FnOnce(&Entry) -> R) -> Option<R> {
        let pages = self.pages.borrow();
        let page = pages.get(local as usize / ENTRIES_PER_PAGE)?;
        Some(f(&page.0[local as usize % ENTRIES_PER_PAGE]))
    }

    /// Opens a slot with a mailbox of this capacity. `None` if the process has no more slots.
    pub(crate) fn open(
        &self,
        capacity: u32,
        name: Option<&'static &'static str>,
    ) -> Option<EntryRef> {
        let (local, address) = self.book.borrow_mut().open(capacity, name)?;
        let entry = self.entry(local);
        entry.address.set(Some(address));
        entry
            .slot
            .set(address.page().map(|page| (page, address.place())));
        entry.flags.actor.set(name.is_some());
        self.live.set(self.live.get() + 1);
        Some(entry)
    }

    /// Gives an opened slot what it runs, and lets it run.
    pub(crate) fn install(&self, entry: &EntryRef, future: Task) {
        entry.put_back(future);
        self.schedule(entry.local, entry);
    }

    /// The slot's tenant is gone; the slot may be opened again when its credits are home.
    pub(super) fn retire(&self, local: u32) {
        self.live.set(self.live.get() - 1);
        self.retire_slot(local);
    }

    /// The same for a slot that the builder opened.
    pub(super) fn retire_slot(&self, local: u32) {
        self.book.borrow_mut().retire(local);
    }

    pub(super) fn live(&self) -> usize {
        self.live.get()
    }

    pub(super) fn all_home(&self) -> bool {
        self.book.borrow_mut().all_home()
    }

    /// Brings home the credit of a message that came too late for its actor.
    pub(super) fn give_back(&self, local: u32) {
        let (page, place) = self.book.borrow().find(local);
        page.word(place).give_back(1);
    }

    #[inline]
    pub(super) fn schedule(&self, local: u32, entry: &Entry) {
        if !entry.flags.queued.replace(true) {
            self.ready.borrow_mut().push_back(local);
        }
    }

    /// Runs a task again, if it is still the one that was meant.
    pub(super) fn wake(&self, local: u32, generation: u64) {
        self.look(local, |entry| {
            if entry.is(generation) {
                self.schedule(local, entry);
            }
        });
    }

    /// Puts a record into a mailbox and lets the actor run; gives it back if nobody lives there.
    #[inline]
    pub(super) fn deliver(&self, local: u32, record: Record) -> Result<(), Record> {
        let mut record = Some(record);
        self.look(local, |entry| {
            if entry.flags.actor.get() {
                entry
                    .mailbox
                    .borrow_mut()
                    .push(record.take().expect("it was just put there"));
                if entry.flags.hungry.get() {
                    self.schedule(local, entry);
                }
            }
        });
        record.map_or(Ok(()), Err)
    }

    #[inline]
    pub(super) fn next_ready(&self) -> Option<u32> {
        self.ready.borrow_mut().pop_front()
    }

    #[inline]
    pub(super) fn ready(&self) -> usize {
        self.ready.borrow().len()
    }

    /// All slots that are taken.
    pub(super) fn tenants(&self) -> Vec<EntryRef> {
        let pages = self.pages.borrow();
        let locals = 0..(pages.len() * ENTRIES_PER_PAGE) as u32;
        locals
            .map(|local| EntryRef {
                page: pages[local as usize / ENTRIES_PER_PAGE].clone(),
                local,
            })
            .filter(|entry| entry.address.get().is_some())
            .collect()
    }

    /// Hands the slots over to the seat's next tenant.
    pub(super) fn hand_over(&self, seat: &'static Seat) -> SlotBook {
        self.book.replace(SlotBook::new(seat))
    }
}
