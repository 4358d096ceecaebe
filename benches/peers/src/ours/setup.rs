//! Runtimes, and drivers on their shards.

use crate::measure::Measured;
use crate::ours::Spargio;
use crate::ours::actors::{Counter, CounterHandle};
use crate::workload::ROOM;
use spargio::{Handle, Runtime, ShardCtx, ShardId, StartError};

pub const NEAR: ShardId = 0;
pub const FAR: ShardId = 1;

/// A runtime with everybody's room.
pub fn runtime(spargio: &Spargio, shards: usize) -> Runtime {
    Runtime::builder()
        .shards(shards)
        .backend(spargio.backend)
        .carry(spargio.carry)
        .mailbox(ROOM)
        .ring_entries(ROOM)
        .build()
        .unwrap_or_else(|error| panic!("no runtime: {error}"))
}

/// Runs a driver on near with an actor on a shard.
pub fn drive<H: Handle, F: Future<Output = Measured> + 'static>(
    spargio: &Spargio,
    start: impl AsyncFnOnce(&Runtime) -> Result<H, StartError>,
    driver: impl FnOnce(ShardCtx, H) -> F + Send + 'static,
) -> Measured {
    let rt = runtime(spargio, 2);
    rt.block_on(async {
        let actor = start(&rt).await.expect("an actor starts");
        let driver = rt.spawn_local_on(NEAR, move |ctx| driver(ctx, actor));
        driver.expect("shard 0").await.expect("the driver ends")
    })
}

/// Starts a counter.
pub async fn counter(rt: &Runtime, shard: ShardId) -> Result<CounterHandle, StartError> {
    let shard = rt.remote(shard).expect("a shard of the runtime");
    shard.start(Counter::default).await
}
