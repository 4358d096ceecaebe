//! Glommio 0.9: an executor fixed to each CPU, a task that receives as an actor.
//!
//! Its documentation has `shared_channel` between executors and `local_channel` on one, both bounded here. It has no
//! channel for a single answer: answers come back by a second channel, in the order of the asks; actors that are driven
//! together share one. By default an executor sleeps when it has nothing to do; with `spin_before_park`, in the contestant
//! `glommio-spinning`, it first looks for work for a while: as long as Spargio does.

mod ends;
mod io;

use super::channels::{Runtime, run};
use super::conduct::Body;
use crate::contestant::Contestant;
use crate::load;
use crate::measure::Measured;
use crate::workload::{ROOM, Workload};
use ends::{AskerEnd, LocalAsker, LocalMailbox, MailboxEnd, SharedAsker, SharedMailbox};
use glommio::channels::{local_channel, shared_channel};
use glommio::{LocalExecutorBuilder, Placement};
use std::rc::Rc;
use std::thread;
use std::time::Duration;

/// How long Spargio spins.
const SPIN: Duration = Duration::from_micros(20);

/// A bounded channel allocates all of its room at once.
const ROOM_OF_MANY: usize = 4;

pub struct Glommio;

pub struct GlommioSpinning;

impl Contestant for Glommio {
    fn name(&self) -> &'static str {
        "glommio"
    }

    fn setting(&self) -> &'static str {
        "a task as an actor; shared_channel and local_channel, answers by a second one; default executor; Start: room for 4"
    }

    fn operations(&self, workload: Workload) -> u64 {
        operations(workload)
    }

    fn run(&self, workload: Workload, operations: u64) -> Option<Measured> {
        load::run(&io::Executor { spins: false }, workload, operations)
            .or_else(|| run::<Executors<false>>(workload, operations))
    }
}

impl Contestant for GlommioSpinning {
    fn name(&self) -> &'static str {
        "glommio-spinning"
    }

    fn setting(&self) -> &'static str {
        "as glommio, with spin_before_park of 20 us"
    }

    fn operations(&self, workload: Workload) -> u64 {
        operations(workload)
    }

    fn run(&self, workload: Workload, operations: u64) -> Option<Measured> {
        load::run(&io::Executor { spins: true }, workload, operations)
            .or_else(|| run::<Executors<true>>(workload, operations))
    }
}

fn operations(workload: Workload) -> u64 {
    match workload {
        Workload::AskAcross | Workload::FourOnTwo => workload.operations() / 10,
        Workload::Fan => workload.operations() / 4,
        _ => workload.operations(),
    }
}

/// Runs a future by an executor on a thread that is pinned to the CPU.
fn run_pinned<F: Future<Output = ()> + 'static>(
    cpu: usize,
    spins: bool,
    future: impl FnOnce() -> F + Send + 'static,
) {
    thread::spawn(move || {
        let mut builder = LocalExecutorBuilder::new(Placement::Fixed(cpu));
        if spins {
            builder = builder.spin_before_park(SPIN);
        }
        builder.make().expect("the executor starts").run(future());
    });
}

struct Executors<const SPINNING: bool>;

impl<const SPINNING: bool> Runtime for Executors<SPINNING> {
    type AskerEnd<B: Body> = AskerEnd<B>;
    type MailboxEnd<B: Body> = MailboxEnd<B>;
    type Asker<B: Body> = SharedAsker<B>;
    type Mailbox<B: Body> = SharedMailbox<B>;
    type AskerHere = LocalAsker;
    type MailboxHere = LocalMailbox;
    type AskerOfMany = LocalAsker;
    type MailboxOfMany = LocalMailbox;

    fn build(_threads: usize) -> Self {
        Self
    }

    fn run_on<F: Future<Output = ()> + 'static>(
        &self,
        thread: usize,
        future: impl FnOnce() -> F + Send + 'static,
    ) {
        run_pinned(thread % 2, SPINNING, future);
    }

    fn spawn(future: impl Future<Output = ()> + 'static) {
        glommio::spawn_local(future).detach();
    }

    fn across<B: Body>(actors: usize) -> (AskerEnd<B>, MailboxEnd<B>) {
        let (senders, receivers) = (0..actors)
            .map(|_| shared_channel::new_bounded(ROOM))
            .unzip();
        let (replier, answers) = shared_channel::new_bounded(ROOM);
        (
            AskerEnd { senders, answers },
            MailboxEnd { receivers, replier },
        )
    }

    async fn askers<B: Body>(end: AskerEnd<B>) -> Vec<SharedAsker<B>> {
        let mut senders = Vec::new();
        for sender in end.senders {
            senders.push(sender.connect().await);
        }
        let answers = Rc::new(end.answers.connect().await);
        senders
            .into_iter()
            .map(|sender| SharedAsker {
                sender,
                answers: answers.clone(),
            })
            .collect()
    }

    async fn mailboxes<B: Body>(end: MailboxEnd<B>) -> Vec<SharedMailbox<B>> {
        let mut receivers = Vec::new();
        for receiver in end.receivers {
            receivers.push(receiver.connect().await);
        }
        let replier = Rc::new(end.replier.connect().await);
        receivers
            .into_iter()
            .map(|receiver| SharedMailbox {
                receiver,
                replier: replier.clone(),
            })
            .collect()
    }

    fn here(actors: usize) -> Vec<(LocalAsker, LocalMailbox)> {
        channels(actors, ROOM)
    }

    fn many_here(actors: usize) -> Vec<(LocalAsker, LocalMailbox)> {
        channels(actors, ROOM_OF_MANY)
    }
}

fn channels(actors: usize, room: usize) -> Vec<(LocalAsker, LocalMailbox)> {
    let (replier, answers) = local_channel::new_bounded(ROOM);
    let (replier, answers) = (Rc::new(replier), Rc::new(answers));
    let one = |_| {
        let (sender, receiver) = local_channel::new_bounded(room);
        (
            LocalAsker {
                sender,
                answers: answers.clone(),
            },
            LocalMailbox {
                receiver,
                replier: replier.clone(),
            },
        )
    };
    (0..actors).map(one).collect()
}
