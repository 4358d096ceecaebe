//! Which CPU a thread runs on.

use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

/// Keeps the calling thread on the `i`-th CPU that it may use, as Spargio keeps shard `i`; does nothing if there are not
/// so many. To be called once on each thread.
pub(crate) fn pin(i: usize) {
    let Ok(allowed) = sched_getaffinity(None) else {
        return;
    };
    let mut cpus = (0..CpuSet::MAX_CPU).filter(|&cpu| allowed.is_set(cpu));
    if let Some(cpu) = cpus.nth(i) {
        let mut one = CpuSet::new();
        one.set(cpu);
        // Refused, the thread runs where the kernel likes.
        _ = sched_setaffinity(None, &one);
    }
}
