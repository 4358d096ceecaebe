//! A counter on another core: a tell, owned data that moves with its message, and an ask.
//!
//! `cargo run --release --example hello`

use spargio::{Cx, RingMsg, Runtime, shard_actor};
use std::error::Error;

/// What a counter understands.
#[derive(RingMsg)]
enum CounterMsg {
    /// Adds `n`: a tell.
    Add { n: u32 },
    /// Adds up a whole batch, which is moved, not copied.
    AddAll(Vec<u32>),
    /// The sum so far: an ask.
    #[ring(reply = u64)]
    Get,
}

#[shard_actor(msg = CounterMsg)]
#[derive(Default)]
struct Counter {
    total: u64,
}

impl CounterBehavior for Counter {
    async fn add(&mut self, _: &Cx<Self>, n: u32) {
        self.total += u64::from(n);
    }
    async fn add_all(&mut self, _: &Cx<Self>, value: Vec<u32>) {
        self.total += value.into_iter().map(u64::from).sum::<u64>();
    }
    async fn get(&mut self, _: &Cx<Self>) -> u64 {
        self.total
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let rt = Runtime::builder().shards(2).build()?;
    let client = rt.client();
    rt.block_on(async {
        let shard = rt.remote(1).ok_or("no shard 1")?;
        let counter: CounterHandle = shard.start(Counter::default).await?;
        counter.add(5)?; // returns at once
        counter.add_all(vec![1, 2, 3])?;
        let total = counter.get(&client).await?; // sent last, so handled last
        println!("the counter on shard 1 says {total}");
        Ok(())
    })
}
