#![deny(warnings)]

use spargio::{Client, RingMsg};

#[derive(RingMsg)]
pub enum CounterMsg {
    #[ring(reply = u64)]
    Get,
}

pub async fn look(counter: CounterHandle, client: Client) {
    counter.get(&client);
}

fn main() {}
