use spargio::{Cx, RingMsg, shard_actor};

use std::rc::Rc;

#[derive(RingMsg)]
enum ShareMsg {
    #[ring(reply = Rc<u32>)]
    Get,
}

#[shard_actor(msg = ShareMsg)]
struct Share;

impl ShareBehavior for Share {
    async fn get(&mut self, _: &Cx<Self>) -> Rc<u32> {
        Rc::new(3)
    }
}

fn main() {}
