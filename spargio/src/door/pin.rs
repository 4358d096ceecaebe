//! Which CPUs this process may use, and how a shard's thread keeps to one of them.

#[cfg(target_os = "linux")]
use std::cell::Cell;
#[cfg(target_os = "linux")]
use std::sync::OnceLock;

/// What the first thread that was pinned could run on before.
#[cfg(target_os = "linux")]
static BEFORE: OnceLock<rustix::thread::CpuSet> = OnceLock::new();

/// The CPUs that the calling thread may run on, in their order; empty where the system does not say.
#[cfg(target_os = "linux")]
pub(crate) fn allowed() -> Vec<usize> {
    rustix::thread::sched_getaffinity(None).map_or_else(
        |_| Vec::new(),
        |set| {
            (0..rustix::thread::CpuSet::MAX_CPU)
                .filter(|&cpu| set.is_set(cpu))
                .collect()
        },
    )
}

/// Keeps the calling thread on one CPU. A refusal (a container may change its set at any time) costs speed, not
/// correctness, so it is not an error.
#[cfg(target_os = "linux")]
pub(crate) fn pin_to(cpu: usize) {
    if let Ok(before) = rustix::thread::sched_getaffinity(None) {
        _ = BEFORE.set(before);
    }
    let mut set = rustix::thread::CpuSet::new();
    set.set(cpu);
    _ = rustix::thread::sched_setaffinity(None, &set);
}

/// Lets the calling thread, on which no shard runs, use all CPUs again: a thread that a shard has started inherits its
/// one. It loses none that it has. Asks the system once for each thread.
#[cfg(target_os = "linux")]
pub(crate) fn unpin() {
    thread_local! {
        static IS_FREE: Cell<bool> = const { Cell::new(false) };
    }
    if let Some(before) = BEFORE.get()
        && !IS_FREE.replace(true)
        && let Ok(mut cpus) = rustix::thread::sched_getaffinity(None)
    {
        let missing = |&cpu: &usize| before.is_set(cpu) && !cpus.is_set(cpu);
        let missing: Vec<usize> = (0..rustix::thread::CpuSet::MAX_CPU)
            .filter(missing)
            .collect();
        missing.into_iter().for_each(|cpu| cpus.set(cpu));
        _ = rustix::thread::sched_setaffinity(None, &cpus);
    }
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn allowed() -> Vec<usize> {
    Vec::new()
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn pin_to(_cpu: usize) {}

#[cfg(not(target_os = "linux"))]
pub(crate) fn unpin() {}
