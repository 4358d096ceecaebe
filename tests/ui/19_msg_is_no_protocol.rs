use spargio::shard_actor;

struct Add(u32);

#[shard_actor(msg = Add)]
struct Counter;

fn main() {}
