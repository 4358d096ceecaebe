use spargio::shard_actor;

#[shard_actor(CounterMsg)]
struct Counter;

fn main() {}
