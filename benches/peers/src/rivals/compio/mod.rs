//! Compio 0.20 (beta): a runtime on each thread, a task that receives as an actor.
//!
//! It has no channels, and wakes from other threads out of the box. Its own dispatcher and actors use flume for messages
//! and `futures`' oneshot for answers, so that is what is used here, across and on one thread. A runtime is pinned by its
//! builder's `thread_affinity`. Tasks are started by `Runtime::spawn` rather than by its dispatcher, which leaves it to
//! chance what thread takes them.

mod io;

use super::channels::{FlumeAsker, FlumeMailbox, Runtime, flumes, run};
use super::conduct::Body;
use crate::contestant::Contestant;
use crate::load;
use crate::measure::Measured;
use crate::workload::{ROOM, Workload};
use std::thread;

pub struct Compio;

impl Contestant for Compio {
    fn name(&self) -> &'static str {
        "compio"
    }

    fn setting(&self) -> &'static str {
        "a task as an actor; flume and a futures oneshot; default runtime"
    }

    fn operations(&self, workload: Workload) -> u64 {
        match workload {
            Workload::AskAcross | Workload::FourOnTwo => workload.operations() / 10,
            _ => workload.operations(),
        }
    }

    fn run(&self, workload: Workload, operations: u64) -> Option<Measured> {
        load::run(&io::Ring, workload, operations).or_else(|| run::<Threads>(workload, operations))
    }
}

/// Runs a future by a runtime on a thread that is pinned to the CPU.
fn run_pinned<F: Future<Output = ()> + 'static>(
    cpu: usize,
    future: impl FnOnce() -> F + Send + 'static,
) {
    thread::spawn(move || {
        let mut builder = compio::runtime::Runtime::builder();
        let runtime = builder.thread_affinity([cpu].into()).build();
        let runtime = runtime.expect("the runtime starts");
        runtime.block_on(async move { future().await });
    });
}

struct Threads;

impl Runtime for Threads {
    type AskerEnd<B: Body> = Vec<FlumeAsker<B>>;
    type MailboxEnd<B: Body> = Vec<FlumeMailbox<B>>;
    type Asker<B: Body> = FlumeAsker<B>;
    type Mailbox<B: Body> = FlumeMailbox<B>;
    type AskerHere = FlumeAsker<u64>;
    type MailboxHere = FlumeMailbox<u64>;
    type AskerOfMany = FlumeAsker<u64>;
    type MailboxOfMany = FlumeMailbox<u64>;

    fn build(_threads: usize) -> Self {
        Self
    }

    fn run_on<F: Future<Output = ()> + 'static>(
        &self,
        thread: usize,
        future: impl FnOnce() -> F + Send + 'static,
    ) {
        run_pinned(thread % 2, future);
    }

    fn spawn(future: impl Future<Output = ()> + 'static) {
        compio::runtime::spawn(future).detach();
    }

    fn across<B: Body>(actors: usize) -> (Vec<FlumeAsker<B>>, Vec<FlumeMailbox<B>>) {
        flumes(actors, ROOM).unzip()
    }

    async fn askers<B: Body>(end: Vec<FlumeAsker<B>>) -> Vec<FlumeAsker<B>> {
        end
    }

    async fn mailboxes<B: Body>(end: Vec<FlumeMailbox<B>>) -> Vec<FlumeMailbox<B>> {
        end
    }

    fn here(actors: usize) -> Vec<(FlumeAsker<u64>, FlumeMailbox<u64>)> {
        flumes(actors, ROOM).collect()
    }

    fn many_here(actors: usize) -> Vec<(FlumeAsker<u64>, FlumeMailbox<u64>)> {
        Self::here(actors)
    }
}
