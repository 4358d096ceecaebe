//! actix: near is an `Arbiter`, a thread with an event loop, and far another one, each pinned; `Addr`s go between them.
//!
//! `do_send` goes past the bound that `set_mailbox_capacity` sets, so tells go by `try_send`, and by `send(..).await`
//! when the mailbox is full. That one waits until its message has been handled, not for the first free place: actix has
//! no other way to wait.

use super::actors::{Adder, Body, Family, Handle, Query};
use super::driver::Rival;
use super::threads::Threads;
use crate::contestant::Contestant;
use crate::measure::pin;
use crate::workload::ROOM;
use actix::prelude::*;
use std::future::Future;

pub static ALL: [&dyn Contestant; 1] = [&Rival::<Actix, Arbiters>::new(
    "actix",
    "bounded mailboxes, an arbiter pinned to each CPU",
)];

struct Arbiters(Vec<Arbiter>);

impl Threads for Arbiters {
    const APART: bool = true;

    fn open(count: usize) -> Self {
        // Arbiters belong to a system; it need not run itself.
        let system = System::new();
        let arbiters = Self((0..count).map(|_| Arbiter::new()).collect());
        std::mem::forget(system);
        for thread in 0..count {
            arbiters.wait(thread, async move { pin(thread % 2) });
        }
        arbiters
    }

    fn spawn(&self, thread: usize, future: impl Future<Output = ()> + Send + 'static) {
        assert!(self.0[thread].spawn(future), "the arbiter lives");
    }
}

struct Actix;

impl Family for Actix {
    type Handle<B: Body> = Addr<Summer>;
}

pub struct Summer(Adder);

impl Actor for Summer {
    type Context = Context<Self>;

    fn started(&mut self, _: &mut Context<Self>) {
        self.0.start();
    }
}

struct Tell<B>(B);

impl<B: Body> Message for Tell<B> {
    type Result = ();
}

#[derive(Message)]
#[rtype(u64)]
struct Ask(u64);

impl Message for Query {
    type Result = u64;
}

impl<B: Body> Handler<Tell<B>> for Summer {
    type Result = ();

    fn handle(&mut self, Tell(body): Tell<B>, _: &mut Context<Self>) {
        self.0.tell(&body);
    }
}

impl Handler<Ask> for Summer {
    type Result = u64;

    fn handle(&mut self, Ask(n): Ask, _: &mut Context<Self>) -> u64 {
        self.0.ask(n)
    }
}

impl Handler<Query> for Summer {
    type Result = u64;

    fn handle(&mut self, what: Query, _: &mut Context<Self>) -> u64 {
        self.0.query(what)
    }
}

impl<B: Body> Handle<B> for Addr<Summer> {
    async fn start() -> Self {
        Summer::create(|context| {
            context.set_mailbox_capacity(ROOM);
            Summer(Adder::default())
        })
    }

    async fn tell(&self, body: B) {
        match self.try_send(Tell(body)) {
            Ok(()) => {}
            Err(SendError::Full(message)) => self.send(message).await.expect("the actor lives"),
            Err(SendError::Closed(_)) => panic!("the actor lives"),
        }
    }

    async fn ask(&self, n: u64) -> u64 {
        self.send(Ask(n)).await.expect("the actor answers")
    }

    async fn post(&self, n: u64) -> impl Future<Output = u64> + Send {
        let answer = self.send(Ask(n));
        async move { answer.await.expect("the actor answers") }
    }

    async fn query(&self, what: Query) -> u64 {
        self.send(what).await.expect("the actor answers")
    }
}
