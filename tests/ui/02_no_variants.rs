use spargio::RingMsg;

#[derive(RingMsg)]
enum CounterMsg {}

fn main() {}
