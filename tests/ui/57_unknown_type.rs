use spargio::RingMsg;

#[derive(RingMsg)]
enum StoreMsg {
    Put(Strng),
}

fn main() {}
