use spargio::shard_actor;

#[shard_actor(msg = CounterMsg)]
fn counter() {}

fn main() {}
