//! Starting actors.

use crate::measure::{Measured, Stopwatch, resident_bytes};
use crate::ours::Spargio;
use crate::ours::actors::{Counter, CounterHandle};
use crate::ours::setup::{NEAR, runtime};
use spargio::ShardCtx;

pub fn start(spargio: &Spargio, operations: u64) -> Measured {
    let rt = runtime(spargio, 2);
    let driver = rt.spawn_local_on(NEAR, move |ctx| async move {
        start_all(&ctx, operations / 100).await;
        let before = resident_bytes();
        let watch = Stopwatch::start();
        let counters = start_all(&ctx, operations).await;
        let measured = watch.stop(operations);
        let grown = resident_bytes().saturating_sub(before);
        assert_eq!(counters.len() as u64, operations);
        Measured {
            resident: Some(grown / operations),
            ..measured
        }
    });
    let driver = driver.expect("shard 0");
    rt.block_on(driver).expect("the driver ends")
}

/// Starts actors, and asks the last one: then all have begun.
async fn start_all(ctx: &ShardCtx, operations: u64) -> Vec<CounterHandle> {
    let start = |_| ctx.start(Counter::default()).expect("a slot");
    let counters: Vec<CounterHandle> = (0..operations).map(start).collect();
    if let Some(last) = counters.last() {
        assert_eq!(last.next(ctx, 1).await, Ok(2));
    }
    counters
}
