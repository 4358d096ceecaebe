//! kameo: each actor a task of tokio. Mailboxes are bounded, as its docs recommend, by the same numbers as Spargio's.
//!
//! A tell that may meet a full mailbox waits for room (`send().await`, without the box that awaiting the request itself
//! would make); one that cannot is a `try_send`, which needs no future.

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
use kameo::actor::{Actor, ActorRef, Spawn};
use kameo::message::Message;

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
        other => panic!("{} is not written for kameo", other.name()),
    }
}

fn start<A: Actor<Args = A>>(actor: A, room: usize) -> ActorRef<A> {
    A::spawn_with_mailbox(actor, kameo::mailbox::bounded(room))
}

/// Sends and waits for room.
async fn send<A: Message<M>, M: Send + 'static>(to: &ActorRef<A>, message: M) {
    let sent = to.tell(message).send().await;
    assert!(sent.is_ok(), "the receiver does not live");
}

/// For a tell of which so few are under way that the mailbox cannot be full.
fn tell<A: Message<M>, M: Send + 'static>(to: &ActorRef<A>, message: M) {
    let sent = to.tell(message).try_send();
    assert!(sent.is_ok(), "no room, or the receiver does not live");
}
