//! Time: how long a run took, and how much of the CPUs.

use crate::params::Scale;
use rustix::time::{ClockId, clock_gettime};
use std::time::{Duration, Instant};

/// What one run cost.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Sample {
    pub(crate) wall: Duration,
    /// Of all threads of the process, in user mode and in the kernel.
    pub(crate) cpu: Duration,
}

/// Runs from before the first actor is made until the last has been dropped.
struct Stopwatch {
    wall: Instant,
    cpu: Duration,
}

impl Stopwatch {
    fn start() -> Self {
        Self {
            cpu: cpu_time(),
            wall: Instant::now(),
        }
    }

    fn stop(self) -> Sample {
        Sample {
            wall: self.wall.elapsed(),
            cpu: cpu_time().saturating_sub(self.cpu),
        }
    }
}

fn cpu_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// Runs a benchmark at these scales, one after the other, and measures the last run.
pub(crate) async fn measure<F: Future<Output = ()>>(
    scales: Vec<Scale>,
    run: impl Fn(Scale) -> F,
) -> Sample {
    let mut last = Sample::default();
    for scale in scales {
        let stopwatch = Stopwatch::start();
        run(scale).await;
        last = stopwatch.stop();
    }
    last
}
