//! The example `doctor`, run as the program that it is: what it says where all is well, and where it is not.

use crate::common::has_ring;
use crate::common::server::program;
use crate::common::skip::skip;
use crate::in_child_with_ring;
use crate::limits::{assert_names_locked_memory, lock_at_most};
use crate::seccomp::{ALL, forbid};
use spargio::Carry;
use std::fs::File;
use std::os::fd::AsRawFd;
use std::process::{Command, Stdio};

/// What it prints, and whether it ends with success.
fn doctor(program: &File) -> (String, bool) {
    // By its number: who has become another user may not reach the folder.
    let program = format!("/proc/self/fd/{}", program.as_raw_fd());
    let output = Command::new(program).stdin(Stdio::null()).output().unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    eprintln!("{printed}{}", String::from_utf8_lossy(&output.stderr));
    let code = output.status.code();
    assert!(matches!(code, Some(0 | 1)), "{}", output.status);
    (printed, code == Some(0))
}

fn open() -> File {
    File::open(program("doctor")).unwrap()
}

/// The cause and the remedy, each a line, which it prints once.
#[track_caller]
fn diagnosis<'a>(printed: &'a str, start: &str) -> (&'a str, &'a str) {
    let after = |start| {
        let found = Vec::from_iter(printed.lines().filter_map(|line| line.strip_prefix(start)));
        assert_eq!(found.len(), 1, "{start}: {printed}");
        found[0]
    };
    (after(start), after("what to do: "))
}

#[test]
fn it_finds_nothing_wrong_where_nothing_is() {
    if !has_ring(Carry::Lane) {
        return;
    }
    let (printed, well) = doctor(&open());
    let says = |text| printed.contains(text);
    if !well && says("RLIMIT_MEMLOCK") {
        return skip("too little memory may be locked for rings of all shards");
    }
    assert!(well && says("io_uring can be used\n"), "{printed}");
    let chosen = "BackendKind::Auto chooses BackendKind::IoUring for ";
    assert!(says(chosen) && !says("what to do"), "{printed}");
}

const CHOSEN: &str = "BackendKind::Auto chooses BackendKind::Queue for ";

#[test]
fn it_says_what_to_do_about_a_filter() {
    in_child_with_ring("doctor::it_says_what_to_do_about_a_filter", || {
        forbid(&ALL, libc::EPERM);
        let (printed, well) = doctor(&open());
        assert!(!well && printed.contains(CHOSEN), "{printed}");
        let (cause, remedy) = diagnosis(&printed, "io_uring cannot be used: ");
        assert!(cause.contains("seccomp"), "{cause}");
        assert!(ALL.iter().all(|call| remedy.contains(call)), "{remedy}");
    });
}

/// The rings of a probe are small.
#[test]
fn it_says_what_to_do_where_only_small_rings_can_be_had() {
    let test = "doctor::it_says_what_to_do_where_only_small_rings_can_be_had";
    in_child_with_ring(test, || {
        let program = open();
        lock_at_most(100 * 1024);
        let (printed, well) = doctor(&program);
        assert!(printed.contains("io_uring can be used\n"), "{printed}");
        assert!(!well && printed.contains(CHOSEN), "{printed}");
        let (cause, remedy) = diagnosis(&printed, "BackendKind::IoUring cannot be built: ");
        assert_names_locked_memory(cause, remedy);
    });
}
