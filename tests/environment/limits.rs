//! Limits on locked memory and on open files.

use crate::child::{files, numbers};
use crate::common::carries;
use crate::{
    assert_falls_back, assert_nothing_left, assert_said_once, assert_works, in_child_with_ring,
    on_io_uring, refused,
};
use spargio::{Carry, IoUringReport};

/// Sets a limit of this process; the largest that it may set itself later is what it was.
fn limit(resource: libc::__rlimit_resource_t, most: libc::rlim_t) {
    let mut limit = libc::rlimit {
        rlim_cur: 0,
        rlim_max: 0,
    };
    // SAFETY: the call writes one `rlimit`, which lives until it returns.
    let result = unsafe { libc::getrlimit(resource, &raw mut limit) };
    assert_eq!(result, 0, "{}", std::io::Error::last_os_error());
    limit.rlim_cur = most;
    // SAFETY: the call reads one `rlimit`, which lives until it returns.
    let result = unsafe { libc::setrlimit(resource, &raw const limit) };
    assert_eq!(result, 0, "{}", std::io::Error::last_os_error());
}

/// Whether this process may lock as much memory as it likes, whatever the limit (`CAP_IPC_LOCK`).
fn may_lock_all() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let capabilities = status
        .lines()
        .find_map(|line| line.strip_prefix("CapEff:"))
        .unwrap();
    u64::from_str_radix(capabilities.trim(), 16).unwrap() >> 14 & 1 == 1
}

/// Has this process lock at most so much memory, and be nobody who may lock more.
pub(crate) fn lock_at_most(bytes: u64) {
    limit(libc::RLIMIT_MEMLOCK, bytes);
    if may_lock_all() {
        // A user of its own, for users share their limit, and the tests of others may run at the same time.
        let user = 20_000 + std::process::id() % 40_000;
        // SAFETY: the call takes a number; no thread of this process does anything meanwhile that needs to be root.
        let result = unsafe { libc::setuid(user) };
        assert_eq!(result, 0, "{}", std::io::Error::last_os_error());
        // SAFETY: the call takes numbers. Who has changed its user may not look at itself in /proc any more without it.
        let result = unsafe { libc::prctl(libc::PR_SET_DUMPABLE, 1) };
        assert_eq!(result, 0, "{}", std::io::Error::last_os_error());
    }
    assert!(!may_lock_all());
}

pub(crate) fn assert_names_locked_memory(cause: &str, remedy: &str) {
    assert!(cause.contains("RLIMIT_MEMLOCK"), "{cause}");
    assert!(
        remedy.contains("ulimit -l") && remedy.contains("ring_entries"),
        "{remedy}"
    );
}

fn without_locked_memory(bytes: u64) {
    lock_at_most(bytes);
    let report = IoUringReport::probe();
    assert_eq!(report.locked_memory, Some(bytes), "{report}");
    let refusal = report.refusal.expect("no ring fits");
    assert_names_locked_memory(&refusal.cause, &refusal.remedy);
    for carry in [Carry::Lane, Carry::Completion] {
        let (cause, remedy) = refused(|| on_io_uring(carry).build());
        assert_names_locked_memory(&cause, &remedy);
    }
    let before = files();
    assert_falls_back();
    assert_nothing_left(before);
}

#[test]
fn no_memory_may_be_locked() {
    let test = "limits::no_memory_may_be_locked";
    let printed = in_child_with_ring(test, || without_locked_memory(0));
    assert_said_once(printed);
}

#[test]
fn less_memory_may_be_locked_than_a_ring_takes() {
    let test = "limits::less_memory_may_be_locked_than_a_ring_takes";
    let printed = in_child_with_ring(test, || without_locked_memory(4096));
    assert_said_once(printed);
}

/// A ring of 1,024 entries takes about 140 KiB: one fits, two do not.
#[test]
fn some_shards_may_lock_their_memory_and_some_may_not() {
    let test = "limits::some_shards_may_lock_their_memory_and_some_may_not";
    let printed = in_child_with_ring(test, || {
        let carries = carries();
        lock_at_most(200 * 1024);
        assert!(IoUringReport::probe().is_usable(), "small rings fit");
        for carry in carries {
            for _ in 0..3 {
                let (cause, remedy) = refused(|| on_io_uring(carry).shards(4).build());
                assert_names_locked_memory(&cause, &remedy);
            }
        }
        assert_falls_back();
        // What the others had is given back, as the remedy says.
        for (shards, ring_entries) in [(1, 1024), (4, 64), (1, 1024)] {
            let builder = on_io_uring(Carry::Lane).shards(shards);
            let rt = builder.ring_entries(ring_entries).build().unwrap();
            assert_works(&rt);
        }
    });
    assert_said_once(printed);
}

/// Runs something while no more than so many descriptors can be opened.
fn with_files<T>(more: usize, run: impl FnOnce() -> T) -> T {
    let taken = numbers();
    // The lowest number that has so many free ones below it.
    let free = |number: &usize| !taken.contains(number);
    let most = (0..).filter(free).nth(more).unwrap();
    limit(libc::RLIMIT_NOFILE, most as libc::rlim_t);
    let ran = run();
    limit(libc::RLIMIT_NOFILE, 1024);
    ran
}

#[test]
fn fewer_files_may_be_open_than_shards_take() {
    let test = "limits::fewer_files_may_be_open_than_shards_take";
    let printed = in_child_with_ring(test, || {
        let carries = carries();
        limit(libc::RLIMIT_NOFILE, 1024);
        // From not even one for a probe on.
        for more in 0..12 {
            for &carry in &carries {
                let build = || on_io_uring(carry).shards(4).build();
                let (cause, remedy) = refused(|| with_files(more, build));
                assert!(cause.contains("open files"), "{more}: {cause}");
                let names = ["RLIMIT_NOFILE", "descriptors"];
                assert!(names.iter().all(|name| remedy.contains(name)), "{remedy}");
            }
        }
        let before = files();
        for more in [0, 1, 5] {
            with_files(more, assert_falls_back);
        }
        assert_nothing_left(before);
        let rt = with_files(12, || on_io_uring(Carry::Lane).shards(4).build());
        assert_works(&rt.unwrap());
    });
    assert_said_once(printed);
}
