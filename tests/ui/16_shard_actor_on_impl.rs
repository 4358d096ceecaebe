use spargio::shard_actor;

struct Counter;

#[shard_actor(msg = CounterMsg)]
impl Counter {}

fn main() {}
