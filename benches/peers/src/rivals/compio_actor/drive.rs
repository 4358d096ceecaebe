//! What a driver does, operation by operation.

use super::adder::{Adder, Next, Sum, Tell, Where};
use crate::measure::{Measured, Stopwatch, current_cpu, resident_bytes};
use crate::rivals::conduct::{Body, FAN};
use crate::workload::ROOM;
use compio::actor::{Cluster, Mailbox};
use futures::future::{MaybeDone, maybe_done};
use futures::poll;
use std::pin::Pin;

/// So many actors are started before the first of them is waited for.
const BATCH: usize = 1_024;

pub async fn asks(actor: &Mailbox<Adder>, operations: u64) -> Measured {
    let stopwatch = Stopwatch::start();
    for n in 0..operations {
        assert_eq!(actor.call(Next(n)).await.ok(), Some(n + 1));
    }
    stopwatch.stop(operations)
}

/// Fills one half of the mailbox after the other, each with a call at its end; goes on with a half when the call of the
/// half before has been answered.
pub async fn tells<B: Body>(actor: &Mailbox<Adder>, operations: u64) -> Measured {
    const HALF: u64 = ROOM as u64 / 2 - 1;
    let stopwatch = Stopwatch::start();
    let mut pending = None;
    for n in 0..operations {
        assert!(actor.send(Tell(B::nth(n))).is_ok(), "there is room");
        if n % HALF == HALF - 1 {
            let half = begin(actor.call(Next(n))).await;
            if let Some(before) = pending.replace(half) {
                assert!(end(before).await.is_ok());
            }
        }
    }
    if let Some(before) = pending {
        assert!(end(before).await.is_ok());
    }
    assert_eq!(actor.call(Sum).await.ok(), Some(B::total(operations)));
    stopwatch.stop(operations)
}

/// Sends a call: its future does so when it is first polled.
async fn begin<F: Future>(call: F) -> Pin<Box<MaybeDone<F>>> {
    let mut call = Box::pin(maybe_done(call));
    let _ = poll!(call.as_mut());
    call
}

async fn end<F: Future>(mut call: Pin<Box<MaybeDone<F>>>) -> F::Output {
    call.as_mut().await;
    call.as_mut().take_output().expect("nobody has taken it")
}

pub async fn rounds(actors: &[Mailbox<Adder>], operations: u64) -> Measured {
    let mut pending = Vec::with_capacity(actors.len());
    let stopwatch = Stopwatch::start();
    for round in 0..operations / (2 * FAN) {
        for actor in actors {
            pending.push(begin(actor.call(Next(round))).await);
        }
        for call in pending.drain(..) {
            assert_eq!(end(call).await.ok(), Some(round + 1));
        }
    }
    stopwatch.stop(operations)
}

/// `spawn` starts an actor at once; its future waits until it has started.
pub async fn starts(actors: &mut Vec<Mailbox<Adder>>, operations: u64) -> Measured {
    actors.reserve(operations as usize);
    let full = actors.len() + operations as usize;
    let (cluster, before) = (Cluster::current(), resident_bytes());
    let mut starting = Vec::with_capacity(BATCH);
    let stopwatch = Stopwatch::start();
    while actors.len() < full {
        let batch = (full - actors.len()).min(BATCH);
        starting.extend((0..batch).map(|_| cluster.spawn(|| Adder, ()).into_future()));
        for actor in starting.drain(..) {
            let (mailbox, _) = actor.await.expect("it starts");
            actors.push(mailbox);
        }
    }
    let measured = stopwatch.stop(operations);
    let resident = Some((resident_bytes() - before) / operations);
    Measured {
        resident,
        ..measured
    }
}

pub async fn whereabouts(actor: &Mailbox<Adder>) -> Measured {
    let far = actor.call(Where).await.ok().expect("it answers") as u32;
    Measured {
        cpus: Some((current_cpu(), far)),
        ..Measured::default()
    }
}
