use spargio::RingMsg;

#[derive(RingMsg)]
#[ring(asks("AuditMsg"))]
enum CounterMsg {
    #[ring(later)]
    Add(u32),
    #[ring(replay = u64)]
    Get,
    Stop,
}

fn main() {}
