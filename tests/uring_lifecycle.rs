//! Ten thousand runtimes on io_uring leave nothing behind. It measures the process, so it has one to itself.
//!
//! "Nothing leaks"; "owned fds that outlive all senders".

mod common;

use common::{Setup, eventually, has_ring};
use spargio::{BackendKind, Carry};
use std::fs;

const RUNTIMES: usize = 10_000;

/// Open files, and resident memory in KiB.
#[derive(Debug)]
struct Held {
    files: usize,
    memory: u64,
}

fn held() -> Held {
    eventually("the threads are gone", || threads_named("spargio") == 0);
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let memory = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .unwrap();
    Held {
        files: fs::read_dir("/proc/self/fd").unwrap().count(),
        memory: memory.trim().trim_end_matches(" kB").parse().unwrap(),
    }
}

/// How many threads have a name that begins so.
fn threads_named(start: &str) -> usize {
    let tasks = fs::read_dir("/proc/self/task").unwrap();
    // A thread may end while it is looked at.
    let names = tasks.filter_map(|task| fs::read_to_string(task.ok()?.path().join("comm")).ok());
    names.filter(|name| name.starts_with(start)).count()
}

/// Builds a runtime, sends a pair from outside or from shard to shard, and drops it.
fn live_once(carry: Carry, from_outside: bool) {
    let setup = Setup {
        backend: BackendKind::IoUring,
        carry,
        shards: 2,
    };
    let rt = setup.build();
    let port = rt.remote(1).unwrap();
    let sent = async move { port.send_raw(1, 2).unwrap().await };
    if from_outside {
        rt.block_on(sent).unwrap();
    } else {
        let sent = rt.spawn_on(0, sent).unwrap();
        rt.block_on(sent).unwrap().unwrap();
    }
}

#[test]
fn ten_thousand_runtimes_leave_nothing_behind() {
    let carries = [Carry::Lane, Carry::Completion].map(|carry| (carry, has_ring(carry)));
    let usable = || carries.iter().filter(|(_, usable)| *usable);
    if usable().count() == 0 {
        return;
    }
    let setups = usable().flat_map(|&(carry, _)| [(carry, true), (carry, false)]);
    let mut setups = setups.cycle();
    let mut live = |runtimes| {
        for (carry, from_outside) in setups.by_ref().take(runtimes) {
            live_once(carry, from_outside);
        }
    };
    live(RUNTIMES / 10);
    let before = held();
    live(RUNTIMES - RUNTIMES / 10);
    let after = held();
    assert_eq!(after.files, before.files, "files");
    let grown = after.memory.saturating_sub(before.memory);
    assert!(grown < 4096, "{grown} KiB more: {before:?}, {after:?}");
}
