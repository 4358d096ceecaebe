use spargio::RingMsg;

#[derive(RingMsg)]
#[ring(asks(TreeMsg))]
enum TreeMsg {
    #[ring(reply = u64)]
    Sum,
}

#[derive(RingMsg)]
#[ring(asks(self::ListMsg<K>, Self))]
enum ListMsg<K> {
    #[ring(reply = K)]
    Last(K),
}

fn main() {}
