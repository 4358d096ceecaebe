use spargio::RingMsg;

struct Audit;

#[derive(RingMsg)]
#[ring(asks(Audit))]
enum CounterMsg {
    Add(u32),
}

fn main() {}
