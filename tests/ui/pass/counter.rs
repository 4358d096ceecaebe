//! The example of the README, in a crate that denies what lints can find.
#![deny(
    warnings,
    missing_docs,
    clippy::pedantic,
    unreachable_pub,
    missing_debug_implementations
)]

use spargio::{BackendKind, Client, Cx, Handle, RingMsg, Runtime, shard_actor};

/// What a counter understands. Docs are copied to the handle's methods.
#[derive(Debug, RingMsg)]
pub enum CounterMsg {
    /// Adds `n`.
    Add {
        /// How much.
        n: u32,
    },
    /// The sum so far.
    #[ring(reply = u64)]
    Get,
    /// Adds up a whole batch.
    AddAll(Vec<u32>),
}

/// Counts.
#[shard_actor(msg = CounterMsg)]
#[derive(Default, Debug)]
pub struct Counter {
    total: u64,
}

impl CounterBehavior for Counter {
    async fn add(&mut self, _: &Cx<Self>, n: u32) {
        self.total += u64::from(n);
    }
    async fn get(&mut self, _: &Cx<Self>) -> u64 {
        self.total
    }
    async fn add_all(&mut self, _: &Cx<Self>, value: Vec<u32>) {
        self.total += value.iter().map(|&n| u64::from(n)).sum::<u64>();
    }
}

/// Tells and asks.
///
/// # Errors
///
/// Whatever the counter answers.
pub async fn count(
    counter: CounterHandle,
    client: &Client,
) -> Result<u64, Box<dyn std::error::Error>> {
    counter.add(5)?;
    counter.add_all(vec![1, 2, 3])?;
    counter.try_send(CounterMsg::Add { n: 1 })?;
    Ok(counter
        .get(client)
        .timeout(std::time::Duration::from_secs(1))
        .await?)
}

fn is_send<T: Send + 'static>(_: &T) {}
fn is_handle<H: Handle + Copy + Send + Sync + Eq + std::hash::Hash + std::fmt::Debug>() {
    assert_eq!(size_of::<H>(), 8);
}

#[allow(dead_code)]
fn run() -> Result<(), Box<dyn std::error::Error>> {
    let rt = Runtime::builder()
        .shards(2)
        .backend(BackendKind::IoUring)
        .build()?;
    let client = rt.client();
    rt.block_on(async {
        let counter: CounterHandle = rt
            .remote(1)
            .ok_or("no shard 1")?
            .start(Counter::default)
            .await?;
        is_send(&counter.get(&client));
        count(counter, &client).await?;
        Ok(())
    })
}

fn main() {
    is_handle::<CounterHandle>();
}
