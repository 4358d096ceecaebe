//! A slot's word: one atomic that says which generation of the slot is meant, whether it is alive, and how many
//! credits its mailbox has left. It alone answers `Full` and `Dead` to any thread.
//!
//! ```text
//! generation 32 | alive 1 | credits 20 | leased 11
//! ```
//!
//! *Credits.* A message in flight or in the mailbox holds one; they are conserved: at every instant the capacity is the
//! credits left, plus those leased, plus those that messages hold outside a lease, plus those that are [`begun`](super::begun). A
//! credit is free again when its message is begun or dropped.
//!
//! *Leases.* A shard that sends to one slot again and again takes a block of credits at once, and counts it down
//! without touching this word. `leased` counts the blocks given out, used or not, until their shard settles them; and
//! those that a sender looks for among the begun messages' credits, before it has found them.
//!
//! *Reuse.* Only the owning shard opens and closes a slot, and it opens it again only when the word is
//! [home](Word::is_home): all credits back, none leased. So nothing that was sent to a generation is in flight in the
//! next, and whoever holds a credit knows that the slot is still the one that it was taken from.
//!
//! All accesses to the word are relaxed: each operation is one atomic step on this one word, and every promise is about the order
//! of such steps, which coherence gives. The messages themselves are published by lanes and injectors.

use super::sync::{AtomicU64, Ordering};

const LEASED_BITS: u32 = 11;
const CREDIT_BITS: u32 = 20;

const LEASED_MASK: u64 = (1 << LEASED_BITS) - 1;
const CREDIT: u64 = 1 << LEASED_BITS;
const CREDIT_MASK: u64 = (1 << CREDIT_BITS) - 1;
const ALIVE: u64 = CREDIT << CREDIT_BITS;

/// The most messages a mailbox can hold: 1,048,575.
pub(crate) const MOST_CREDITS: usize = CREDIT_MASK as usize;

/// Why no credit was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    Full,
    Dead,
}

#[derive(Debug)]
pub(crate) struct Word(AtomicU64);

impl Word {
    pub(crate) fn new() -> Self {
        Self(AtomicU64::new(0))
    }

    /// Opens the slot for a generation. Only the owner calls this, and only when the word is home.
    #[inline]
    pub(crate) fn open(&self, generation: u32, capacity: u32) {
        let word = (u64::from(generation) << 32) | ALIVE | (u64::from(capacity) * CREDIT);
        self.0.store(word, Ordering::Relaxed);
    }

    /// Ends the generation for every sender at one instant. Only the owner calls this.
    #[inline]
    pub(crate) fn close(&self) {
        self.0.fetch_and(!ALIVE, Ordering::Relaxed);
    }

    #[inline]
    pub(crate) fn is_alive(&self, generation: u32) -> bool {
        alive_in(self.0.load(Ordering::Relaxed), generation)
    }

    /// Takes one credit.
    #[inline]
    pub(crate) fn take(&self, generation: u32) -> Result<(), Refusal> {
        self.lease(generation, 0, 0, 0).map(|_| ())
    }

    /// Takes one credit and, beyond it, a lease of up to `block` more, while no more than `most` are leased in all.
    /// `settled` credits of an earlier lease, all used, are struck off. Returns the size of the new lease.
    #[inline]
    pub(crate) fn lease(
        &self,
        generation: u32,
        settled: u32,
        block: u32,
        most: u32,
    ) -> Result<u32, Refusal> {
        let mut word = self.0.load(Ordering::Relaxed);
        loop {
            if !alive_in(word, generation) {
                return Err(Refusal::Dead);
            }
            let credits = credits_of(word);
            if credits == 0 {
                return Err(Refusal::Full);
            }
            let leased = leased_of(word) - settled;
            let lease = block.min(most.saturating_sub(leased)).min(credits - 1);
            let next = word - u64::from(settled) - u64::from(1 + lease) * CREDIT + u64::from(lease);
            match self
                .0
                .compare_exchange_weak(word, next, Ordering::Relaxed, Ordering::Relaxed)
            {
                Ok(_) => return Ok(lease),
                Err(now) => word = now,
            }
        }
    }

    /// Counts up to `block` credits as leased which are not the word's, but those of begun messages, to be taken next,
    /// while no more than `most` are leased in all. `settled` credits of an earlier lease, all used, are struck off.
    /// Returns how many.
    pub(crate) fn reserve(
        &self,
        generation: u32,
        settled: u32,
        block: u32,
        most: u32,
    ) -> Result<u32, Refusal> {
        let mut word = self.0.load(Ordering::Relaxed);
        loop {
            if !alive_in(word, generation) {
                return Err(Refusal::Dead);
            }
            let leased = leased_of(word) - settled;
            let lease = block.min(most.saturating_sub(leased));
            let next = word - u64::from(settled) + u64::from(lease);
            match self
                .0
                .compare_exchange_weak(word, next, Ordering::Relaxed, Ordering::Relaxed)
            {
                Ok(_) => return Ok(lease),
                Err(now) => word = now,
            }
        }
    }

    /// Ends a lease: `used` of its credits are held by messages, `unused` go home.
    #[inline]
    pub(crate) fn settle(&self, used: u32, unused: u32) {
        let back = u64::from(unused) * CREDIT;
        self.0.fetch_add(
            back.wrapping_sub(u64::from(used + unused)),
            Ordering::Relaxed,
        );
    }

    /// Brings credits home: their messages are begun or dropped.
    #[inline]
    pub(crate) fn give_back(&self, credits: u32) {
        self.0
            .fetch_add(u64::from(credits) * CREDIT, Ordering::Relaxed);
    }

    /// Whether all credits are back and none is leased: nothing is in flight to this slot.
    pub(crate) fn is_home(&self, capacity: u32) -> bool {
        let word = self.0.load(Ordering::Relaxed);
        credits_of(word) == capacity && leased_of(word) == 0
    }

    /// The generation, and how many credits are held or leased, if the slot is alive.
    pub(crate) fn depth(&self, capacity: u32) -> Option<(u32, u32)> {
        let word = self.0.load(Ordering::Relaxed);
        (word & ALIVE != 0).then(|| {
            (
                (word >> 32) as u32,
                capacity.saturating_sub(credits_of(word)),
            )
        })
    }
}

#[inline]
fn alive_in(word: u64, generation: u32) -> bool {
    word / ALIVE == u64::from(generation) * 2 + 1
}

#[inline]
fn credits_of(word: u64) -> u32 {
    ((word / CREDIT) & CREDIT_MASK) as u32
}

#[inline]
fn leased_of(word: u64) -> u32 {
    (word & LEASED_MASK) as u32
}

/// How many credits may be leased in all from a mailbox of this capacity: an eighth, none below 8.
#[inline]
pub(crate) fn most_leased(capacity: u32) -> u32 {
    (capacity / 8).min(LEASED_MASK as u32)
}

#[cfg(all(test, not(spargio_loom)))]
mod tests {
    use super::*;

    #[test]
    fn one_sender_takes_all_credits_and_no_more() {
        let word = Word::new();
        word.open(7, 3);
        for _ in 0..3 {
            assert_eq!(word.take(7), Ok(()));
        }
        assert_eq!(word.take(7), Err(Refusal::Full));
        word.give_back(1);
        assert_eq!(word.take(7), Ok(()));
    }

    #[test]
    fn another_generation_is_dead() {
        let word = Word::new();
        word.open(7, 3);
        assert_eq!(word.take(6), Err(Refusal::Dead));
        word.close();
        assert_eq!(word.take(7), Err(Refusal::Dead));
        assert!(word.is_home(3));
    }

    #[test]
    fn leases_stay_within_their_limit_and_come_home() {
        let word = Word::new();
        word.open(1, 64);
        assert_eq!(word.lease(1, 0, 64, most_leased(64)), Ok(8));
        assert_eq!(
            word.lease(1, 0, 64, most_leased(64)),
            Ok(0),
            "the limit is for all shards"
        );
        assert_eq!(word.depth(64), Some((1, 10)));
        word.settle(1, 7);
        word.give_back(3);
        assert!(word.is_home(64));
    }

    #[test]
    fn a_lease_settled_and_renewed_in_one_step_is_conserved() {
        let word = Word::new();
        word.open(1, 64);
        assert_eq!(word.lease(1, 0, 4, 4), Ok(4));
        assert_eq!(word.lease(1, 4, 4, 4), Ok(4));
        word.settle(4, 0);
        assert_eq!(word.depth(64), Some((1, 10)));
        word.give_back(10);
        assert!(word.is_home(64));
    }

    #[test]
    fn the_largest_mailbox_fits() {
        let word = Word::new();
        let capacity = MOST_CREDITS as u32;
        word.open(u32::MAX, capacity);
        let lease = word
            .lease(u32::MAX, 0, u32::MAX, most_leased(capacity))
            .unwrap();
        assert_eq!(lease, LEASED_MASK as u32);
        word.settle(0, lease);
        word.give_back(1);
        assert!(word.is_home(capacity));
        assert!(word.is_alive(u32::MAX));
    }
}

#[cfg(all(test, spargio_loom))]
mod models {
    use super::*;
    use loom::sync::Arc;
    use loom::sync::atomic::AtomicU32;
    use loom::thread;

    /// Two senders and a reader: never more than the capacity in flight, and all credits come home.
    #[test]
    fn credits_are_conserved_and_bounded() {
        loom::model(|| {
            let word = Arc::new(Word::new());
            let depth = Arc::new(AtomicU32::new(0));
            word.open(1, 1);
            let senders: Vec<_> = (0..2)
                .map(|_| {
                    let (word, depth) = (word.clone(), depth.clone());
                    thread::spawn(move || {
                        if word.take(1).is_ok() {
                            assert!(
                                depth.fetch_add(1, Ordering::Relaxed) < 1,
                                "over the capacity"
                            );
                            depth.fetch_sub(1, Ordering::Relaxed);
                            word.give_back(1);
                        }
                    })
                })
                .collect();
            for sender in senders {
                sender.join().unwrap();
            }
            assert!(word.is_home(1));
        });
    }

    /// A sender with a handle of the old generation races with the slot's reuse: it never gets a credit of the new.
    #[test]
    fn a_stale_handle_never_reaches_the_next_generation() {
        loom::model(|| {
            let word = Arc::new(Word::new());
            word.open(1, 2);
            let sender = {
                let word = word.clone();
                thread::spawn(move || word.take(1).is_ok())
            };
            word.close();
            let reopened = word.is_home(2);
            if reopened {
                word.open(2, 2);
            }
            let accepted = sender.join().unwrap();
            if accepted {
                // The credit is out, so the slot was not home, or it was taken after the look, before the reopening:
                // impossible, for the slot was closed by then.
                assert!(!reopened, "reopened with a message in flight");
                assert!(!word.is_home(2));
                word.give_back(1);
            }
            assert!(word.is_home(2));
        });
    }

    /// A leasing sender, another sender and the end of the slot: the lease comes home whatever happens.
    #[test]
    fn leases_come_home_after_the_end() {
        loom::model(|| {
            let word = Arc::new(Word::new());
            word.open(1, 4);
            let leaser = {
                let word = word.clone();
                thread::spawn(move || {
                    if let Ok(lease) = word.lease(1, 0, 2, 2) {
                        let used = lease.min(1);
                        word.settle(used, lease - used);
                        word.give_back(1 + used);
                    }
                })
            };
            let taken = word.take(1).is_ok();
            word.close();
            if taken {
                word.give_back(1);
            }
            leaser.join().unwrap();
            assert!(word.is_home(4));
        });
    }
}
