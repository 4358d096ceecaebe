//! Fork-join creation on kameo: as many tasks as threads make the actors.

use super::{start, tell};
use crate::finish::{Share, shares};
use crate::params::{FjCreate, Scale, check, mailbox};
use crate::work::sine_squared;
use kameo::Actor;
use kameo::message::{Context, Message};

struct Compute;

#[derive(Actor)]
struct Worker {
    share: Share,
}

impl Message<Compute> for Worker {
    type Reply = ();

    async fn handle(&mut self, _: Compute, cx: &mut Context<Self, ()>) {
        sine_squared();
        self.share.count(1);
        cx.stop();
    }
}

pub(super) async fn run(threads: usize, scale: Scale) {
    let FjCreate { actors } = FjCreate::at(scale);
    let (share, finish) = shares();
    for first in 0..threads {
        let share = share.clone();
        tokio::spawn(async move {
            for _ in (first..actors).step_by(threads) {
                let share = share.clone();
                tell(&start(Worker { share }, mailbox::USUAL), Compute);
            }
        });
    }
    drop(share);
    check("fjcreate, actors", actors as u64, finish.total().await);
}
