use spargio::{Cx, RingMsg, ShardCtx, shard_actor};

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
    async fn add(&mut self, _: &Cx<Self>, _: u32) {}
    async fn get(&mut self, _: &Cx<Self>) -> u64 {
        0
    }
}

fn leak(cx: &Cx<Counter>, shard: ShardCtx) {
    std::thread::scope(|scope| {
        scope.spawn(|| cx.stop());
    });
    std::thread::spawn(move || shard.spawn_local(async {}));
}

fn main() {}
