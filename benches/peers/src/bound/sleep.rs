//! Who sleeps, and how to wake them, so that no wake-up is lost.
//!
//! The one who goes to sleep announces it, fences, and looks once more whether anything came. The one who publishes
//! publishes, fences, and looks whether the other has announced sleep. In the order of the two fences, one comes first:
//! whoever is second sees what the other did before its own. So either the sleeper sees what was published, or the
//! publisher sees that it must ring. The publisher takes the announcement back, so that it rings once for each sleep.

use crate::bound::bell::Bell;
use std::os::fd::RawFd;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering, fence};

/// A cache line of its own; two, as processors fetch them in pairs.
#[repr(align(128))]
#[derive(Default)]
struct Line<T>(T);

/// One side's bed.
#[derive(Default)]
struct Bed {
    asleep: Line<AtomicBool>,
    bell: AtomicI32,
}

/// Both sides' beds.
#[derive(Default)]
pub struct Beds([Bed; 2]);

impl Beds {
    /// Says where a side's bell is. All do before any sleeps: a barrier stands between.
    pub fn hang(&self, side: usize, bell: RawFd) {
        self.0[side].bell.store(bell, Ordering::Relaxed);
    }

    /// Sleeps, unless there is something to do.
    pub fn sleep_unless(&self, side: usize, bell: &mut Bell, has_work: impl FnOnce() -> bool) {
        let asleep = &self.0[side].asleep.0;
        // Relaxed: the fence orders it.
        asleep.store(true, Ordering::Relaxed);
        // SeqCst: the pair of `wake`'s.
        fence(Ordering::SeqCst);
        if !has_work() {
            bell.sleep();
        }
        asleep.store(false, Ordering::Relaxed);
    }

    /// Wakes a side if it sleeps. What it is to find was published before.
    #[inline]
    pub fn wake(&self, side: usize, bell: &mut Bell) {
        // SeqCst: the pair of `sleep_unless`'s.
        fence(Ordering::SeqCst);
        let Bed {
            asleep,
            bell: other,
        } = &self.0[side];
        // Relaxed: the fence orders the first; the second only decides which of several rings.
        if asleep.0.load(Ordering::Relaxed) && asleep.0.swap(false, Ordering::Relaxed) {
            bell.ring(other.load(Ordering::Relaxed));
        }
    }
}
