//! The shard's actors and tasks: each has a slot and an entry here.

use super::entry::{EntryRef, HeldEntry, Task};
use super::pages::Pages;
use crate::door::queue::Queue;
use crate::door::seat::Seat;
use crate::door::slots::{Address, SlotBook};
use std::cell::{Cell, RefCell};

/// All entries of a shard and which of them are ready to run.
pub(crate) struct Table {
    pages: Pages,
    book: RefCell<SlotBook>,
    /// What runs in the next round of this turn.
    ready: RefCell<Vec<u32>>,
    /// What runs in the next turn.
    later: RefCell<Vec<u32>>,
    /// An empty queue, kept for its room.
    spare: Cell<Vec<u32>>,
    /// What is being polled.
    polled: Cell<Option<u32>>,
    /// Actors and tasks that live here.
    live: Cell<usize>,
}

impl Table {
    pub(super) fn new(book: SlotBook) -> Self {
        Self {
            pages: Pages::new(),
            book: RefCell::new(book),
            ready: RefCell::default(),
            later: RefCell::default(),
            spare: Cell::default(),
            polled: Cell::new(None),
            live: Cell::new(0),
        }
    }

    /// The entry of a slot that was ever opened here.
    #[inline(always)]
    pub(super) fn entry(&self, local: u32) -> Option<EntryRef<'_>> {
        self.pages.get(local)
    }

    /// Whether it is the tenant of one of this shard's slots.
    pub(super) fn is_tenant(&self, address: Address) -> bool {
        let local = address.page().map(|page| page.local(address.place()));
        local
            .and_then(|local| self.entry(local))
            .is_some_and(|entry| entry.address() == Some(address))
    }

    /// Opens a slot with a mailbox of this capacity. `None` if the process has no more slots.
    pub(crate) fn open(
        &self,
        capacity: u32,
        name: Option<&'static &'static str>,
    ) -> Option<(HeldEntry, Address)> {
        let mut book = self.book.borrow_mut();
        let (local, address) = book.open(capacity, name)?;
        let entry = self.pages.get_or_add(local, book.find(local).0);
        entry.get().occupy(address, name.is_some());
        self.live.set(self.live.get() + 1);
        Some((entry, address))
    }

    /// Gives an opened slot what it runs, and lets it run.
    pub(crate) fn install(&self, local: u32, future: Task) {
        if let Some(entry) = self.entry(local) {
            entry.put_back(future);
            self.schedule(entry);
        }
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

    /// Has it run: in this turn if others wake it, in the next if it does so itself, for it gives way to others.
    #[inline]
    pub(super) fn schedule(&self, entry: EntryRef<'_>) {
        let local = entry.local();
        if entry.flags.queued.replace(true) {
            return;
        }
        if self.polled.get() == Some(local) {
            self.later.borrow_mut().push(local);
        } else {
            self.ready.borrow_mut().push(local);
        }
    }

    /// Runs a task again, if it is still the one that was meant.
    pub(super) fn wake(&self, local: u32, generation: u64) {
        if let Some(entry) = self.entry(local)
            && entry.is(generation)
        {
            self.schedule(entry);
        }
    }

    /// Puts something into a mailbox with `put` and lets the actor run; gives it back if nobody lives there.
    #[inline(always)]
    pub(super) fn deliver<T>(
        &self,
        local: u32,
        what: T,
        put: impl FnOnce(T, &mut Queue),
    ) -> Option<T> {
        let Some(entry) = self.entry(local).filter(|entry| entry.flags.actor.get()) else {
            return Some(what);
        };
        put(what, &mut entry.mailbox.borrow_mut());
        if entry.flags.hungry.take() {
            self.schedule(entry);
        }
        None
    }

    /// A turn begins.
    #[inline]
    pub(super) fn begin_turn(&self) {
        let mut later = self.later.borrow_mut();
        if !later.is_empty() {
            self.ready.borrow_mut().extend(later.drain(..));
        }
    }

    /// Takes what is ready to run in this turn, if anything is.
    #[inline]
    pub(super) fn take_ready(&self) -> Option<Vec<u32>> {
        let mut ready = self.ready.borrow_mut();
        (!ready.is_empty()).then(|| std::mem::replace(&mut *ready, self.spare.take()))
    }

    /// Takes back the room of what was ready.
    #[inline]
    pub(super) fn reuse(&self, ready: Vec<u32>) {
        self.spare.set(ready);
    }

    /// Whether something runs in this turn or the next.
    #[inline]
    pub(super) fn is_idle(&self) -> bool {
        self.ready.borrow().is_empty() && self.later.borrow().is_empty()
    }

    /// Says what is being polled.
    #[inline]
    pub(super) fn set_polled(&self, polled: Option<u32>) {
        self.polled.set(polled);
    }

    /// What is being polled.
    #[inline]
    pub(super) fn polled(&self) -> Option<EntryRef<'_>> {
        self.entry(self.polled.get()?)
    }

    /// All slots that are taken.
    pub(super) fn tenants(&self) -> impl Iterator<Item = EntryRef<'_>> {
        self.pages.tenants()
    }

    /// Hands the slots over to the seat's next tenant.
    pub(super) fn hand_over(&self, seat: &'static Seat) -> SlotBook {
        self.book.replace(SlotBook::new(seat))
    }
}
