//! Leased credits: a shard that sends to one mailbox again and again takes credits in blocks, each twice as large as the
//! one before, so that it seldom touches the slot's word, which the reader's core touches, too. A lease also remembers
//! the way to its slot, so that a send that has one looks up nothing else.
//!
//! A lease that was not used for a while goes home, and all go home before the shard parks, so that no other sender
//! sees `Full` for long because of credits that nobody uses.

use crate::ShardId;
use crate::door::slots::{Address, Page};
use crate::door::word::{Refusal, Word, most_leased};
use std::cell::{Cell, RefCell};

const LEASES: usize = 512;

/// The smallest block that is leased.
const FIRST_BLOCK: u32 = 8;

/// The largest.
const LAST_BLOCK: u32 = 1024;

/// Where leased messages go: a shard of this runtime, and the slot's number there.
#[derive(Clone, Copy)]
pub(super) struct Way {
    pub(super) shard: ShardId,
    pub(super) slot: u32,
}

/// What is leased from one slot.
#[derive(Default)]
pub(super) struct Lease {
    to: Cell<Option<Address>>,
    /// `None` where there never was a lease.
    slot: Cell<Option<(Way, &'static Word)>>,
    left: Cell<u32>,
    used: Cell<u32>,
    /// The size of the next block.
    block: Cell<u32>,
    /// What was left of it when leases were last looked through.
    seen: Cell<u32>,
}

/// One lease for each of so many groups of slots; a send to another slot of the group settles the former.
pub(super) struct Leases {
    leases: Box<[Lease; LEASES]>,
    /// Which are taken.
    taken: RefCell<Vec<u16>>,
}

impl Leases {
    pub(super) fn new() -> Self {
        Self {
            leases: Box::new(std::array::from_fn(|_| Lease::default())),
            taken: RefCell::default(),
        }
    }

    /// The lease of a slot that has one, with at least one credit, whose tenant is alive.
    #[inline(always)]
    pub(super) fn find(&self, to: Address) -> Option<(&Lease, Way)> {
        let lease = &self.leases[to.spread() % LEASES];
        let (way, word) = lease.slot.get()?;
        let ready = lease.to.get() == Some(to)
            && lease.left.get() > 0
            && word.is_alive(to.generation().get());
        ready.then_some((lease, way))
    }

    /// Takes one credit where no lease has any, and the next time a lease with it.
    pub(super) fn take(
        &self,
        to: Address,
        page: &'static Page,
        shard: ShardId,
    ) -> Result<(), Refusal> {
        let place = to.spread() % LEASES;
        let lease = &self.leases[place];
        let word = page.word(to.place());
        let generation = to.generation().get();
        if lease.to.get() != Some(to) {
            // A single message leases nothing.
            page.take(to.place(), generation)?;
            lease.settle();
            if lease.to.replace(Some(to)).is_none() {
                self.taken.borrow_mut().push(place as u16);
            }
            let slot = page.local(to.place());
            lease.slot.set(Some((Way { shard, slot }, word)));
            lease.block.set(FIRST_BLOCK);
            return Ok(());
        }
        if lease.left.get() > 0 {
            // Its actor is dead, or others of this shard wait for room.
            lease.settle();
        }
        let most = most_leased(page.capacity(to.place()));
        let (used, block) = (lease.used.get(), lease.block.get());
        let left = match word.lease(generation, used, block, most) {
            Err(Refusal::Full) => {
                let reserved = word.reserve(generation, used, block, most)?;
                lease.used.set(0);
                page.begun(to.place()).lease(word, generation, reserved)?
            }
            left => left?,
        };
        lease.left.set(left);
        lease.used.set(0);
        lease.block.set((block * 2).min(LAST_BLOCK));
        Ok(())
    }

    /// What was not used since the last call goes home.
    pub(super) fn settle_unused(&self) {
        self.settle_where(|lease| lease.seen.replace(lease.left.get()) == lease.left.get());
    }

    /// All leases go home.
    pub(super) fn settle_all(&self) {
        self.settle_where(|_| true);
    }

    /// The lease of one slot goes home.
    pub(super) fn settle(&self, to: Address) {
        self.settle_where(|lease| lease.to.get() == Some(to));
    }

    fn settle_where(&self, mut done: impl FnMut(&Lease) -> bool) {
        self.taken.borrow_mut().retain(|&place| {
            let lease = &self.leases[usize::from(place)];
            let done = done(lease);
            if done {
                lease.settle();
                lease.to.set(None);
            }
            !done
        });
    }
}

impl Lease {
    /// Takes one of its credits, of which there must be one.
    #[inline]
    pub(super) fn take(&self) {
        self.left.set(self.left.get() - 1);
        self.used.set(self.used.get() + 1);
    }

    /// Its credits go home, but for those that messages hold.
    fn settle(&self) {
        let (used, left) = (self.used.take(), self.left.take());
        if used + left > 0
            && let Some((_, word)) = self.slot.get()
        {
            word.settle(used, left);
        }
    }
}
