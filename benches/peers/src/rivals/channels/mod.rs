//! Runtimes that have tasks and channels but no actors: a task that receives stands in for an actor.
//!
//! What is the same for all of them is here, generic, so that nobody pays for it; each runtime says how it starts threads
//! and tasks, which channels it has, and how an answer comes back.

mod drive;
mod flumes;
mod work;

pub use flumes::{FlumeAsker, FlumeMailbox, flumes};
pub use work::{Orders, run};

use super::conduct::Body;
use crate::measure::current_cpu;
use std::cell::Cell;

/// What an actor is asked; the answer is a number.
pub enum Question {
    /// Answered by `n + 1`.
    Next(u64),
    /// Answered by the sum, which then starts anew.
    Sum,
    /// Answered by the CPU.
    Where,
}

/// What an actor receives. The ticket is what its answer needs to find the asker.
pub enum Message<B, T> {
    Tell(B),
    Ask(Question, T),
}

/// One asker's end of a channel to one actor.
pub trait Asker<B>: 'static {
    /// An answer that is on its way.
    type Pending;

    /// Waits for room, then sends.
    async fn tell(&self, body: B);

    /// Waits for room, then sends; the answer can be waited for later.
    async fn begin(&self, question: Question) -> Self::Pending;

    async fn answer(&self, pending: Self::Pending) -> u64;

    async fn ask(&self, question: Question) -> u64 {
        let pending = self.begin(question).await;
        self.answer(pending).await
    }
}

/// An actor's end.
pub trait Mailbox<B>: 'static {
    type Ticket;

    /// `None` when there is no asker any more.
    async fn next(&mut self) -> Option<Message<B, Self::Ticket>>;

    /// There is always room: nobody asks more than once before it has the answer.
    fn reply(&self, ticket: Self::Ticket, answer: u64);
}

/// A runtime on several threads, where thread `n` is pinned to CPU `n % 2`.
pub trait Runtime: Sized + 'static {
    /// One end of channels between threads, before it is connected on its thread.
    type AskerEnd<B: Body>: Send + 'static;
    type MailboxEnd<B: Body>: Send + 'static;
    type Asker<B: Body>: Asker<B>;
    type Mailbox<B: Body>: Mailbox<B>;
    type AskerHere: Asker<u64>;
    type MailboxHere: Mailbox<u64>;
    type AskerOfMany: Asker<u64>;
    type MailboxOfMany: Mailbox<u64>;

    fn build(threads: usize) -> Self;

    /// Runs a future on a thread.
    fn run_on<F: Future<Output = ()> + 'static>(
        &self,
        thread: usize,
        future: impl FnOnce() -> F + Send + 'static,
    );

    /// Starts a task on the thread of the caller, for as long as it lasts.
    fn spawn(future: impl Future<Output = ()> + 'static);

    /// Channels from one thread to so many actors of another.
    fn across<B: Body>(actors: usize) -> (Self::AskerEnd<B>, Self::MailboxEnd<B>);

    /// Makes an end ready for use on the thread of the caller.
    async fn askers<B: Body>(end: Self::AskerEnd<B>) -> Vec<Self::Asker<B>>;

    async fn mailboxes<B: Body>(end: Self::MailboxEnd<B>) -> Vec<Self::Mailbox<B>>;

    /// Channels to so many actors of the thread of the caller.
    fn here(actors: usize) -> Vec<(Self::AskerHere, Self::MailboxHere)>;

    /// The same where there are very many of them: what takes the least memory.
    fn many_here(actors: usize) -> Vec<(Self::AskerOfMany, Self::MailboxOfMany)>;
}

thread_local! {
    /// How many actors of this thread have started to run.
    static STARTED: Cell<u64> = const { Cell::new(0) };
}

fn started() -> u64 {
    STARTED.get()
}

/// Stands in for an actor, which adds up what it is told.
pub async fn act<B: Body>(mut mailbox: impl Mailbox<B>) {
    STARTED.set(STARTED.get() + 1);
    let mut sum = 0;
    while let Some(message) = mailbox.next().await {
        match message {
            Message::Tell(body) => sum += body.value(),
            Message::Ask(Question::Next(n), ticket) => mailbox.reply(ticket, n + 1),
            Message::Ask(Question::Sum, ticket) => mailbox.reply(ticket, std::mem::take(&mut sum)),
            Message::Ask(Question::Where, ticket) => {
                mailbox.reply(ticket, u64::from(current_cpu()))
            }
        }
    }
}
