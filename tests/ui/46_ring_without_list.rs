use spargio::RingMsg;

#[derive(RingMsg)]
enum CounterMsg {
    #[ring]
    Add(u32),
    #[ring = "inline"]
    Remove(u32),
    #[ring(inline = true)]
    Clear,
    #[ring("reply")]
    Get,
}

fn main() {}
