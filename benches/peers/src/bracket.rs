//! How far apart the two cores are now: the round trip of two cache lines between them, which nothing can beat. On a
//! virtual machine it tells where the host runs its cores, and that decides what can be compared.

use crate::measure::pin;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Instant;

/// So many round trips are timed at a time, as the clock takes a good part of one.
const ROUNDS_PER_BLOCK: u64 = 20;
/// 4,000 round trips.
const BLOCKS: u64 = 200;

/// What a round trip tells of two cores.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Class {
    /// Two threads of one core.
    S,
    /// Two cores that share a cache.
    M,
    /// Two cores of one socket.
    L,
    /// Two sockets.
    X,
}

impl Class {
    /// The class of a round trip of so many nanoseconds.
    pub fn of(nanos: f64) -> Self {
        match nanos {
            ..85.0 => Self::S,
            ..250.0 => Self::M,
            ..900.0 => Self::L,
            _ => Self::X,
        }
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

/// A count on a cache line of its own; two, as processors fetch them in pairs.
#[repr(align(128))]
#[derive(Default)]
struct Line(AtomicU64);

impl Line {
    fn set(&self, count: u64) {
        // Relaxed: nothing else is ordered by it.
        self.0.store(count, Ordering::Relaxed);
    }

    fn await_count(&self, count: u64) {
        // Relaxed: as above.
        while self.0.load(Ordering::Relaxed) < count {
            std::hint::spin_loop();
        }
    }
}

/// The median of blocks of round trips, in nanoseconds each.
pub fn measure() -> f64 {
    let (there, back) = (&Line::default(), &Line::default());
    let mut blocks = thread::scope(|scope| {
        scope.spawn(move || {
            pin(1);
            for count in 1..=BLOCKS * ROUNDS_PER_BLOCK {
                there.await_count(count);
                back.set(count);
            }
        });
        let near = scope.spawn(move || {
            pin(0);
            let block = |block| {
                let start = Instant::now();
                for count in 1..=ROUNDS_PER_BLOCK {
                    there.set(block * ROUNDS_PER_BLOCK + count);
                    back.await_count(block * ROUNDS_PER_BLOCK + count);
                }
                start.elapsed().as_nanos() as f64 / ROUNDS_PER_BLOCK as f64
            };
            (0..BLOCKS).map(block).collect::<Vec<f64>>()
        });
        near.join().expect("it only counts")
    });
    blocks.sort_by(f64::total_cmp);
    blocks[blocks.len() / 2]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_round_trip_has_a_class() {
        let classes = [52.0, 84.9, 85.0, 249.9, 250.0, 899.9, 900.0, 2000.0].map(Class::of);
        assert_eq!(classes.map(|class| class.to_string()).concat(), "SSMMLLXX");
    }
}
