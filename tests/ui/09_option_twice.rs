use spargio::RingMsg;

#[derive(RingMsg)]
#[ring(handle = Counter)]
#[ring(handle = CounterHandle)]
enum CounterMsg {
    #[ring(reply = u64, later, reply = u32)]
    Get,
}

fn main() {}
