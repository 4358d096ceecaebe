//! Clocks and gauges, the same for every contestant.

use serde::{Deserialize, Serialize};
use std::time::{Duration, Instant};

/// What one sample came to.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Measured {
    /// Nanoseconds of the timed part, for all operations together.
    pub nanos: u64,
    /// Nanoseconds of CPU time that all threads of the process spent meanwhile.
    pub cpu_nanos: u64,
    pub operations: u64,
    /// Resident bytes for each actor: `Workload::Start` only.
    pub resident: Option<u64>,
    /// On which CPUs near and far found themselves (`sched_getcpu`): `Workload::Wake` only.
    pub cpus: Option<(u32, u32)>,
}

/// Started before the timed part.
pub struct Stopwatch {
    start: Instant,
    cpu: Duration,
}

impl Stopwatch {
    pub fn start() -> Self {
        let cpu = cpu_time();
        Self {
            start: Instant::now(),
            cpu,
        }
    }

    /// Ends the timed part.
    pub fn stop(self, operations: u64) -> Measured {
        let nanos = self.start.elapsed().as_nanos() as u64;
        let cpu_nanos = (cpu_time() - self.cpu).as_nanos() as u64;
        Measured {
            nanos,
            cpu_nanos,
            operations,
            ..Measured::default()
        }
    }
}

/// The CPU time of this process so far, all threads together.
pub fn cpu_time() -> Duration {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: the call writes the time to the given place and nothing else.
    let failed = unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &mut time) };
    assert_eq!(failed, 0, "the process has a CPU clock");
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// The bytes of this process that are in memory now.
pub fn resident_bytes() -> u64 {
    let statm =
        std::fs::read_to_string("/proc/self/statm").expect("Linux says what a process uses");
    let pages: u64 = statm
        .split(' ')
        .nth(1)
        .and_then(|n| n.parse().ok())
        .expect("the second number");
    // SAFETY: it reads a constant of the system.
    pages * unsafe { libc::sysconf(libc::_SC_PAGESIZE) } as u64
}

/// The CPU that the calling thread runs on.
pub fn current_cpu() -> u32 {
    // SAFETY: it only asks.
    unsafe { libc::sched_getcpu() as u32 }
}

/// Pins the calling thread to a CPU: 0 is near's, 1 is far's. Four threads on two CPUs: `thread % 2`.
pub fn pin(cpu: usize) {
    // SAFETY: a set of CPUs is plain bits, all zero when empty.
    let mut set: libc::cpu_set_t = unsafe { std::mem::zeroed() };
    // SAFETY: it sets a bit of the set.
    unsafe { libc::CPU_SET(cpu, &mut set) };
    // SAFETY: the set is as large as it is said to be.
    let failed = unsafe { libc::sched_setaffinity(0, size_of_val(&set), &set) };
    assert_eq!(failed, 0, "CPU {cpu} can be pinned to");
}
