//! ractor: each actor a task of tokio. It has unbounded mailboxes only.
//!
//! An actor's data is its state, which it is given as its argument, as in ractor's own examples.

mod banking;
mod chameneos;
mod count;
mod fjcreate;
mod fjthrput;
mod nqueenk;
mod pingpong;

use crate::benchmark::Benchmark;
use crate::measure::{Sample, measure};
use crate::params::Scale;
use ractor::{Actor, ActorProcessingErr, ActorRef};

type Handled = Result<(), ActorProcessingErr>;

/// Runs a benchmark at these scales, one after the other in one process, and measures the last run.
pub(crate) fn sample(benchmark: Benchmark, threads: usize, scales: Vec<Scale>) -> Sample {
    let driver = measure(scales, move |scale| run(benchmark, threads, scale));
    super::on_tokio(threads, driver)
}

async fn run(benchmark: Benchmark, threads: usize, scale: Scale) {
    match benchmark {
        Benchmark::PingPong => pingpong::run(scale).await,
        Benchmark::Count => count::run(scale).await,
        Benchmark::FjThrput => fjthrput::run(scale).await,
        Benchmark::FjCreate => fjcreate::run(threads, scale).await,
        Benchmark::Chameneos => chameneos::run(scale).await,
        Benchmark::Banking => banking::run(scale).await,
        Benchmark::NQueenK => nqueenk::run(scale).await,
        other => panic!("{} is not written for ractor", other.name()),
    }
    .expect("actors start, and live while they are sent to");
}

async fn start<A: Actor>(
    actor: A,
    data: A::Arguments,
) -> Result<ActorRef<A::Msg>, ActorProcessingErr> {
    let (actor, _) = A::spawn(None, actor, data).await?;
    Ok(actor)
}

/// Implements the part of `Actor` that is the same for all: the argument becomes the state.
macro_rules! keeps {
    ($state:ty, $message:ty) => {
        type Msg = $message;
        type State = $state;
        type Arguments = $state;

        async fn pre_start(
            &self,
            _: ::ractor::ActorRef<$message>,
            data: $state,
        ) -> Result<$state, ::ractor::ActorProcessingErr> {
            Ok(data)
        }
    };
}
use keeps;
