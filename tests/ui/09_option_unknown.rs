use spargio::RingMsg;

#[derive(RingMsg)]
#[ring(ask(AuditMsg))]
enum CounterMsg {
    #[ring(replay = u64)]
    Get,
    #[ring(priority = 3, colour)]
    Add(u32),
}

fn main() {}
