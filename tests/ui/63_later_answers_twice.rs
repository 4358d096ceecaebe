use spargio::{Cx, Reply, RingMsg, shard_actor};

#[derive(RingMsg)]
enum QueueMsg {
    #[ring(reply = u64, later)]
    Pop,
}

#[shard_actor(msg = QueueMsg)]
struct Queue;

impl QueueBehavior for Queue {
    async fn pop(&mut self, _: &Cx<Self>, reply: Reply<u64>) {
        reply.send(1);
        reply.send(2);
    }
}

fn main() {}
