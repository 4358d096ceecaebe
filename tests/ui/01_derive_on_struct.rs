use spargio::RingMsg;

#[derive(RingMsg)]
struct CounterMsg {
    add: u32,
}

fn main() {}
