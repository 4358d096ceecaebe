use spargio::RingMsg;

#[derive(RingMsg)]
#[ring(asks("AuditMsg"))]
enum CounterMsg {
    Add(u32),
}

#[derive(RingMsg)]
#[ring(asks = AuditMsg)]
enum OtherMsg {
    Add(u32),
}

fn main() {}
