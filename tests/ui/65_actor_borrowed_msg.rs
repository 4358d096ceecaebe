use spargio::shard_actor;

#[shard_actor(msg = "CounterMsg")]
struct Counter;

#[shard_actor(msg)]
struct Other;

fn main() {}
