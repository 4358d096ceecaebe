//! Fork-join throughput on kameo.

use super::{send, start};
use crate::finish::{Share, shares};
use crate::params::{FjThrput, Scale, check, mailbox};
use crate::work::sine_squared;
use kameo::Actor;
use kameo::actor::ActorRef;
use kameo::message::{Context, Message};

struct Compute;

#[derive(Actor)]
struct Worker {
    left: u64,
    share: Share,
}

impl Message<Compute> for Worker {
    type Reply = ();

    async fn handle(&mut self, _: Compute, cx: &mut Context<Self, ()>) {
        sine_squared();
        self.share.count(1);
        self.left -= 1;
        if self.left == 0 {
            cx.stop();
        }
    }
}

pub(super) async fn run(scale: Scale) {
    let FjThrput { actors, messages } = FjThrput::at(scale);
    let (share, finish) = shares();
    let worker = || Worker {
        left: messages,
        share: share.clone(),
    };
    let workers: Vec<ActorRef<Worker>> = (0..actors)
        .map(|_| start(worker(), mailbox::THROUGHPUT))
        .collect();
    drop(share);
    for _ in 0..messages {
        for worker in &workers {
            send(worker, Compute).await;
        }
    }
    let expected = actors as u64 * messages;
    check("fjthrput, messages", expected, finish.total().await);
}
