use spargio::RingMsg;

#[derive(RingMsg)]
enum ListMsg {
    #[ring(reply = impl Iterator<Item = u8>)]
    All,
    #[ring(reply = Vec<_>)]
    Some,
}

fn main() {}
