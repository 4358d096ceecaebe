use spargio::RingMsg;

#[derive(RingMsg)]
#[ring(handle = "Counter", behavior = Counts<u8>)]
enum CounterMsg {
    #[ring(method = "plus")]
    Add(u32),
}

fn main() {}
