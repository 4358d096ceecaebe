//! Leased credits: a shard that sends to one mailbox again and again takes credits in blocks.
//!
//! A lease not used in a turn goes home at the turn's end, and all go home before the shard parks, so that no other
//! sender sees `Full` for long because of credits that nobody uses.

use crate::door::slots::{Address, Page};
use crate::door::word::{Refusal, Word, most_leased};
use std::cell::Cell;

const LEASES: usize = 64;

/// The largest block.
const BLOCK: u32 = 64;

#[derive(Clone, Copy)]
struct Lease {
    to: Address,
    word: &'static Word,
    left: u32,
    used: u32,
}

/// One lease for each of 64 groups of slots; a send to another slot of the group settles the former.
pub(super) struct Leases {
    leases: [Cell<Option<Lease>>; LEASES],
    /// Which are taken, a bit each, and which of them were used in this turn.
    taken: Cell<u64>,
    used: Cell<u64>,
}

impl Leases {
    pub(super) fn new() -> Self {
        Self {
            leases: [const { Cell::new(None) }; LEASES],
            taken: Cell::new(0),
            used: Cell::new(0),
        }
    }

    /// Takes one credit, from a lease where there is one.
    #[inline]
    pub(super) fn take(&self, to: Address, page: &'static Page) -> Result<(), Refusal> {
        let place = to.place() % LEASES;
        let word = page.word(to.place());
        let generation = to.generation().get();
        let lease = self.leases[place].get();
        let next = match lease {
            Some(lease) if lease.to == to => {
                if !word.is_alive(generation) {
                    self.settle(place);
                    return Err(Refusal::Dead);
                }
                if lease.left > 0 {
                    Lease {
                        left: lease.left - 1,
                        used: lease.used + 1,
                        ..lease
                    }
                } else {
                    let most = most_leased(page.capacity(to.place()));
                    let left = word.lease(generation, lease.used, BLOCK, most)?;
                    Lease {
                        left,
                        used: 0,
                        ..lease
                    }
                }
            }
            _ => {
                word.take(generation)?;
                self.settle(place);
                Lease {
                    to,
                    word,
                    left: 0,
                    used: 0,
                }
            }
        };
        self.leases[place].set(Some(next));
        let bit = 1 << place;
        self.taken.set(self.taken.get() | bit);
        self.used.set(self.used.get() | bit);
        Ok(())
    }

    fn settle(&self, place: usize) {
        self.taken.set(self.taken.get() & !(1 << place));
        if let Some(lease) = self.leases[place].take()
            && lease.used + lease.left > 0
        {
            lease.word.settle(lease.used, lease.left);
        }
    }

    /// Ends the turn: what was not used in it goes home.
    #[inline]
    pub(super) fn settle_unused(&self) {
        let unused = self.taken.get() & !self.used.replace(0);
        self.settle_these(unused);
    }

    /// All leases go home.
    pub(super) fn settle_all(&self) {
        self.settle_these(self.taken.get());
    }

    #[inline]
    fn settle_these(&self, mut places: u64) {
        while places != 0 {
            self.settle(places.trailing_zeros() as usize);
            places &= places - 1;
        }
    }
}
