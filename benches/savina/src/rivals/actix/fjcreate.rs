//! Fork-join creation on actix: a task on each arbiter makes the actors of that arbiter.

use super::Arbiters;
use crate::finish::{Share, shares};
use crate::params::{FjCreate, Scale, check};
use crate::work::sine_squared;
use actix::{Actor, ActorContext, Context, Handler, Message};

#[derive(Message)]
#[rtype(result = "()")]
struct Compute;

struct Worker {
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
        cx.stop();
    }
}

pub(super) async fn run(arbiters: &Arbiters, scale: Scale) {
    let FjCreate { actors } = FjCreate::at(scale);
    let (share, finish) = shares();
    let count = arbiters.count();
    for first in 0..count {
        let share = share.clone();
        let create = async move {
            for _ in (first..actors).step_by(count) {
                let share = share.clone();
                Worker { share }.start().do_send(Compute);
            }
        };
        match arbiters.of(first) {
            None => _ = actix::spawn(create),
            Some(arbiter) => _ = arbiter.spawn(create),
        }
    }
    drop(share);
    check("fjcreate, actors", actors as u64, finish.total().await);
}
