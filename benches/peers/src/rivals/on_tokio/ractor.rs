//! ractor: one enum of messages, the sum in the actor's `State`, `cast` for tells and `call` for asks.
//!
//! Its mailboxes have no bound, so tells never wait. Without its default feature `message_span_propogation`, which
//! hands a tracing span on with each message.

use super::actors::{Adder, Body, Family, Handle, Query};
use super::driver::Rival;
use super::threads::{Pinned, Workers};
use crate::contestant::Contestant;
use ractor::concurrency::oneshot;
use ractor::{Actor, ActorProcessingErr, ActorRef, RpcReplyPort};
use std::future::Future;
use std::marker::PhantomData;

pub static ALL: [&dyn Contestant; 2] = [
    &Rival::<Ractor, Pinned>::new(
        "ractor",
        "unbounded mailboxes (it has no others), two current_thread runtimes pinned",
    ),
    &Rival::<Ractor, Workers>::new(
        "ractor-workers",
        "unbounded mailboxes (it has no others), one runtime of two workers",
    ),
];

struct Ractor;

impl Family for Ractor {
    type Handle<B: Body> = ActorRef<Message<B>>;
}

pub enum Message<B> {
    Tell(B),
    Ask(u64, RpcReplyPort<u64>),
    Query(Query, RpcReplyPort<u64>),
}

struct Summer<B>(PhantomData<fn(B)>);

impl<B: Body> Actor for Summer<B> {
    type Msg = Message<B>;
    type State = Adder;
    type Arguments = ();

    async fn pre_start(
        &self,
        _: ActorRef<Message<B>>,
        (): (),
    ) -> Result<Adder, ActorProcessingErr> {
        let mut adder = Adder::default();
        adder.start();
        Ok(adder)
    }

    async fn handle(
        &self,
        _: ActorRef<Message<B>>,
        message: Message<B>,
        adder: &mut Adder,
    ) -> Result<(), ActorProcessingErr> {
        match message {
            Message::Tell(body) => adder.tell(&body),
            Message::Ask(n, reply) => reply.send(adder.ask(n))?,
            Message::Query(what, reply) => reply.send(adder.query(what))?,
        }
        Ok(())
    }
}

impl<B: Body> Handle<B> for ActorRef<Message<B>> {
    async fn start() -> Self {
        let (actor, _) = Actor::spawn(None, Summer(PhantomData), ())
            .await
            .expect("the actor starts");
        actor
    }

    async fn tell(&self, body: B) {
        self.cast(Message::Tell(body)).expect("the actor lives");
    }

    async fn ask(&self, n: u64) -> u64 {
        self.call(|reply| Message::Ask(n, reply), None)
            .await
            .expect("the actor lives")
            .expect("the actor answers")
    }

    /// What `call` does, without waiting: `multi_call`, its own way to ask many, starts a task for each answer.
    async fn post(&self, n: u64) -> impl Future<Output = u64> + Send {
        let (reply, answer) = oneshot();
        self.cast(Message::Ask(n, reply.into()))
            .expect("the actor lives");
        async move { answer.await.expect("the actor answers") }
    }

    async fn query(&self, what: Query) -> u64 {
        self.call(|reply| Message::Query(what, reply), None)
            .await
            .expect("the actor lives")
            .expect("the actor answers")
    }
}
