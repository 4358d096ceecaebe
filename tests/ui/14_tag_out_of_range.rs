use spargio::RingMsg;

#[derive(RingMsg)]
enum BlinkMsg {
    #[ring(tag = 65_536)]
    On,
    #[ring(tag = -1)]
    Off,
    #[ring(tag = "two")]
    Dim(u8),
}

fn main() {}
