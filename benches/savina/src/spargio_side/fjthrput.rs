//! Fork-join throughput: many messages to many actors in turn, each a small computation.

use super::stage::{Stage, send};
use crate::finish::{Share, shares};
use crate::params::{FjThrput, Scale, check, mailbox};
use crate::work::sine_squared;
use spargio::{Actor, Cx, RingMsg, shard_actor};

#[derive(RingMsg)]
enum WorkerMsg {
    #[ring(inline)]
    Compute,
}

#[shard_actor(msg = WorkerMsg, mailbox = 10_000)]
struct Worker {
    left: u64,
    share: Share,
}

const _: () = assert!(matches!(Worker::MAILBOX, Some(mailbox::THROUGHPUT)));

impl WorkerBehavior for Worker {
    async fn compute(&mut self, cx: &Cx<Self>) {
        sine_squared();
        self.share.count(1);
        self.left -= 1;
        if self.left == 0 {
            cx.stop();
        }
    }
}

pub(super) async fn run(stage: &Stage, scale: Scale) {
    let FjThrput { actors, messages } = FjThrput::at(scale);
    let (share, finish) = shares();
    let workers: Vec<WorkerHandle> = stage
        .start_all(0, actors, |_| {
            let (left, share) = (messages, share.clone());
            move || Worker { left, share }
        })
        .await;
    drop(share);
    for _ in 0..messages {
        for &worker in &workers {
            // The mailboxes have room for all of them; a lane may have none.
            send(worker, WorkerMsg::Compute).await;
        }
    }
    let expected = actors as u64 * messages;
    check("fjthrput, messages", expected, finish.total().await);
}
