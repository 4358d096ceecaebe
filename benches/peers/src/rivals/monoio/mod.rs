//! Monoio 0.2: a runtime on each thread, a task that receives as an actor.
//!
//! It has no channels. Its documentation names `local-sync`, by the same authors, for those within a thread; between
//! threads anybody's will do as long as the feature `sync` is on, without which a waker of another thread panics. Its own
//! choice for that is flume, so it is ours, and its tests take their answers by `futures::channel::oneshot`. The runtime is
//! the default one on io_uring, for messages without a timer. See `io` for the rest.

mod here;
mod io;

use super::channels::{FlumeAsker, FlumeMailbox, Runtime, flumes, run};
use super::conduct::{Body, on_cpu};
use crate::contestant::Contestant;
use crate::load;
use crate::measure::Measured;
use crate::workload::{ROOM, Workload};
use here::{AskerHere, MailboxHere, channel};
use monoio::{IoUringDriver, RuntimeBuilder};

pub struct Monoio;

impl Contestant for Monoio {
    fn name(&self) -> &'static str {
        "monoio"
    }

    fn setting(&self) -> &'static str {
        "a task as an actor; flume and a futures oneshot across, local-sync's bounded channel and oneshot here (flume for Start)"
    }

    fn operations(&self, workload: Workload) -> u64 {
        match workload {
            Workload::AskAcross | Workload::FourOnTwo => workload.operations() / 10,
            _ => workload.operations(),
        }
    }

    fn run(&self, workload: Workload, operations: u64) -> Option<Measured> {
        let ring = io::Ring {
            has_timer: workload == Workload::Timers,
        };
        load::run(&ring, workload, operations).or_else(|| run::<Threads>(workload, operations))
    }
}

struct Threads;

impl Runtime for Threads {
    type AskerEnd<B: Body> = Vec<FlumeAsker<B>>;
    type MailboxEnd<B: Body> = Vec<FlumeMailbox<B>>;
    type Asker<B: Body> = FlumeAsker<B>;
    type Mailbox<B: Body> = FlumeMailbox<B>;
    type AskerHere = AskerHere;
    type MailboxHere = MailboxHere;
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
        on_cpu(thread % 2, move || {
            let mut runtime = RuntimeBuilder::<IoUringDriver>::new()
                .build()
                .expect("the runtime starts");
            runtime.block_on(future());
        });
    }

    fn spawn(future: impl Future<Output = ()> + 'static) {
        drop(monoio::spawn(future));
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

    fn here(actors: usize) -> Vec<(AskerHere, MailboxHere)> {
        (0..actors).map(|_| channel(ROOM)).collect()
    }

    /// A channel of local-sync allocates a block of 32 messages.
    fn many_here(actors: usize) -> Vec<(FlumeAsker<u64>, FlumeMailbox<u64>)> {
        flumes(actors, ROOM).collect()
    }
}
