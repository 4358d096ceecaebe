//! The benchmarks on Spargio: actor i lives on shard i mod n, unless its benchmark says otherwise.

mod banking;
mod bndbuffer;
mod chameneos;
mod concdict;
mod count;
mod fib;
mod fjcreate;
mod fjthrput;
mod nqueenk;
mod philosopher;
mod pingpong;
mod radixsort;
mod sieve;
mod stage;
mod uct;

use crate::benchmark::Benchmark;
use crate::measure::{Sample, measure};
use crate::params::Scale;
use spargio::{BackendKind, Carry, Runtime};
use stage::Stage;
use std::time::Duration;

/// How messages travel between shards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Door {
    Queue,
    /// io_uring, with the actors' messages in lanes.
    Lane,
    /// io_uring, with the actors' messages as completions.
    Completion,
}

impl Door {
    pub(crate) const ALL: [Self; 3] = [Self::Queue, Self::Lane, Self::Completion];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Queue => "queue",
            Self::Lane => "lane",
            Self::Completion => "completion",
        }
    }

    fn settings(self) -> (BackendKind, Carry) {
        match self {
            Self::Queue => (BackendKind::Queue, Carry::Lane),
            Self::Lane => (BackendKind::IoUring, Carry::Lane),
            Self::Completion => (BackendKind::IoUring, Carry::Completion),
        }
    }
}

/// Runs a benchmark at these scales, one after the other on one runtime, and measures the last run.
pub(crate) fn sample(
    benchmark: Benchmark,
    shards: usize,
    door: Door,
    scales: Vec<Scale>,
) -> Sample {
    let (backend, carry) = door.settings();
    let rt = Runtime::builder()
        .shards(shards)
        .backend(backend)
        .carry(carry)
        // As long as a sample may take: a `send` that waits for room is not to give up before.
        .ask_timeout(Duration::from_secs(120))
        .build()
        .unwrap_or_else(|error| panic!("no runtime: {error}"));
    let driver = rt.spawn_local_on(0, async move |ctx| {
        let stage = Stage::new(ctx);
        measure(scales, |scale| run(benchmark, &stage, scale)).await
    });
    let sample = rt
        .block_on(driver.expect("there is a shard 0"))
        .expect("the driver does not panic");
    let report = rt.shutdown().expect("this thread is no shard");
    assert!(
        report.handled == report.accepted,
        "messages were lost: {report:?}"
    );
    sample
}

async fn run(benchmark: Benchmark, stage: &Stage, scale: Scale) {
    match benchmark {
        Benchmark::PingPong => pingpong::run(stage, scale).await,
        Benchmark::Count => count::run(stage, scale).await,
        Benchmark::FjThrput => fjthrput::run(stage, scale).await,
        Benchmark::FjCreate => fjcreate::run(stage, scale).await,
        Benchmark::Chameneos => chameneos::run(stage, scale).await,
        Benchmark::Banking => banking::run(stage, scale).await,
        Benchmark::NQueenK => nqueenk::run(stage, scale).await,
        Benchmark::Fib => fib::run(stage, scale).await,
        Benchmark::ConcDict => concdict::run(stage, scale).await,
        Benchmark::BndBuffer => bndbuffer::run(stage, scale).await,
        Benchmark::Philosopher => philosopher::run(stage, scale).await,
        Benchmark::RadixSort => radixsort::run(stage, scale).await,
        Benchmark::Sieve => sieve::run(stage, scale).await,
        Benchmark::Uct => uct::run(stage, scale).await,
    }
}
