//! Fork-join throughput on ractor.

use super::{Handled, keeps, start};
use crate::finish::{Share, shares};
use crate::params::{FjThrput, Scale, check};
use crate::work::sine_squared;
use ractor::{Actor, ActorRef};

struct Compute;

struct Worker;

struct WorkerState {
    left: u64,
    share: Share,
}

impl Actor for Worker {
    keeps!(WorkerState, Compute);

    async fn handle(&self, me: ActorRef<Compute>, _: Compute, at: &mut WorkerState) -> Handled {
        sine_squared();
        at.share.count(1);
        at.left -= 1;
        if at.left == 0 {
            me.stop(None);
        }
        Ok(())
    }
}

pub(super) async fn run(scale: Scale) -> Handled {
    let FjThrput { actors, messages } = FjThrput::at(scale);
    let (share, finish) = shares();
    let mut workers = Vec::new();
    for _ in 0..actors {
        let (left, share) = (messages, share.clone());
        workers.push(start(Worker, WorkerState { left, share }).await?);
    }
    drop(share);
    for _ in 0..messages {
        for worker in &workers {
            worker.cast(Compute)?;
        }
    }
    let expected = actors as u64 * messages;
    check("fjthrput, messages", expected, finish.total().await);
    Ok(())
}
