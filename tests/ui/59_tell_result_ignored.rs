#![deny(warnings)]

use spargio::RingMsg;

#[derive(RingMsg)]
pub enum CounterMsg {
    Add(u32),
}

pub fn add(counter: CounterHandle) {
    counter.add(1);
}

fn main() {}
