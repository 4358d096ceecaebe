//! How far apart the two cores are now: the round trip of two cache lines, which nothing between them can beat. Printed
//! before and after each contestant, so that a reader sees which figures of a run can be compared.

use crate::pinned::Pinned;
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

const BLOCKS: u64 = 40;
const ROUNDS_PER_BLOCK: u64 = 100;

/// A count on cache lines of its own.
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

/// The two threads that measure.
pub struct Bracket {
    near: Pinned<()>,
    far: Pinned<()>,
}

impl Bracket {
    pub fn new() -> Self {
        let Ok((near, far)) = Pinned::pair(|_| Ok::<(), Infallible>(()));
        Self { near, far }
    }

    /// The median of blocks of round trips, in nanoseconds each.
    pub fn measure(&self) -> u64 {
        let lines = Arc::new([Line::default(), Line::default()]);
        let echoed = lines.clone();
        let echo = self.far.run(move |()| {
            for count in 1..=BLOCKS * ROUNDS_PER_BLOCK {
                echoed[0].await_count(count);
                echoed[1].set(count);
            }
        });
        let blocks = self.near.run(move |()| {
            let block = |block| {
                let start = Instant::now();
                for count in 1..=ROUNDS_PER_BLOCK {
                    lines[0].set(block * ROUNDS_PER_BLOCK + count);
                    lines[1].await_count(block * ROUNDS_PER_BLOCK + count);
                }
                start.elapsed().as_nanos() as u64 / ROUNDS_PER_BLOCK
            };
            (0..BLOCKS).map(block).collect::<Vec<_>>()
        });
        let mut blocks = blocks.recv().expect("the near thread measures");
        echo.recv().expect("the far thread echoes");
        blocks.sort_unstable();
        blocks[blocks.len() / 2]
    }
}
