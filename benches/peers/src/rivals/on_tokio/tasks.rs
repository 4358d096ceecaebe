//! Tokio alone: an actor is a task that owns a bounded channel, asks carry a oneshot for the reply.
//!
//! This is the pattern of tokio's tutorial ("Channels": a manager task, a command enum, a oneshot in each command).
//! `try_send` comes first and the awaiting `send` when the channel is full; the actor takes what is there by
//! `recv_many`, which tells are faster by than by `recv`, and asks no slower beyond the noise.

use super::actors::{Adder, Body, Family, Handle, Query};
use super::driver::Rival;
use super::io::OneThread;
use super::threads::{Pinned, Workers};
use crate::contestant::Contestant;
use crate::load;
use crate::measure::Measured;
use crate::workload::{ROOM, Workload};
use std::future::Future;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, oneshot};

pub static ALL: [&dyn Contestant; 2] = [
    &Tokio(Rival::new(
        "tokio",
        "a task with a bounded mpsc, two current_thread runtimes pinned; I/O on one of them",
    )),
    &Rival::<Tasks, Workers>::new(
        "tokio-workers",
        "a task with a bounded mpsc, one runtime of two workers",
    ),
];

/// Tokio on pinned threads, which has I/O besides. Its workers have the same, but would use the client's CPU as well.
struct Tokio(Rival<Tasks, Pinned>);

impl Contestant for Tokio {
    fn name(&self) -> &'static str {
        self.0.name()
    }

    fn setting(&self) -> &'static str {
        self.0.setting()
    }

    fn operations(&self, workload: Workload) -> u64 {
        match workload {
            // Each of these is read by another thread.
            Workload::File1 | Workload::File32 => workload.operations() / 10,
            _ => self.0.operations(workload),
        }
    }

    fn run(&self, workload: Workload, operations: u64) -> Option<Measured> {
        load::run(&OneThread, workload, operations).or_else(|| self.0.run(workload, operations))
    }
}

/// How many messages an actor takes out of its channel at once.
const BATCH: usize = 64;

struct Tasks;

impl Family for Tasks {
    type Handle<B: Body> = Sender<B>;
}

enum Message<B> {
    Tell(B),
    Ask(u64, oneshot::Sender<u64>),
    Query(Query, oneshot::Sender<u64>),
}

/// The sending side of an actor's channel.
pub struct Sender<B>(mpsc::Sender<Message<B>>);

impl<B> Clone for Sender<B> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<B: Body> Sender<B> {
    async fn send(&self, message: Message<B>) {
        match self.0.try_send(message) {
            Ok(()) => {}
            Err(TrySendError::Full(message)) => {
                assert!(self.0.send(message).await.is_ok(), "the actor lives")
            }
            Err(TrySendError::Closed(_)) => panic!("the actor lives"),
        }
    }
}

async fn actor<B: Body>(mut mailbox: mpsc::Receiver<Message<B>>) {
    let mut adder = Adder::default();
    adder.start();
    let mut batch = Vec::new();
    while mailbox.recv_many(&mut batch, BATCH).await > 0 {
        for message in batch.drain(..) {
            match message {
                Message::Tell(body) => adder.tell(&body),
                Message::Ask(n, reply) => reply.send(adder.ask(n)).expect("the asker waits"),
                Message::Query(what, reply) => {
                    reply.send(adder.query(what)).expect("the asker waits")
                }
            }
        }
    }
}

impl<B: Body> Handle<B> for Sender<B> {
    async fn start() -> Self {
        let (sender, mailbox) = mpsc::channel(ROOM);
        tokio::spawn(actor(mailbox));
        Self(sender)
    }

    async fn tell(&self, body: B) {
        self.send(Message::Tell(body)).await;
    }

    async fn ask(&self, n: u64) -> u64 {
        let (reply, answer) = oneshot::channel();
        self.send(Message::Ask(n, reply)).await;
        answer.await.expect("the actor answers")
    }

    async fn post(&self, n: u64) -> impl Future<Output = u64> + Send {
        let (reply, answer) = oneshot::channel();
        self.send(Message::Ask(n, reply)).await;
        async move { answer.await.expect("the actor answers") }
    }

    async fn query(&self, what: Query) -> u64 {
        let (reply, answer) = oneshot::channel();
        self.send(Message::Query(what, reply)).await;
        answer.await.expect("the actor answers")
    }
}
