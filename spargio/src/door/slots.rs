//! Slots: where every actor and task of the process has an entry that any thread can look at.
//!
//! The table is append-only: pages of 256 slots, each owned for good by one [`Seat`](super::seat::Seat), are added and
//! never freed, so a look needs no lock and no counting. A slot is used again by later generations.

use super::begun::Begun;
use super::seat::Seat;
use super::word::{Refusal, Word};
use crate::value::RingVal;
use std::array;
use std::fmt;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicPtr, AtomicU32, Ordering};

pub(crate) const SLOTS_PER_PAGE: u32 = 256;
const MOST_PAGES: usize = 1 << 16;

/// The most actors and tasks that a process can have at one time.
pub(crate) const MOST_SLOTS: usize = MOST_PAGES * SLOTS_PER_PAGE as usize;

// As the documentation of `StartError` says.
const _: () = assert!(MOST_SLOTS == 16_777_216);

/// Where an actor is: a slot, and which of the slot's successive tenants is meant. Eight bytes.
#[doc(hidden)]
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address {
    slot: u32,
    generation: NonZeroU32,
}

impl Address {
    #[inline]
    pub(crate) fn new(slot: u32, generation: NonZeroU32) -> Self {
        Self { slot, generation }
    }

    #[inline]
    pub(crate) fn generation(self) -> NonZeroU32 {
        self.generation
    }

    /// The slot's page, or `None` for an address that was never given out.
    #[inline]
    pub(crate) fn page(self) -> Option<&'static Page> {
        let page = DIRECTORY.get((self.slot / SLOTS_PER_PAGE) as usize)?;
        // Acquire: pairs with the release in `Page::append`: who sees the pointer sees the page whole.
        let page = page.load(Ordering::Acquire);
        // SAFETY: the directory holds null or a leaked page, which is never freed.
        unsafe { page.as_ref() }
    }

    /// A number that differs for the first slots of different pages: those of different shards.
    #[inline]
    pub(crate) fn spread(self) -> usize {
        // Three eighths of a page apart, modulo any power of two of 256 and more.
        (self.slot + self.slot / SLOTS_PER_PAGE * 96) as usize
    }

    /// The slot's number within its page.
    #[inline]
    pub(crate) fn place(self) -> usize {
        (self.slot % SLOTS_PER_PAGE) as usize
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.slot, self.generation)
    }
}

impl RingVal for Address {
    const BITS: u32 = 64;
    const __DERIVED: () = ();

    #[inline]
    fn to_bits(self) -> u64 {
        u64::from(self.slot) << 32 | u64::from(self.generation.get())
    }

    #[inline]
    fn from_bits(bits: u64) -> Option<Self> {
        Some(Self {
            slot: (bits >> 32) as u32,
            generation: NonZeroU32::new(bits as u32)?,
        })
    }
}

static DIRECTORY: [AtomicPtr<Page>; MOST_PAGES] =
    [const { AtomicPtr::new(std::ptr::null_mut()) }; MOST_PAGES];
static PAGES: AtomicU32 = AtomicU32::new(0);

/// 256 slots of one seat.
pub(crate) struct Page {
    /// The shard's room that the slots belong to, for good.
    pub(crate) seat: &'static Seat,
    /// The page's place in the directory.
    number: u32,
    /// The page's place among its seat's pages.
    ordinal: u32,
    slots: [Slot; SLOTS_PER_PAGE as usize],
    /// Apart from the slots: the owner writes here for every message, and nobody else looks before a word is empty.
    begun: [Begun; SLOTS_PER_PAGE as usize],
}

struct Slot {
    word: Word,
    capacity: AtomicU32,
    /// The actor's name, for statistics; null for what is no actor.
    name: AtomicPtr<&'static str>,
}

impl Page {
    /// Adds a page to the process's table, or `None` if the table is full.
    pub(crate) fn append(seat: &'static Seat, ordinal: u32) -> Option<&'static Self> {
        // Relaxed: the counter only gives out numbers. It stops at the limit.
        let number = PAGES
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |pages| {
                ((pages as usize) < MOST_PAGES).then_some(pages + 1)
            })
            .ok()?;
        let slot = |_| Slot {
            word: Word::new(),
            capacity: AtomicU32::new(0),
            name: AtomicPtr::default(),
        };
        let slots = array::from_fn(slot);
        let begun = array::from_fn(|_| Begun::new());
        let page = Box::into_raw(Box::new(Self {
            seat,
            number,
            ordinal,
            slots,
            begun,
        }));
        // Release: see `Address::page`.
        DIRECTORY[number as usize].store(page, Ordering::Release);
        // SAFETY: the page was leaked just above.
        Some(unsafe { &*page })
    }

    #[inline]
    pub(crate) fn word(&self, place: usize) -> &Word {
        &self.slots[place].word
    }

    #[inline]
    pub(crate) fn begun(&self, place: usize) -> &Begun {
        &self.begun[place]
    }

    /// Takes one credit: of the word, or of a begun message where the word has none left.
    #[inline]
    pub(crate) fn take(&self, place: usize, generation: u32) -> Result<(), Refusal> {
        match self.word(place).take(generation) {
            Err(Refusal::Full) => self.begun[place].take_one(self.word(place), generation),
            taken => taken,
        }
    }

    #[inline]
    pub(crate) fn capacity(&self, place: usize) -> u32 {
        // Relaxed: a stale capacity makes a lease of another size, no more.
        self.slots[place].capacity.load(Ordering::Relaxed)
    }

    /// The address of a slot's tenant.
    #[inline]
    pub(crate) fn address(&self, place: usize, generation: NonZeroU32) -> Address {
        let slot = self.number * SLOTS_PER_PAGE + place as u32;
        Address::new(slot, generation)
    }

    /// The slot's number among its seat's slots: what heads of records carry.
    #[inline]
    pub(crate) fn local(&self, place: usize) -> u32 {
        self.ordinal * SLOTS_PER_PAGE + place as u32
    }

    /// Names of the actors that live here now, with how many messages are accepted and not begun.
    pub(crate) fn actors(&self) -> impl Iterator<Item = (Address, &'static str, u32)> {
        (0..SLOTS_PER_PAGE as usize).filter_map(|place| {
            let slot = &self.slots[place];
            // Acquire: pairs with the release in `SlotBook::open`.
            let name = slot.name.load(Ordering::Acquire);
            // SAFETY: the pointer is null or came from a `&'static &'static str`.
            let name = *unsafe { name.as_ref() }?;
            let (generation, held) = slot.word.depth(self.capacity(place))?;
            let depth = held.saturating_sub(self.begun[place].count());
            let address = self.address(place, NonZeroU32::new(generation)?);
            Some((address, name, depth))
        })
    }
}

/// The owner's side of a seat's slots: which are free, which wait for their last credits.
pub(crate) struct SlotBook {
    seat: &'static Seat,
    pages: Vec<&'static Page>,
    free: Vec<u32>,
    /// Closed slots of which credits were still out at the last look, the oldest first.
    limbo: std::collections::VecDeque<u32>,
    /// The last generation of each slot.
    generations: Vec<u32>,
}

impl SlotBook {
    pub(crate) fn new(seat: &'static Seat) -> Self {
        Self {
            seat,
            pages: Vec::new(),
            free: Vec::new(),
            limbo: std::collections::VecDeque::new(),
            generations: Vec::new(),
        }
    }

    /// The page and place of a slot of this book.
    #[inline]
    pub(crate) fn find(&self, local: u32) -> (&'static Page, usize) {
        (
            self.pages[(local / SLOTS_PER_PAGE) as usize],
            (local % SLOTS_PER_PAGE) as usize,
        )
    }

    /// Opens a slot for a new tenant. `None` if the process has no more slots.
    pub(crate) fn open(
        &mut self,
        capacity: u32,
        name: Option<&'static &'static str>,
    ) -> Option<(u32, Address)> {
        let local = self.vacant()?;
        let (page, place) = self.find(local);
        let generation = &mut self.generations[local as usize];
        *generation += 1;
        let slot = &page.slots[place];
        // Relaxed: see `Page::capacity`.
        slot.capacity.store(capacity, Ordering::Relaxed);
        let name = name.map_or(std::ptr::null_mut(), |name| {
            std::ptr::from_ref(name).cast_mut()
        });
        // Release: pairs with the acquire in `Page::actors`.
        slot.name.store(name, Ordering::Release);
        slot.word.open(*generation, capacity);
        let generation = NonZeroU32::new(*generation).expect("generations count from 1");
        Some((local, page.address(place, generation)))
    }

    /// A slot to open: a free one, or one whose last credits have come home, or one of a new page.
    fn vacant(&mut self) -> Option<u32> {
        if let Some(local) = self.free.pop() {
            return Some(local);
        }
        self.reclaim();
        if let Some(local) = self.free.pop() {
            return Some(local);
        }
        let ordinal = self.pages.len() as u32;
        let page = Page::append(self.seat, ordinal)?;
        self.pages.push(page);
        self.seat
            .pages
            .lock()
            .expect(super::seat::UNPOISONED)
            .push(page);
        let first = ordinal * SLOTS_PER_PAGE;
        self.generations
            .resize((first + SLOTS_PER_PAGE) as usize, 0);
        self.free.extend((first..first + SLOTS_PER_PAGE).rev());
        self.free.pop()
    }

    /// A closed slot may be opened again once nothing is in flight to it. One whose generations are used up never is.
    pub(crate) fn retire(&mut self, local: u32) {
        if self.generations[local as usize] == u32::MAX {
            return;
        }
        if self.is_home(local) {
            self.free.push(local);
        } else {
            self.limbo.push_back(local);
        }
    }

    /// Looks at a bounded number of slots in limbo; those that are home become free.
    fn reclaim(&mut self) {
        for _ in 0..self.limbo.len().min(64) {
            let Some(local) = self.limbo.pop_front() else {
                return;
            };
            self.retire(local);
        }
    }

    /// Slots whose last credits are held by a stuck shard are never opened again: nobody may wait for them.
    pub(crate) fn give_up_limbo(&mut self) {
        self.limbo.clear();
    }

    /// Whether nothing is in flight to any closed slot.
    pub(crate) fn all_home(&mut self) -> bool {
        while let Some(local) = self.limbo.pop_front() {
            if !self.is_home(local) {
                self.limbo.push_front(local);
                return false;
            }
            self.free.push(local);
        }
        true
    }

    fn is_home(&self, local: u32) -> bool {
        let (page, place) = self.find(local);
        page.word(place).is_home(page.capacity(place))
    }
}

#[cfg(all(test, not(spargio_loom)))]
mod tests {
    use super::*;

    fn book() -> SlotBook {
        Seat::rent(0).book()
    }

    #[test]
    fn a_slot_comes_back_with_a_new_generation() {
        let mut book = book();
        let (local, old) = book.open(4, None).unwrap();
        let (page, place) = book.find(local);
        page.word(place).close();
        book.retire(local);
        let (again, new) = book.open(4, None).unwrap();
        assert_eq!(local, again);
        assert_ne!(old, new);
        assert!(!page.word(place).is_alive(old.generation().get()));
        assert!(page.word(place).is_alive(new.generation().get()));
    }

    #[test]
    fn a_slot_with_a_credit_out_waits_in_limbo() {
        let mut book = book();
        let (local, address) = book.open(4, None).unwrap();
        let (page, place) = book.find(local);
        page.word(place).take(address.generation().get()).unwrap();
        page.word(place).close();
        book.retire(local);
        assert!(!book.all_home());
        assert_ne!(book.open(4, None).unwrap().0, local);
        page.word(place).give_back(1);
        assert!(book.all_home());
    }

    #[test]
    fn a_slot_without_generations_left_is_retired() {
        let mut book = book();
        let (local, _) = book.open(1, None).unwrap();
        let (page, place) = book.find(local);
        page.word(place).close();
        book.generations[local as usize] = u32::MAX - 1;
        book.retire(local);
        let (again, last) = book.open(1, None).unwrap();
        assert_eq!((again, last.generation().get()), (local, u32::MAX));
        page.word(place).close();
        book.retire(local);
        for _ in 0..2 * SLOTS_PER_PAGE {
            assert_ne!(book.open(1, None).unwrap().0, local);
        }
    }

    #[test]
    fn bits_that_name_no_slot_are_no_address() {
        assert_eq!(Address::from_bits(7 << 32), None);
        assert!(Address::from_bits(u64::MAX).unwrap().page().is_none());
    }
}
