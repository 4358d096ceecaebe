use spargio::{Cx, RemoteShard, RingMsg, shard_actor};

use std::rc::Rc;

#[derive(RingMsg)]
enum CacheMsg {
    Drop,
}

#[shard_actor(msg = CacheMsg)]
struct Cache(Rc<u32>);

impl CacheBehavior for Cache {
    async fn drop(&mut self, _: &Cx<Self>) {}
}

async fn start(port: RemoteShard, shared: Rc<u32>) {
    let _ = port.start(move || Cache(shared)).await;
}

fn main() {}
