//! Bad environments: where io_uring is refused, building says why and what to do, `Auto` goes on with the queue, and
//! nothing is left behind.
//!
//! "io_uring refused or too old: `BackendKind::IoUring` gives a `BuildError` with the likely cause (seccomp, sysctl,
//! `RLIMIT_MEMLOCK`, kernel) and the remedy; `BackendKind::Auto` falls back to the queue and says so once".
//!
//! What is done to a process here cannot be undone, so each test runs itself again as a child, which puts itself into
//! the bad environment.

#![cfg(target_os = "linux")]

mod common;

#[path = "environment/child.rs"]
mod child;
#[path = "environment/doctor.rs"]
mod doctor;
#[path = "environment/limits.rs"]
mod limits;
#[path = "environment/seccomp.rs"]
mod seccomp;
#[path = "environment/skip.rs"]
mod skip;

use spargio::{BackendKind, BuildError, Builder, Carry, Cx, RingMsg, Runtime, shard_actor};

#[derive(RingMsg)]
enum EchoMsg {
    #[ring(reply = u32)]
    Echo(u32),
}

#[shard_actor(msg = EchoMsg)]
struct Echo;

impl EchoBehavior for Echo {
    async fn echo(&mut self, _: &Cx<Self>, value: u32) -> u32 {
        value
    }
}

/// Fails unless a runtime answers, from another shard, too.
fn assert_works(rt: &Runtime) {
    let last = rt.shard_count() as u16 - 1;
    let echo = rt
        .block_on(rt.remote(last).unwrap().start(|| Echo))
        .unwrap();
    assert_eq!(rt.block_on(echo.echo(&rt.client(), 5)), Ok(5));
    let across = rt.spawn_local_on(0, move |ctx| async move {
        let ticket = ctx.remote(last).unwrap().send_raw(1, 2).unwrap();
        (echo.echo(&ctx, 6).await, ticket.await)
    });
    assert_eq!(rt.block_on(across.unwrap()), Ok((Ok(6), Ok(()))));
}

/// Runs a test in a child that loses io_uring; `None` as well where there is nothing to lose. The child does not look: that
/// is part of its test.
#[track_caller]
fn in_child_with_ring(test: &str, body: impl FnOnce()) -> Option<String> {
    if !child::is_child(test) && !common::has_ring(Carry::Lane) {
        return None;
    }
    child::in_child(test, body)
}

/// Two shards on io_uring.
fn on_io_uring(carry: Carry) -> Builder {
    let builder = Runtime::builder().shards(2).carry(carry);
    builder.backend(BackendKind::IoUring)
}

/// The cause and the remedy with which building was refused, which must be said well, with nothing left behind.
#[track_caller]
fn refused(build: impl FnOnce() -> Result<Runtime, BuildError>) -> (String, String) {
    let before = child::files();
    let error = build().expect_err("it cannot be built here");
    assert_nothing_left(before);
    let text = error.to_string();
    let BuildError::Backend { cause, remedy } = error else {
        panic!("{error:?}")
    };
    eprintln!("cause: {cause}\nremedy: {remedy}");
    assert_eq!(text, format!("{cause}: {remedy}"));
    assert!(!cause.is_empty() && !remedy.is_empty(), "{text}");
    assert!(!text.ends_with(['.', '\n']), "{text}");
    (cause, remedy)
}

/// Fails if a shard's thread goes on, or if there are more descriptors than before.
#[track_caller]
fn assert_nothing_left(files: usize) {
    common::eventually("no thread is left", || child::threads("spargio") == 0);
    assert_eq!(child::files(), files, "descriptors");
}

/// Fails unless `Auto` falls back to the queue, which works.
#[track_caller]
fn assert_falls_back() {
    for _ in 0..3 {
        let rt = on_io_uring(Carry::Completion)
            .backend(BackendKind::Auto)
            .build()
            .unwrap();
        assert_eq!(
            (rt.backend(), rt.carry()),
            (BackendKind::Queue, Carry::Lane)
        );
        assert_works(&rt);
    }
}

/// Fails unless `Auto` has said in the child that it fell back: once, however many runtimes were built.
#[track_caller]
fn assert_said_once(printed: Option<String>) {
    const FALLBACK: &str = "spargio: BackendKind::Auto uses the queue backend";
    if let Some(printed) = printed {
        assert_eq!(printed.matches(FALLBACK).count(), 1, "{printed}");
    }
}
