//! The shard's actors and tasks: each has a slot and an entry here.

use super::entry::{Entry, EntryPage, EntryRef, Task};
use crate::door::queue::Queue;
use crate::door::seat::Seat;
use crate::door::slots::{Address, SLOTS_PER_PAGE, SlotBook};
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

/// All entries of a shard and which of them are ready to run.
pub(crate) struct Table {
    pages: RefCell<Vec<Rc<EntryPage>>>,
    book: RefCell<SlotBook>,
    ready: RefCell<VecDeque<u32>>,
    /// What runs in the next turn.
    later: RefCell<Vec<u32>>,
    /// What is being polled.
    polled: Cell<Option<u32>>,
    /// Actors and tasks that live here.
    live: Cell<usize>,
}

impl Table {
    pub(super) fn new(book: SlotBook) -> Self {
        Self {
            pages: RefCell::default(),
            book: RefCell::new(book),
            ready: RefCell::default(),
            later: RefCell::default(),
            polled: Cell::new(None),
            live: Cell::new(0),
        }
    }

    /// The entry of a slot of this shard; made if the slot is new.
    #[inline]
    pub(super) fn entry(&self, local: u32) -> EntryRef {
        let number = (local / SLOTS_PER_PAGE) as usize;
        let page = self.pages.borrow().get(number).cloned();
        EntryRef::new(page.unwrap_or_else(|| self.add_pages(number)), local)
    }

    /// Adds the entries of all slots up to those of this page.
    #[cold]
    fn add_pages(&self, number: usize) -> Rc<EntryPage> {
        let (mut pages, book) = (self.pages.borrow_mut(), self.book.borrow());
        while pages.len() <= number {
            let (slots, _) = book.find(pages.len() as u32 * SLOTS_PER_PAGE);
            pages.push(EntryPage::new(slots));
        }
        pages[number].clone()
    }

    /// Looks at a slot's entry, without keeping it; `f` runs no user code.
    #[inline]
    fn look<R>(&self, local: u32, f: impl FnOnce(&Entry) -> R) -> Option<R> {
        let pages = self.pages.borrow();
        let page = pages.get((local / SLOTS_PER_PAGE) as usize)?;
        Some(f(page.entry(local)))
    }

    /// Whether it is the tenant of one of this shard's slots.
    pub(super) fn is_tenant(&self, address: Address) -> bool {
        let generation = u64::from(address.generation().get());
        let local = address.page().map(|page| page.local(address.place()));
        local
            .and_then(|local| self.look(local, |entry| entry.is(generation)))
            .unwrap_or(false)
    }

    /// Opens a slot with a mailbox of this capacity. `None` if the process has no more slots.
    pub(crate) fn open(
        &self,
        capacity: u32,
        name: Option<&'static &'static str>,
    ) -> Option<(EntryRef, Address)> {
        let (local, address) = self.book.borrow_mut().open(capacity, name)?;
        let entry = self.entry(local);
        entry.occupy(address, name.is_some());
        self.live.set(self.live.get() + 1);
        Some((entry, address))
    }

    /// Gives an opened slot what it runs, and lets it run.
    pub(crate) fn install(&self, entry: &EntryRef, future: Task) {
        entry.put_back(future);
        self.schedule(entry.local(), entry);
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
    pub(super) fn schedule(&self, local: u32, entry: &Entry) {
        if entry.flags.queued.replace(true) {
            return;
        }
        if self.polled.get() == Some(local) {
            self.later.borrow_mut().push(local);
        } else {
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

    /// Puts something into a mailbox with `put` and lets the actor run; gives it back if nobody lives there.
    #[inline(always)]
    pub(super) fn deliver<T>(
        &self,
        local: u32,
        what: T,
        put: impl FnOnce(T, &mut Queue),
    ) -> Option<T> {
        let pages = self.pages.borrow();
        let page = pages.get((local / SLOTS_PER_PAGE) as usize);
        let entry = page.map(|page| page.entry(local));
        let Some(entry) = entry.filter(|entry| entry.flags.actor.get()) else {
            return Some(what);
        };
        put(what, &mut entry.mailbox.borrow_mut());
        if entry.flags.hungry.get() {
            self.schedule(local, entry);
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

    /// What runs next in this turn.
    #[inline]
    pub(super) fn next_ready(&self) -> Option<u32> {
        self.ready.borrow_mut().pop_front()
    }

    /// How much is ready to run in this turn.
    #[inline]
    pub(super) fn ready(&self) -> usize {
        self.ready.borrow().len()
    }

    /// Whether something runs in this turn or the next.
    #[inline]
    pub(super) fn is_idle(&self) -> bool {
        self.ready.borrow().is_empty() && self.later.borrow().is_empty()
    }

    /// Says what is being polled; returns what was.
    #[inline]
    pub(super) fn set_polled(&self, polled: Option<u32>) -> Option<u32> {
        self.polled.replace(polled)
    }

    /// All slots that are taken.
    pub(super) fn tenants(&self) -> Vec<EntryRef> {
        let pages = self.pages.borrow();
        let locals = 0..pages.len() as u32 * SLOTS_PER_PAGE;
        locals
            .map(|local| EntryRef::new(pages[(local / SLOTS_PER_PAGE) as usize].clone(), local))
            .filter(|entry| !entry.is_vacant())
            .collect()
    }

    /// Hands the slots over to the seat's next tenant.
    pub(super) fn hand_over(&self, seat: &'static Seat) -> SlotBook {
        self.book.replace(SlotBook::new(seat))
    }
}
