use spargio::{RingMsg, shard_actor};

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

fn main() {}
