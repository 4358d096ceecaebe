use spargio::shard_actor;

#[shard_actor(msg = CounterMsg)]
enum Counter {
    One,
}

fn main() {}
