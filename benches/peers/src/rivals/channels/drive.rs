//! What the drivers do, operation by operation.

use super::{Asker, Question, Runtime, act, started};
use crate::measure::{Measured, Stopwatch, current_cpu, resident_bytes};
use crate::rivals::conduct::{Body, FAN};

/// So many actors are started before one of them is asked, so that they run and the queue of tasks stays short.
const BATCH: u64 = 1_024;

pub async fn asks(actor: &impl Asker<u64>, operations: u64) -> Measured {
    let stopwatch = Stopwatch::start();
    for n in 0..operations {
        assert_eq!(actor.ask(Question::Next(n)).await, n + 1);
    }
    stopwatch.stop(operations)
}

pub async fn tells<B: Body>(actor: &impl Asker<B>, operations: u64) -> Measured {
    let stopwatch = Stopwatch::start();
    for n in 0..operations {
        actor.tell(B::nth(n)).await;
    }
    assert_eq!(actor.ask(Question::Sum).await, B::total(operations));
    stopwatch.stop(operations)
}

pub async fn whereabouts<B>(actor: &impl Asker<B>) -> Measured {
    let far = actor.ask(Question::Where).await as u32;
    Measured {
        cpus: Some((current_cpu(), far)),
        ..Measured::default()
    }
}

pub async fn rounds<F: Asker<u64>, H: Asker<u64>>(
    far: &[F],
    here: &[H],
    operations: u64,
) -> Measured {
    let mut pending_far = Vec::with_capacity(far.len());
    let mut pending_here = Vec::with_capacity(here.len());
    let stopwatch = Stopwatch::start();
    for round in 0..operations / (2 * FAN) {
        for actor in far {
            pending_far.push(actor.begin(Question::Next(round)).await);
        }
        for actor in here {
            pending_here.push(actor.begin(Question::Next(round)).await);
        }
        let mut sum = 0;
        for (actor, pending) in here.iter().zip(pending_here.drain(..)) {
            sum += actor.answer(pending).await;
        }
        for (actor, pending) in far.iter().zip(pending_far.drain(..)) {
            sum += actor.answer(pending).await;
        }
        assert_eq!(sum, 2 * FAN * (round + 1));
    }
    stopwatch.stop(operations)
}

/// Starts actors, each a task and a channel, and keeps them.
pub async fn starts<R: Runtime>(actors: &mut Vec<R::AskerOfMany>, operations: u64) -> Measured {
    actors.reserve(operations as usize);
    let full = actors.len() as u64 + operations;
    let (started_before, before) = (started(), resident_bytes());
    let stopwatch = Stopwatch::start();
    while (actors.len() as u64) < full {
        let batch = (full - actors.len() as u64).min(BATCH);
        for (asker, mailbox) in R::many_here(batch as usize) {
            R::spawn(act(mailbox));
            actors.push(asker);
        }
        let last = actors.last().expect("there is an actor");
        assert_eq!(last.ask(Question::Next(0)).await, 1);
    }
    let measured = stopwatch.stop(operations);
    assert_eq!(started() - started_before, operations);
    let resident = Some((resident_bytes() - before) / operations);
    Measured {
        resident,
        ..measured
    }
}
