#![deny(warnings)]

use spargio::RingMsg;

#[derive(Clone, Copy, spargio::RingVal)]
struct Secret(u32);

#[derive(RingMsg)]
pub enum CounterMsg {
    Add(Secret),
    #[ring(reply = Secret)]
    Get,
}

pub fn used() -> CounterMsg {
    CounterMsg::Add(Secret(1))
}

fn main() {}
