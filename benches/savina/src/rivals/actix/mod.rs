//! actix: actor i lives on arbiter i mod n, an arbiter being a thread.
//!
//! Tells are `do_send`, actix's fire and forget, which queues whatever the mailbox's capacity is.

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
use crate::pin::pin;
use actix::{Actor, Addr, Arbiter, ArbiterHandle, Context, System};

/// The arbiters: the system's, which the driver runs on, and the others.
struct Arbiters {
    others: Vec<ArbiterHandle>,
}

impl Arbiters {
    fn count(&self) -> usize {
        1 + self.others.len()
    }

    /// The arbiter of actor `i`, if that is not the driver's.
    fn of(&self, i: usize) -> Option<&ArbiterHandle> {
        (i % self.count()).checked_sub(1).map(|i| &self.others[i])
    }

    /// Starts actor `i`; on the driver's own arbiter, directly.
    fn start<A>(&self, i: usize, actor: A) -> Addr<A>
    where
        A: Actor<Context = Context<A>> + Send,
    {
        match self.of(i) {
            None => actor.start(),
            Some(arbiter) => A::start_in_arbiter(arbiter, |_| actor),
        }
    }
}

/// Runs a benchmark at these scales, one after the other in one process, and measures the last run.
pub(crate) fn sample(benchmark: Benchmark, threads: usize, scales: Vec<Scale>) -> Sample {
    let system = System::new();
    let others: Vec<Arbiter> =
        system.block_on(async { (1..threads).map(|_| Arbiter::new()).collect() });
    for (i, arbiter) in (1..).zip(&others) {
        arbiter.spawn_fn(move || pin(i));
    }
    pin(0);
    let arbiters = Arbiters {
        others: others.iter().map(Arbiter::handle).collect(),
    };
    system.block_on(measure(scales, |scale| run(benchmark, &arbiters, scale)))
}

async fn run(benchmark: Benchmark, arbiters: &Arbiters, scale: Scale) {
    match benchmark {
        Benchmark::PingPong => pingpong::run(arbiters, scale).await,
        Benchmark::Count => count::run(arbiters, scale).await,
        Benchmark::FjThrput => fjthrput::run(arbiters, scale).await,
        Benchmark::FjCreate => fjcreate::run(arbiters, scale).await,
        Benchmark::Chameneos => chameneos::run(arbiters, scale).await,
        Benchmark::Banking => banking::run(arbiters, scale).await,
        Benchmark::NQueenK => nqueenk::run(arbiters, scale).await,
        other => panic!("{} is not written for actix", other.name()),
    }
}
