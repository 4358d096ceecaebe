use spargio::{Cx, RingMsg, shard_actor};

use std::rc::Rc;

#[derive(RingMsg)]
enum ShareMsg {
    Share(u8, Rc<u32>),
    #[ring(reply = u8)]
    Ask {
        with: Rc<u32>,
    },
}

#[shard_actor(msg = ShareMsg)]
struct Share;

impl ShareBehavior for Share {
    async fn share(&mut self, _: &Cx<Self>, _: u8, _: Rc<u32>) {}
    async fn ask(&mut self, _: &Cx<Self>, _: Rc<u32>) -> u8 {
        0
    }
}

fn share(handle: ShareHandle) {
    let _ = handle.share(1, Rc::new(2));
}

fn main() {}
