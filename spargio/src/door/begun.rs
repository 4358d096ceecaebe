//! Credits of begun messages, on their way home.
//!
//! A reader brings them home in blocks, so that the word, which senders look at for every message, stays in their
//! caches. A sender that finds the word empty takes them from here, so that they hold nobody back.

use super::sync::{AtomicU64, Ordering};
use super::word::{Refusal, Word};

/// Credits of begun messages of one slot that its reader has not brought home yet.
#[derive(Debug)]
pub(crate) struct Begun(AtomicU64);

impl Begun {
    pub(crate) fn new() -> Self {
        Self(AtomicU64::new(0))
    }

    /// One more message is begun. Returns how many credits there are now. Only the owner calls this.
    #[inline]
    pub(crate) fn add(&self) -> u32 {
        // Release: who takes the credit sees the word of its generation, or a later one.
        self.0.fetch_add(1, Ordering::Release) as u32 + 1
    }

    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        // Relaxed: for the owner, which alone adds.
        self.0.load(Ordering::Relaxed) == 0
    }

    /// Takes all.
    #[inline]
    pub(crate) fn take(&self) -> u32 {
        // Acquire: see `add`.
        self.0.swap(0, Ordering::Acquire) as u32
    }

    /// How many there are, for statistics.
    pub(crate) fn count(&self) -> u32 {
        // Relaxed: a statistic.
        self.0.load(Ordering::Relaxed) as u32
    }

    /// For a sender that found the word empty: takes one credit here, if there is one.
    #[cold]
    pub(crate) fn take_one(&self, word: &Word, generation: u32) -> Result<(), Refusal> {
        // Acquire: see `add`.
        let taken = self
            .0
            .fetch_update(Ordering::Acquire, Ordering::Relaxed, |credits| {
                credits.checked_sub(1)
            });
        if taken.is_err() {
            return Err(Refusal::Full);
        }
        // The credit in hand keeps the slot from being opened again, so this look is good for as long as it is held.
        if !word.is_alive(generation) {
            word.give_back(1);
            return Err(Refusal::Dead);
        }
        Ok(())
    }
}

#[cfg(all(test, loom))]
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
}
