//! The workloads in which shards sleep.

use crate::measure::{Measured, Stopwatch, current_cpu};
use crate::ours::Spargio;
use crate::ours::actors::CounterHandle;
use crate::ours::setup::{FAR, NEAR, counter, runtime};
use spargio::Runtime;
use std::thread::sleep;
use std::time::{Duration, Instant};

pub fn wake(spargio: &Spargio, operations: u64) -> Measured {
    let rt = runtime(spargio, 2);
    let counter = rt.block_on(counter(&rt, FAR)).expect("an actor starts");
    ask_from(&rt, counter);
    let watch = Stopwatch::start();
    let took: Duration = (0..operations)
        .map(|_| {
            sleep(Duration::from_millis(1));
            ask_from(&rt, counter)
        })
        .sum();
    let measured = watch.stop(operations);
    let cpus = rt.spawn_local_on(NEAR, move |ctx| async move {
        (current_cpu(), counter.cpu(&ctx).await.expect("an answer"))
    });
    let cpus = rt.block_on(cpus.expect("shard 0"));
    Measured {
        nanos: took.as_nanos() as u64,
        cpus: Some(cpus.expect("the task ends")),
        ..measured
    }
}

/// Has near ask once, and returns how long that took.
fn ask_from(rt: &Runtime, counter: CounterHandle) -> Duration {
    let ask = rt.spawn_local_on(NEAR, move |ctx| async move {
        let start = Instant::now();
        assert_eq!(counter.next(&ctx, 1).await, Ok(2));
        start.elapsed()
    });
    rt.block_on(ask.expect("shard 0")).expect("the task ends")
}

pub fn idle(spargio: &Spargio) -> Measured {
    let rt = runtime(spargio, 2);
    rt.block_on(async {
        for (from, to) in [(NEAR, FAR), (FAR, NEAR)] {
            let counter = counter(&rt, to).await.expect("an actor starts");
            let ask =
                rt.spawn_local_on(from, move |ctx| async move { counter.next(&ctx, 1).await });
            let answer = ask.expect("two shards").await.expect("the task ends");
            assert_eq!(answer, Ok(2));
        }
    });
    // By then both sleep.
    sleep(Duration::from_millis(100));
    let watch = Stopwatch::start();
    sleep(Duration::from_secs(3));
    watch.stop(1)
}
