use spargio::RingMsg;

#[derive(RingMsg)]
#[ring(asks(LeafMsg, BMsg))]
enum AMsg {
    #[ring(reply = u8)]
    A,
}

#[derive(RingMsg)]
#[ring(asks(CMsg))]
enum BMsg {
    #[ring(reply = u8)]
    B,
}

#[derive(RingMsg)]
#[ring(asks(LeafMsg, AMsg))]
enum CMsg {
    #[ring(reply = u8)]
    C,
}

#[derive(RingMsg)]
enum LeafMsg {
    #[ring(reply = u8)]
    Leaf,
}

fn main() {}
