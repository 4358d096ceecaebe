use spargio::shard_actor;

#[shard_actor]
struct Counter;

#[shard_actor(mailbox = 8)]
struct Other;

fn main() {}
