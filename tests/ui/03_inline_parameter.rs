use spargio::RingMsg;

#[derive(RingMsg)]
enum StoreMsg<K> {
    #[ring(inline)]
    Drop(K),
}

fn main() {}
