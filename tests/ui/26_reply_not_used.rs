#![deny(warnings)]

use spargio::{Cx, Reply, RingMsg, shard_actor};

#[derive(RingMsg)]
pub enum QueueMsg {
    #[ring(reply = u64, later)]
    Pop,
}

#[shard_actor(msg = QueueMsg)]
pub struct Queue;

impl QueueBehavior for Queue {
    async fn pop(&mut self, _: &Cx<Self>, reply: Reply<u64>) {}
}

fn main() {}
