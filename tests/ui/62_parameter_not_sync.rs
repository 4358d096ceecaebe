use spargio::RingMsg;

use std::sync::Arc;

#[derive(RingMsg)]
enum StoreMsg<K> {
    Put(Arc<K>),
}

fn main() {}
