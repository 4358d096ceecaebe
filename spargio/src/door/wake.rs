//! Announce and look again: how a sleeper and a publisher never miss each other.
//!
//! A shard that finds nothing to do sleeps in the kernel; a thread that gives it something must then wake it, and must
//! not pay for a system call when it is awake. Both sides do two things, in opposite order:
//!
//! ```text
//! sleeper                                  publisher
//! 1  announce: parked = true               1  publish: a store that makes the work visible
//!    fence(SeqCst)                            fence(SeqCst)
//! 2  look again for work                   2  claim: is parked set? then exchange it for false, and ring if that worked
//!    found: retract, go on
//!    none: sleep until the bell rings
//! ```
//!
//! *No wake-up is lost.* The two fences are totally ordered. If the sleeper's comes first, its announcement is seen by
//! the publisher's step 2, which rings. If the publisher's comes first, its work is seen by the sleeper's step 2, which
//! does not sleep. There is no third case. (Release and acquire would not do: each side's store could still be in its
//! core's store buffer while it loads.)
//!
//! *One bell for each park.* Publishers claim by exchanging `true` for `false`; only the one that succeeds rings.
//!
//! *A bell that comes late is harmless.* A publisher that claimed the flag may ring after the sleeper has woken for
//! another reason: the bell is a permit that makes the next sleep return at once, after which the sleeper looks for
//! work and finds none.
//!
//! The same pair serves the awaited tickets of a lane, where the sleeper is a task. The model at the end of this file
//! runs every interleaving.

use super::sync::{AtomicBool, Ordering, fence};

/// Whether somebody sleeps, or is about to.
#[derive(Debug)]
pub(crate) struct Parked(AtomicBool);

/// Proof that what was published before is ordered before the flags that are looked at next; one serves for all of a
/// turn's targets.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Published(());

/// The publisher's fence. Call it after the stores that publish.
#[inline]
pub(crate) fn published() -> Published {
    // SeqCst: orders the stores before it (the work) with the loads after it (the flags); see the module's argument.
    fence(Ordering::SeqCst);
    Published(())
}

impl Parked {
    pub(crate) fn new() -> Self {
        Self(AtomicBool::new(false))
    }

    /// The sleeper's first step. It must look for work once more between this and its sleep.
    #[inline]
    pub(crate) fn announce(&self) {
        // Relaxed: the fence below orders it.
        self.0.store(true, Ordering::Relaxed);
        // SeqCst: orders the announcement with the look that follows; see the module's argument.
        fence(Ordering::SeqCst);
    }

    /// The sleeper is awake: nobody needs to ring. Returns whether somebody claimed the announcement, and so rings.
    #[inline]
    pub(crate) fn retract(&self) -> bool {
        // Relaxed: a publisher that still sees `true` rings once too often, which is harmless.
        !self.0.swap(false, Ordering::Relaxed)
    }

    /// Whether the caller must ring the bell: the sleeper has announced itself, and nobody else claimed it.
    #[inline]
    pub(crate) fn claim(&self, _: Published) -> bool {
        // Relaxed: ordered by the fence in `published`. The load keeps the line shared while nobody sleeps. Acquire:
        // who wins the exchange comes after the announcement that it answers. An exchange that fails writes nothing,
        // so it cannot undo the announcement of a later sleep.
        self.0.load(Ordering::Relaxed)
            && self
                .0
                .compare_exchange(true, false, Ordering::Acquire, Ordering::Relaxed)
                .is_ok()
    }
}

#[cfg(all(test, spargio_loom))]
mod models {
    use super::*;
    use loom::sync::Arc;
    use loom::sync::atomic::{AtomicU64, AtomicUsize};
    use loom::thread;

    struct Pair {
        parked: Parked,
        work: AtomicU64,
        bells: AtomicUsize,
    }

    fn pair() -> Arc<Pair> {
        Arc::new(Pair {
            parked: Parked::new(),
            work: AtomicU64::new(0),
            bells: AtomicUsize::new(0),
        })
    }

    fn publish(pair: &Pair) {
        pair.work.fetch_add(1, Ordering::Release);
        if pair.parked.claim(published()) {
            pair.bells.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// A sleeper that goes to sleep has a bell coming if there is work.
    #[test]
    fn work_and_sleep_never_miss_each_other() {
        loom::model(|| {
            let pair = pair();
            let publisher = {
                let pair = pair.clone();
                thread::spawn(move || publish(&pair))
            };
            pair.parked.announce();
            let found = pair.work.load(Ordering::Acquire) > 0;
            publisher.join().unwrap();
            let rung = pair.bells.load(Ordering::Relaxed);
            assert!(found || rung == 1, "asleep with work and no bell");
        });
    }

    /// Two publishers ring one bell between them.
    #[test]
    fn one_bell_for_each_park() {
        loom::model(|| {
            let pair = pair();
            pair.parked.announce();
            let publishers: Vec<_> = (0..2)
                .map(|_| {
                    let pair = pair.clone();
                    thread::spawn(move || publish(&pair))
                })
                .collect();
            for publisher in publishers {
                publisher.join().unwrap();
            }
            assert_eq!(pair.bells.load(Ordering::Relaxed), 1);
        });
    }

    /// A sleeper that found work and sleeps again later is woken for what comes then.
    #[test]
    fn a_second_park_is_woken_too() {
        loom::model(|| {
            let pair = pair();
            let publisher = {
                let pair = pair.clone();
                thread::spawn(move || {
                    publish(&pair);
                    publish(&pair);
                })
            };
            pair.parked.announce();
            let first = pair.work.load(Ordering::Acquire);
            let mut seen = first;
            if first > 0 {
                pair.parked.retract();
                pair.parked.announce();
                seen = pair.work.load(Ordering::Acquire);
            }
            publisher.join().unwrap();
            // All work was seen, or a bell is there to make the sleeper look.
            assert!(seen == 2 || pair.bells.load(Ordering::Relaxed) > 0);
        });
    }
}
