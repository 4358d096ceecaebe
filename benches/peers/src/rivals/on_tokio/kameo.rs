//! kameo: one `Message` for each kind of message; what `#[derive(Actor)]` makes is written out, to count the starts.
//!
//! Its book recommends bounded mailboxes (`spawn_with_mailbox`), `tell` where no reply is wanted and `ask` where one
//! is. `.send()` spares the box that awaiting a request as it is would make. Without its default feature `tracing`,
//! which costs a span for each message.

use super::actors::{Adder, Body, Family, Handle, Query};
use super::driver::Rival;
use super::threads::{Pinned, Workers};
use crate::contestant::Contestant;
use crate::workload::ROOM;
use kameo::actor::{Actor, ActorRef, Spawn};
use kameo::error::{Infallible, SendError};
use kameo::mailbox::bounded;
use kameo::message::{Context, Message};
use std::future::Future;

pub static ALL: [&dyn Contestant; 2] = [
    &Rival::<Kameo, Pinned>::new(
        "kameo",
        "bounded mailboxes, two current_thread runtimes pinned",
    ),
    &Rival::<Kameo, Workers>::new(
        "kameo-workers",
        "bounded mailboxes, one runtime of two workers",
    ),
];

struct Kameo;

impl Family for Kameo {
    type Handle<B: Body> = ActorRef<Summer>;
}

pub struct Summer(Adder);

impl Actor for Summer {
    type Args = Self;
    type Error = Infallible;

    async fn on_start(mut summer: Self, _: ActorRef<Self>) -> Result<Self, Infallible> {
        summer.0.start();
        Ok(summer)
    }
}

pub struct Tell<B>(B);
pub struct Ask(u64);

impl<B: Body> Message<Tell<B>> for Summer {
    type Reply = ();

    async fn handle(&mut self, Tell(body): Tell<B>, _: &mut Context<Self, ()>) {
        self.0.tell(&body);
    }
}

impl Message<Ask> for Summer {
    type Reply = u64;

    async fn handle(&mut self, Ask(n): Ask, _: &mut Context<Self, u64>) -> u64 {
        self.0.ask(n)
    }
}

impl Message<Query> for Summer {
    type Reply = u64;

    async fn handle(&mut self, what: Query, _: &mut Context<Self, u64>) -> u64 {
        self.0.query(what)
    }
}

impl<B: Body> Handle<B> for ActorRef<Summer> {
    async fn start() -> Self {
        Summer::spawn_with_mailbox(Summer(Adder::default()), bounded(ROOM))
    }

    async fn tell(&self, body: B) {
        match self.tell(Tell(body)).try_send() {
            Ok(()) => {}
            Err(SendError::MailboxFull(message)) => {
                self.tell(message).send().await.expect("the actor lives")
            }
            Err(_) => panic!("the actor lives"),
        }
    }

    async fn ask(&self, n: u64) -> u64 {
        self.ask(Ask(n)).send().await.expect("the actor answers")
    }

    async fn post(&self, n: u64) -> impl Future<Output = u64> + Send {
        let answer = self.ask(Ask(n)).enqueue().await.expect("the actor lives");
        async move { answer.await.expect("the actor answers") }
    }

    async fn query(&self, what: Query) -> u64 {
        self.ask(what).send().await.expect("the actor answers")
    }
}
