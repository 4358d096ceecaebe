//! xtra: a `Handler` for each kind of message, `send(..).await` for asks and `send(..).detach().await`, which waits for
//! room, for tells, on `spawn_tokio` and bounded mailboxes.
//!
//! Its mailbox is a binary heap by priority, and does not keep the order of messages of the same one. So that what is
//! asked behind many tells is a barrier, tells have the priority above it: that is the same work.

use super::actors::{Adder, Body, Family, Handle, Query};
use super::driver::Rival;
use super::threads::{Pinned, Workers};
use crate::contestant::Contestant;
use crate::workload::ROOM;
use std::future::Future;
use xtra::prelude::*;

pub static ALL: [&dyn Contestant; 2] = [
    &Rival::<Xtra, Pinned>::new(
        "xtra",
        "bounded mailboxes, two current_thread runtimes pinned",
    ),
    &Rival::<Xtra, Workers>::new(
        "xtra-workers",
        "bounded mailboxes, one runtime of two workers",
    ),
];

struct Xtra;

impl Family for Xtra {
    type Handle<B: Body> = Address<Summer>;
}

#[derive(Default)]
pub struct Summer(Adder);

impl Actor for Summer {
    type Stop = ();

    async fn started(&mut self, _: &Mailbox<Self>) -> Result<(), ()> {
        self.0.start();
        Ok(())
    }

    async fn stopped(self) {}
}

struct Tell<B>(B);
struct Ask(u64);

impl<B: Body> Handler<Tell<B>> for Summer {
    type Return = ();

    async fn handle(&mut self, Tell(body): Tell<B>, _: &mut Context<Self>) {
        self.0.tell(&body);
    }
}

impl Handler<Ask> for Summer {
    type Return = u64;

    async fn handle(&mut self, Ask(n): Ask, _: &mut Context<Self>) -> u64 {
        self.0.ask(n)
    }
}

impl Handler<Query> for Summer {
    type Return = u64;

    async fn handle(&mut self, what: Query, _: &mut Context<Self>) -> u64 {
        self.0.query(what)
    }
}

impl<B: Body> Handle<B> for Address<Summer> {
    async fn start() -> Self {
        xtra::spawn_tokio(Summer::default(), Mailbox::bounded(ROOM))
    }

    async fn tell(&self, body: B) {
        // Nobody waits for the receiver of the empty reply.
        drop(
            self.send(Tell(body))
                .priority(1)
                .detach()
                .await
                .expect("the actor lives"),
        );
    }

    async fn ask(&self, n: u64) -> u64 {
        self.send(Ask(n)).await.expect("the actor answers")
    }

    async fn post(&self, n: u64) -> impl Future<Output = u64> + Send {
        let answer = self.send(Ask(n)).detach().await.expect("the actor lives");
        async move { answer.await.expect("the actor answers") }
    }

    async fn query(&self, what: Query) -> u64 {
        self.send(what).await.expect("the actor answers")
    }
}
