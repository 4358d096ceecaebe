use spargio::RingMsg;

#[derive(RingMsg)]
#[ring(asks(UsersMsg))]
enum StoreMsg<K> {
    #[ring(reply = K)]
    Get(K),
}

#[derive(RingMsg)]
#[ring(asks(StoreMsg<u64>))]
enum UsersMsg {
    #[ring(reply = u8)]
    Find,
}

fn main() {}
