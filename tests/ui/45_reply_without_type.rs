use spargio::RingMsg;

#[derive(RingMsg)]
enum CounterMsg {
    #[ring(reply)]
    Get,
    #[ring(reply(u64))]
    Sum,
    #[ring(reply = "u64")]
    Mean,
}

fn main() {}
