use spargio::{Cx, RingMsg, shard_actor};

#[derive(RingMsg)]
enum CounterMsg {
    Add {
        n: u32,
    },
    #[ring(reply = u64)]
    Get,
}

#[shard_actor(msg = CounterMsg)]
struct Counter;

impl CounterBehavior for Counter {
    async fn add(&mut self, _: &Cx<Self>, _: u64) {}
    async fn get(&mut self, _: &Cx<Self>) -> u64 {
        0
    }
}

fn main() {}
