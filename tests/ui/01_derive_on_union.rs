use spargio::RingMsg;

#[derive(RingMsg)]
union CounterMsg {
    add: u32,
}

fn main() {}
