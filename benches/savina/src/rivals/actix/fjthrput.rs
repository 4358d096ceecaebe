//! Fork-join throughput on actix.

use super::Arbiters;
use crate::finish::{Share, shares};
use crate::params::{FjThrput, Scale, check};
use crate::work::sine_squared;
use actix::{Actor, ActorContext, Addr, Context, Handler, Message};

#[derive(Message)]
#[rtype(result = "()")]
struct Compute;

struct Worker {
    left: u64,
    share: Share,
}

impl Actor for Worker {
    type Context = Context<Self>;
}

impl Handler<Compute> for Worker {
    type Result = ();

    fn handle(&mut self, _: Compute, cx: &mut Context<Self>) {
        sine_squared();
        self.share.count(1);
        self.left -= 1;
        if self.left == 0 {
            cx.stop();
        }
    }
}

pub(super) async fn run(arbiters: &Arbiters, scale: Scale) {
    let FjThrput { actors, messages } = FjThrput::at(scale);
    let (share, finish) = shares();
    let worker = || Worker {
        left: messages,
        share: share.clone(),
    };
    let workers: Vec<Addr<Worker>> = (0..actors).map(|i| arbiters.start(i, worker())).collect();
    drop(share);
    for _ in 0..messages {
        for worker in &workers {
            worker.do_send(Compute);
        }
    }
    let expected = actors as u64 * messages;
    check("fjthrput, messages", expected, finish.total().await);
}
