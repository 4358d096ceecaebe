use spargio::{Cx, RingMsg, shard_actor};

use std::collections::HashMap;

#[derive(RingMsg)]
enum StoreMsg<K> {
    Put(K),
}

#[shard_actor(msg = StoreMsg<K>)]
struct Store<K> {
    map: HashMap<K, u8>,
}

impl<K> StoreBehavior<K> for Store<K> {
    async fn put(&mut self, _: &Cx<Self>, _: K) {}
}

fn main() {}
