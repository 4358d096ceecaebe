use spargio::RingMsg;

use std::rc::Rc;

#[derive(RingMsg)]
enum ShareMsg {
    #[ring(reply = Rc<u32>, later)]
    Get,
}

fn main() {}
