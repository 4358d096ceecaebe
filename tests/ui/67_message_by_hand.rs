use spargio::shard_actor;

enum CounterMsg {
    Add(u32),
}

#[shard_actor(msg = CounterMsg)]
struct Counter;

impl CounterBehavior for Counter {}

fn main() {}
