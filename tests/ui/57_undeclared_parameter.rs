use spargio::RingMsg;

#[derive(RingMsg)]
enum StoreMsg {
    Put(K),
}

fn main() {}
