//! The io_uring backend on its own ground: small rings, floods, blocked shards, neighbours that come and go. What it
//! promises like any other backend is in the other files, which run on it, too.
//!
//! "`send_raw` from a shard is an event at the target's completion, a ticket at the sender's completion"; "accepted and
//! not yet begun never exceeds `mailbox`"; "a receive-only shard stalled behind its own overflowing CQ", "raw peer fds
//! reused", "lost wake-ups" are what went wrong elsewhere.

mod common;

#[path = "uring/bits.rs"]
mod bits;
#[path = "uring/blocked.rs"]
mod blocked;
#[path = "uring/carries.rs"]
mod carries;
#[path = "uring/flood.rs"]
mod flood;
#[path = "uring/ledger.rs"]
mod ledger;
#[path = "uring/many.rs"]
mod many;
#[path = "uring/neighbours.rs"]
mod neighbours;
#[path = "uring/tickets.rs"]
mod tickets;
#[path = "uring/tiny.rs"]
mod tiny;
#[path = "uring/wakes.rs"]
mod wakes;

use common::{Gate, OpenAtEnd, Setup, has_ring};
use spargio::{BackendKind, Carry, Event, Runtime, ShardId};
use std::panic::resume_unwind;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// How long a test may take with one setup, where a message lost would have it wait for ever.
const PATIENCE: Duration = Duration::from_secs(120);

/// Runs a test on io_uring with every carry and each of these numbers of shards, and says which one failed. One test at
/// a time: they measure the process, and two cores are few.
fn each_carry(shards: &[usize], test: impl Fn(&Setup) + Send + Sync + 'static) {
    static ALONE: Mutex<()> = Mutex::new(());
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let test = Arc::new(test);
    for carry in [Carry::Lane, Carry::Completion] {
        if !has_ring(carry) {
            continue;
        }
        for &shards in shards {
            let setup = Setup {
                backend: BackendKind::IoUring,
                carry,
                shards,
            };
            let test = test.clone();
            in_time(&format!("{setup:?}"), move || test(&setup));
        }
    }
}

/// Runs a job on a thread of its own, and fails where it would hang.
fn in_time(what: &str, job: impl FnOnce() + Send + 'static) {
    let (sender, receiver) = channel();
    let thread = thread::spawn(move || {
        job();
        sender.send(()).expect("somebody waits");
    });
    match receiver.recv_timeout(PATIENCE) {
        Err(RecvTimeoutError::Timeout) => panic!("it hangs with {what}"),
        Ok(()) | Err(RecvTimeoutError::Disconnected) => thread.join().unwrap_or_else(|panic| {
            eprintln!("failed with {what}");
            resume_unwind(panic)
        }),
    }
}

/// Holds a shard up until the gate is opened.
fn hold(rt: &Runtime, shard: ShardId) -> OpenAtEnd {
    let gate = Gate::default();
    let held = gate.clone();
    drop(rt.spawn_on(shard, async move { held.pass() }).unwrap());
    gate.await_waiting(1);
    OpenAtEnd(gate)
}

/// Nothing came that was not sent, and the kernel took all that was.
#[track_caller]
fn assert_sound(rt: &Runtime) {
    for shard in rt.stats().shards {
        let ring = &shard.ring;
        assert_eq!((ring.strays, ring.failed), (0, 0), "{shard:?}");
    }
}

#[test]
fn io_uring_backend_delivers_message() {
    each_carry(&[2], |setup| {
        let rt = setup.build();
        assert_eq!((rt.backend(), rt.carry()), (setup.backend, setup.carry));
        let port = rt.remote(1).unwrap();
        let sent = rt.spawn_on(0, async move { port.send_raw(7, 42).unwrap().await });
        assert_eq!(rt.block_on(sent.unwrap()), Ok(Ok(())));
        let read = rt.spawn_local_on(1, |ctx| async move { ctx.next_event().await });
        assert_eq!(
            rt.block_on(read.unwrap()),
            Ok(Event::RingMsg {
                from: Some(0),
                tag: 7,
                val: 42
            })
        );
        let taken: u64 = rt.stats().shards.iter().map(|s| s.ring.submitted).sum();
        assert!(taken > 0, "it went through a ring");
        assert_sound(&rt);
    });
}
