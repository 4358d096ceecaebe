//! Seccomp filters, as container engines set them up.

use crate::child::{cpu_time, files};
use crate::common::seccomp::filter;
use crate::common::{LONG, carries, eventually, has_ring};
use crate::{
    assert_falls_back, assert_nothing_left, assert_said_once, assert_works, in_child_with_ring,
    on_io_uring, refused,
};
use futures::FutureExt;
use seccompiler::{
    SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompRule, apply_filter_all_threads,
};
use spargio::{Carry, IoUringReport};
use std::time::{Duration, Instant};

const CALLS: [(&str, libc::c_long); 3] = [
    ("io_uring_setup", libc::SYS_io_uring_setup),
    ("io_uring_enter", libc::SYS_io_uring_enter),
    ("io_uring_register", libc::SYS_io_uring_register),
];

/// From now on the calls of these names fail with this error.
pub(crate) fn forbid(names: &[&str], error: i32) {
    let forbidden = CALLS.iter().filter(|(name, _)| names.contains(name));
    fail(forbidden.map(|&(_, call)| (call, Vec::new())), error);
}

/// From now on this operation of `io_uring_register` is none that the kernel knows.
fn forbid_operation(operation: u64) {
    let (at, compare) = (1, SeccompCmpOp::Eq);
    let is_it = SeccompCondition::new(at, SeccompCmpArgLen::Dword, compare, operation).unwrap();
    let rule = SeccompRule::new(vec![is_it]).unwrap();
    fail([(libc::SYS_io_uring_register, vec![rule])], libc::EINVAL);
}

/// From now on these system calls of this process fail with this error.
fn fail(calls: impl IntoIterator<Item = (libc::c_long, Vec<SeccompRule>)>, error: i32) {
    apply_filter_all_threads(&filter(calls, error)).unwrap();
}

pub(crate) const ALL: [&str; 3] = ["io_uring_setup", "io_uring_enter", "io_uring_register"];

/// Fails unless a report, and building with either carry, says so, and `Auto` falls back.
fn assert_refused(says: impl Fn(&str, &str) -> bool) {
    assert_refused_with(&[Carry::Lane, Carry::Completion], says);
}

fn assert_refused_with(carries: &[Carry], says: impl Fn(&str, &str) -> bool) {
    let report = IoUringReport::probe();
    assert!(
        !report.is_usable() && report.carries().is_empty(),
        "{report}"
    );
    assert!(report.seccomp, "{report}");
    let refusal = report.refusal.clone().unwrap();
    let reported = (refusal.cause.clone(), refusal.remedy.clone());
    assert!(report.to_string().contains(&refusal.cause));
    assert!(report.to_string().contains(&refusal.remedy));
    for &carry in carries {
        let (cause, remedy) = refused(|| on_io_uring(carry).build());
        assert_eq!((&cause, &remedy), (&reported.0, &reported.1));
        assert!(says(&cause, &remedy), "cause: {cause}, remedy: {remedy}");
    }
    let before = files();
    assert_falls_back();
    assert_nothing_left(before);
}

fn names_all_calls(remedy: &str) -> bool {
    ALL.iter().all(|call| remedy.contains(call))
}

#[test]
fn a_filter_that_answers_eperm() {
    let printed = in_child_with_ring("seccomp::a_filter_that_answers_eperm", || {
        forbid(&ALL, libc::EPERM);
        assert_refused(|cause, remedy| cause.contains("seccomp") && names_all_calls(remedy));
    });
    assert_said_once(printed);
}

#[test]
fn a_filter_that_answers_enosys() {
    let printed = in_child_with_ring("seccomp::a_filter_that_answers_enosys", || {
        forbid(&ALL, libc::ENOSYS);
        let names = |cause: &str| cause.contains("seccomp") || cause.contains("kernel");
        assert_refused(|cause, remedy| names(cause) && names_all_calls(remedy));
    });
    assert_said_once(printed);
}

#[test]
fn a_filter_that_forbids_enter_alone() {
    let printed = in_child_with_ring("seccomp::a_filter_that_forbids_enter_alone", || {
        forbid(&["io_uring_enter"], libc::EPERM);
        assert_refused(|cause, remedy| cause.contains("seccomp") && names_all_calls(remedy));
    });
    assert_said_once(printed);
}

#[test]
fn a_filter_that_forbids_register_alone() {
    let printed = in_child_with_ring("seccomp::a_filter_that_forbids_register_alone", || {
        forbid(&["io_uring_register"], libc::EPERM);
        assert_refused(|cause, remedy| cause.contains("seccomp") && names_all_calls(remedy));
    });
    assert_said_once(printed);
}

/// Where io_uring could be used before, what was found out then does not hold any more.
#[test]
fn a_filter_that_comes_after_a_runtime_has_gone() {
    let test = "seccomp::a_filter_that_comes_after_a_runtime_has_gone";
    let printed = in_child_with_ring(test, || {
        // Among what was found out then is what the kernel has not.
        let carries = carries();
        assert_works(&on_io_uring(Carry::Lane).build().unwrap());
        forbid(&ALL, libc::EPERM);
        let says = |cause: &str, remedy: &str| cause.contains("seccomp") && names_all_calls(remedy);
        assert_refused_with(&carries, says);
    });
    assert_said_once(printed);
}

/// `IORING_REGISTER_SEND_MSG_RING`: a bell from a thread that has no ring.
const SEND_MSG_RING: u64 = 31;

/// As on Linux before 6.13.
#[test]
fn a_filter_that_forbids_bells_alone() {
    in_child_with_ring("seccomp::a_filter_that_forbids_bells_alone", || {
        let carries = carries();
        forbid_operation(SEND_MSG_RING);
        let report = IoUringReport::probe();
        assert!(report.is_usable() && !report.send_msg_ring, "{report}");
        assert_eq!(report.carries(), carries);
        assert!(
            report.to_string().contains("through an eventfd"),
            "{report}"
        );
        for carry in carries {
            let rt = on_io_uring(carry).spin(Duration::ZERO).build().unwrap();
            assert_works(&rt);
            let echo = rt.block_on(rt.remote(1).unwrap().start(|| crate::Echo));
            let (echo, client) = (echo.unwrap(), rt.client());
            let sleeps = || rt.stats().shards[1].parks;
            for round in 0..100 {
                let before = sleeps();
                let ask = echo.echo(&client, round).timeout(LONG);
                assert_eq!(rt.block_on(ask), Ok(round));
                eventually("it sleeps again", || sleeps() > before);
            }
            let bells = rt.stats().shards[1].bells;
            assert!(bells > 50, "{bells} bells woke it");
        }
    });
}

/// What a runtime on io_uring does that is forbidden its system calls while it runs. Nothing is promised of what it still
/// carries but this: whoever asks from outside has a reply, it does not burn the CPU, and it ends.
fn forbidden_late(test: &str, names: &'static [&'static str], carry: Carry) {
    in_child_with_ring(test, move || {
        if !has_ring(carry) {
            return;
        }
        let before = files();
        let rt = on_io_uring(carry).build().unwrap();
        assert_works(&rt);
        forbid(names, libc::EPERM);
        let echo = rt.block_on(rt.remote(1).unwrap().start(|| crate::Echo));
        let echo = echo.unwrap();
        assert_eq!(rt.block_on(echo.echo(&rt.client(), 5)), Ok(5));
        // This may be what has to travel as completions.
        let across = rt.spawn_local_on(0, move |ctx| async move {
            let ask = echo.echo(&ctx, 6).timeout(Duration::from_secs(1));
            let ticket = ctx.remote(1).unwrap().send_raw(1, 2).unwrap();
            (ask.await, ticket.now_or_never())
        });
        let across = rt.block_on(across.unwrap());
        eprintln!("from shard to shard, an ask and a ticket: {across:?}");

        let parks = || rt.stats().shards.iter().map(|s| s.parks).max().unwrap();
        let (before_idle, start) = (parks(), cpu_time("spargio"));
        std::thread::sleep(Duration::from_secs(1));
        let (tries, spent) = (parks() - before_idle, cpu_time("spargio") - start);
        eprintln!("an idle second: {tries} tries to sleep, {spent:?}");
        assert!(tries < 3_000, "it tries to sleep again and again: {tries}");
        assert_eq!(rt.block_on(echo.echo(&rt.client(), 7)), Ok(7));

        let begin = Instant::now();
        drop(rt);
        eprintln!("dropped within {:?}", begin.elapsed());
        assert!(begin.elapsed() < Duration::from_secs(5));
        assert_nothing_left(before);
    });
}

#[test]
fn enter_is_forbidden_to_a_running_runtime() {
    let test = "seccomp::enter_is_forbidden_to_a_running_runtime";
    forbidden_late(test, &["io_uring_enter"], Carry::Lane);
}

#[test]
fn enter_is_forbidden_to_a_running_runtime_of_completions() {
    let test = "seccomp::enter_is_forbidden_to_a_running_runtime_of_completions";
    forbidden_late(test, &["io_uring_enter"], Carry::Completion);
}

#[test]
fn register_is_forbidden_to_a_running_runtime() {
    let test = "seccomp::register_is_forbidden_to_a_running_runtime";
    forbidden_late(test, &["io_uring_register"], Carry::Completion);
}
