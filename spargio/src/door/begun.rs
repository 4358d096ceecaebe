//! Credits of begun messages, on their way home.
//!
//! A reader brings them home in blocks, so that the word, which senders look at for every message, stays in their
//! caches. A sender that finds the word empty takes them from here, so that they hold nobody back.
//!
//! Two counts that only grow: how many messages were begun, which the reader alone writes, so that beginning one costs no
//! locked instruction, and how many of their credits were taken, which whoever takes some exchanges. The credits here
//! are the difference.

use super::sync::{AtomicU64, Ordering};
use super::word::{Refusal, Word};

/// Credits of begun messages of one slot that its reader has not brought home yet.
#[derive(Debug)]
pub(crate) struct Begun {
    begun: AtomicU64,
    taken: AtomicU64,
}

impl Begun {
    pub(crate) fn new() -> Self {
        Self {
            begun: AtomicU64::new(0),
            taken: AtomicU64::new(0),
        }
    }

    /// One more message is begun. Returns how many were begun ever. Only the owner calls this.
    #[inline]
    pub(crate) fn add(&self) -> u64 {
        // Relaxed: for the owner, which alone writes it.
        let begun = self.begun.load(Ordering::Relaxed) + 1;
        // Release: who takes the credit sees the word of its generation, or a later one.
        self.begun.store(begun, Ordering::Release);
        begun
    }

    /// How many there are, for the owner and for statistics.
    #[inline]
    pub(crate) fn count(&self) -> u32 {
        // Relaxed, both: the owner alone adds, and for others it is a statistic. Saturating: for those, `taken` may be the
        // newer of the two.
        let taken = self.taken.load(Ordering::Relaxed);
        self.begun.load(Ordering::Relaxed).saturating_sub(taken) as u32
    }

    /// Takes all.
    pub(crate) fn take(&self) -> u32 {
        self.take_some(u32::MAX)
    }

    /// Takes at most so many.
    fn take_some(&self, most: u32) -> u32 {
        // Relaxed: what is taken is ordered by `begun`.
        let mut taken = self.taken.load(Ordering::Relaxed);
        loop {
            // Acquire: see `add`.
            let begun = self.begun.load(Ordering::Acquire);
            // Less: another thread has taken what this one does not see yet.
            let some = begun.saturating_sub(taken).min(u64::from(most));
            if some == 0 {
                return 0;
            }
            // Relaxed: an exchange that succeeds says that nobody has taken these, which is all that matters.
            match self.taken.compare_exchange_weak(
                taken,
                taken + some,
                Ordering::Relaxed,
                Ordering::Relaxed,
            ) {
                Ok(_) => return some as u32,
                Err(now) => taken = now,
            }
        }
    }

    /// For a sender that found the word empty: takes one credit here, if there is one.
    #[cold]
    pub(crate) fn take_one(&self, word: &Word, generation: u32) -> Result<(), Refusal> {
        self.lease(word, generation, 0).map(|_| ())
    }

    /// The same, and with it a lease of up to `reserved` more, which the word counts as leased already; what is not found
    /// here is struck off. So what a sender holds while it is stopped halfway is within what may be leased. Returns
    /// the size of the lease.
    #[cold]
    pub(crate) fn lease(
        &self,
        word: &Word,
        generation: u32,
        reserved: u32,
    ) -> Result<u32, Refusal> {
        let taken = self.take_some(reserved + 1);
        let leased = taken.saturating_sub(1);
        if reserved > leased {
            word.settle(reserved - leased, 0);
        }
        if taken == 0 {
            return Err(Refusal::Full);
        }
        // The credit in hand keeps the slot from being opened again, so this look is good for as long as it is held.
        if !word.is_alive(generation) {
            word.settle(0, leased);
            word.give_back(1);
            return Err(Refusal::Dead);
        }
        Ok(leased)
    }
}

#[cfg(all(test, spargio_loom))]
mod models {
    use super::*;
    use loom::sync::Arc;
    use loom::thread;

    /// A sender takes the credit of a begun message while the reader brings it home and ends the slot: the credit is
    /// used once, and never for the next generation.
    #[test]
    fn a_begun_message_makes_room_once() {
        loom::model(|| {
            let slot = Arc::new((Word::new(), Begun::new()));
            slot.0.open(1, 1);
            assert_eq!(slot.0.take(1), Ok(()));
            let sender = {
                let slot = slot.clone();
                thread::spawn(move || {
                    slot.0.take(1).or_else(|refusal| match refusal {
                        Refusal::Full => slot.1.take_one(&slot.0, 1),
                        Refusal::Dead => Err(refusal),
                    })
                })
            };
            slot.1.add();
            let back = slot.1.take();
            slot.0.give_back(back);
            slot.0.close();
            let reopened = slot.0.is_home(1);
            if reopened {
                slot.0.open(2, 1);
                assert_eq!(slot.0.take(2), Ok(()));
                slot.1.add();
            }
            let accepted = sender.join().unwrap().is_ok();
            assert!(
                !(accepted && reopened),
                "a credit of the next generation was taken"
            );
            slot.0.give_back(slot.1.take() + u32::from(accepted));
            assert!(slot.0.is_home(1));
        });
    }

    /// A shard leases credits of begun messages while the reader brings them home and ends the slot: all come home.
    #[test]
    fn a_lease_of_begun_messages_comes_home() {
        loom::model(|| {
            let slot = Arc::new((Word::new(), Begun::new()));
            slot.0.open(1, 2);
            assert_eq!((slot.0.take(1), slot.0.take(1)), (Ok(()), Ok(())));
            slot.1.add();
            let sender = {
                let slot = slot.clone();
                thread::spawn(move || {
                    let reserved = slot.0.reserve(1, 0, 1, 1)?;
                    let left = slot.1.lease(&slot.0, 1, reserved)?;
                    slot.0.settle(0, left);
                    slot.0.give_back(1);
                    Ok::<_, Refusal>(())
                })
            };
            slot.1.add();
            let back = slot.1.take();
            slot.0.give_back(back);
            slot.0.close();
            _ = sender.join().unwrap();
            slot.0.give_back(slot.1.take());
            assert!(slot.0.is_home(2));
        });
    }
}
