use spargio::{RingMsg, ShardCtx, shard_actor};

#[derive(RingMsg)]
enum StoreMsg<K> {
    Put(K),
}

#[shard_actor(msg = StoreMsg<K>)]
struct Store<K>(Vec<K>);

fn start(cx: &ShardCtx) {
    let _ = cx.start(Store(vec![1]));
}

fn main() {}
