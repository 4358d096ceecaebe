//! The entries of a shard's slots, by the slots' numbers. Pages are only added, so an entry is found without a borrow and
//! held without counting.

use super::entry::{EntryPage, EntryRef, HeldEntry};
use crate::door::slots::{MOST_SLOTS, Page, SLOTS_PER_PAGE};
use std::array;
use std::cell::OnceCell;
use std::rc::Rc;

const PAGES_PER_CHUNK: u32 = 256;
const SLOTS_PER_CHUNK: u32 = PAGES_PER_CHUNK * SLOTS_PER_PAGE;
const CHUNKS: usize = MOST_SLOTS / SLOTS_PER_CHUNK as usize;

type Chunk = [OnceCell<Rc<EntryPage>>; PAGES_PER_CHUNK as usize];

pub(super) struct Pages(Box<[OnceCell<Box<Chunk>>; CHUNKS]>);

impl Pages {
    pub(super) fn new() -> Self {
        Self(Box::new(array::from_fn(|_| OnceCell::new())))
    }

    #[inline(always)]
    fn page(&self, local: u32) -> Option<&Rc<EntryPage>> {
        let chunk = self.0.get((local / SLOTS_PER_CHUNK) as usize)?.get()?;
        chunk[(local / SLOTS_PER_PAGE % PAGES_PER_CHUNK) as usize].get()
    }

    /// The entry of a slot that was ever opened here.
    #[inline(always)]
    pub(super) fn get(&self, local: u32) -> Option<EntryRef<'_>> {
        self.page(local).map(|page| page.entry(local))
    }

    /// The entry of a slot that is opened.
    pub(super) fn get_or_add(&self, local: u32, slots: &'static Page) -> HeldEntry {
        let chunk = self.0[(local / SLOTS_PER_CHUNK) as usize]
            .get_or_init(|| Box::new(array::from_fn(|_| OnceCell::new())));
        let page = chunk[(local / SLOTS_PER_PAGE % PAGES_PER_CHUNK) as usize]
            .get_or_init(|| EntryPage::new(slots));
        HeldEntry::new(page.clone(), local)
    }

    /// All slots that are taken.
    pub(super) fn tenants(&self) -> impl Iterator<Item = EntryRef<'_>> {
        let chunks = self.0.iter().filter_map(OnceCell::get);
        let pages = chunks.flat_map(|chunk| chunk.iter().filter_map(OnceCell::get));
        pages
            .flat_map(|page| page.entries())
            .filter(|entry| !entry.is_vacant())
    }
}
