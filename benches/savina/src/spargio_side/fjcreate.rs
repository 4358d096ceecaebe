//! Fork-join creation: many actors, each made, sent one message, and gone after it.
//!
//! A task on each shard makes the actors of that shard.

use super::stage::{Stage, told};
use crate::finish::{Share, shares};
use crate::params::{FjCreate, Scale, check};
use crate::work::sine_squared;
use spargio::{Cx, RingMsg, ShardCtx, shard_actor};

#[derive(RingMsg)]
enum WorkerMsg {
    #[ring(inline)]
    Compute,
}

#[shard_actor(msg = WorkerMsg)]
struct Worker {
    share: Share,
}

impl WorkerBehavior for Worker {
    async fn compute(&mut self, cx: &Cx<Self>) {
        sine_squared();
        self.share.count(1);
        cx.stop();
    }
}

pub(super) async fn run(stage: &Stage, scale: Scale) {
    let FjCreate { actors } = FjCreate::at(scale);
    let (share, finish) = shares();
    let create = async move |here: ShardCtx| {
        let first = usize::from(here.shard_id());
        for _ in (first..actors).step_by(here.shard_count()) {
            let share = share.clone();
            let worker = here.start(Worker { share }).expect("there are slots");
            told(worker.compute());
        }
    };
    stage.on_each_shard(create).await;
    check("fjcreate, actors", actors as u64, finish.total().await);
}
