use spargio::RingMsg;

#[derive(RingMsg)]
#[ring(asks(IndexMsg<K>))]
enum StoreMsg<K> {
    #[ring(reply = K)]
    Get(K),
}

#[derive(RingMsg)]
#[ring(asks(StoreMsg<K>))]
enum IndexMsg<K> {
    #[ring(reply = K)]
    Find(K),
}

fn main() {}
