use spargio::RingMsg;

#[derive(RingMsg)]
enum ListMsg {
    All(impl Iterator<Item = u8>),
    Some(Vec<_>),
}

fn main() {}
