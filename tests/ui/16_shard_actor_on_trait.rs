use spargio::shard_actor;

#[shard_actor(msg = CounterMsg)]
trait Counter {}

fn main() {}
