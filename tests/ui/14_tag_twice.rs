use spargio::RingMsg;

#[derive(RingMsg)]
enum BlinkMsg {
    #[ring(tag = 3)]
    Add(u8),
    #[ring(tag = 3)]
    Remove(u8),
    #[ring(tag = 4)]
    Clear,
    Fill,
    Paint,
}

fn main() {}
