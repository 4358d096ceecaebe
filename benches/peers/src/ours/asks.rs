//! The workloads that ask.

use crate::measure::{Measured, Stopwatch};
use crate::ours::Spargio;
use crate::ours::actors::CounterHandle;
use crate::ours::setup::{FAR, NEAR, counter, drive, runtime};
use spargio::{Runtime, ShardCtx, ShardId};

/// How many actors of each shard a round asks.
const HALF: usize = 32;

pub fn across(spargio: &Spargio, operations: u64) -> Measured {
    one_by_one(spargio, FAR, operations)
}

pub fn here(spargio: &Spargio, operations: u64) -> Measured {
    one_by_one(spargio, NEAR, operations)
}

fn one_by_one(spargio: &Spargio, shard: ShardId, operations: u64) -> Measured {
    let start = async move |rt: &Runtime| counter(rt, shard).await;
    drive(spargio, start, move |ctx, counter| async move {
        ask_each(&ctx, counter, operations / 10).await;
        let watch = Stopwatch::start();
        ask_each(&ctx, counter, operations).await;
        watch.stop(operations)
    })
}

async fn ask_each(ctx: &ShardCtx, counter: CounterHandle, operations: u64) {
    for n in 0..operations {
        assert_eq!(counter.next(ctx, n).await, Ok(n + 1));
    }
}

pub fn fan(spargio: &Spargio, operations: u64) -> Measured {
    let rounds = operations / (2 * HALF as u64);
    let rt = runtime(spargio, 2);
    rt.block_on(async {
        let mut counters = Vec::new();
        // Far ones first: they answer while near's own do.
        for shard in [FAR, NEAR] {
            for _ in 0..HALF {
                counters.push(counter(&rt, shard).await.expect("an actor starts"));
            }
        }
        let driver = rt.spawn_local_on(NEAR, move |ctx| async move {
            ask_all(&ctx, &counters, rounds / 10).await;
            let watch = Stopwatch::start();
            ask_all(&ctx, &counters, rounds).await;
            watch.stop(operations)
        });
        driver.expect("shard 0").await.expect("the driver ends")
    })
}

async fn ask_all(ctx: &ShardCtx, counters: &[CounterHandle], rounds: u64) {
    let mut asks = Vec::with_capacity(counters.len());
    for round in 0..rounds {
        asks.extend(counters.iter().map(|counter| counter.next(ctx, round)));
        for ask in asks.drain(..) {
            assert_eq!(ask.await, Ok(round + 1));
        }
    }
}

pub fn four_on_two(spargio: &Spargio, operations: u64) -> Measured {
    const SHARDS: ShardId = 4;
    let rt = runtime(spargio, SHARDS.into());
    rt.block_on(async {
        let mut counters = Vec::new();
        for shard in 0..SHARDS {
            counters.push(counter(&rt, shard).await.expect("an actor starts"));
        }
        // The driver of each shard asks the actor of the next.
        counters.rotate_left(1);
        let each = operations / u64::from(SHARDS);
        ask_around(&rt, &counters, each / 10).await;
        let watch = Stopwatch::start();
        ask_around(&rt, &counters, each).await;
        watch.stop(operations)
    })
}

async fn ask_around(rt: &Runtime, counters: &[CounterHandle], each: u64) {
    let drive = |(shard, &counter): (ShardId, &CounterHandle)| {
        let driver = rt.spawn_local_on(shard, move |ctx| async move {
            ask_each(&ctx, counter, each).await;
        });
        driver.expect("a shard of the runtime")
    };
    let drivers: Vec<_> = (0..).zip(counters).map(drive).collect();
    for driver in drivers {
        driver.await.expect("the driver ends");
    }
}
