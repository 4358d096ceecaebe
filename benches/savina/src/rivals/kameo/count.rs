//! Count on kameo.

use super::{send, start, tell};
use crate::finish::{Share, shares};
use crate::params::{Count, Scale, check, mailbox};
use kameo::Actor;
use kameo::actor::ActorRef;
use kameo::message::{Context, Message};

struct Increment;

struct Retrieve;

struct Start;

#[derive(Actor)]
struct Counter {
    count: u64,
}

impl Message<Increment> for Counter {
    type Reply = ();

    async fn handle(&mut self, _: Increment, _: &mut Context<Self, ()>) {
        self.count += 1;
    }
}

impl Message<Retrieve> for Counter {
    type Reply = u64;

    async fn handle(&mut self, _: Retrieve, cx: &mut Context<Self, u64>) -> u64 {
        cx.stop();
        self.count
    }
}

#[derive(Actor)]
struct Producer {
    counter: ActorRef<Counter>,
    increments: u64,
    share: Share,
}

impl Message<Start> for Producer {
    type Reply = ();

    async fn handle(&mut self, _: Start, cx: &mut Context<Self, ()>) {
        for _ in 0..self.increments {
            send(&self.counter, Increment).await;
        }
        let count = self.counter.ask(Retrieve).send().await;
        self.share.count(count.expect("the counter lives"));
        cx.stop();
    }
}

pub(super) async fn run(scale: Scale) {
    let Count { increments } = Count::at(scale);
    let (share, finish) = shares();
    let producer = Producer {
        counter: start(Counter { count: 0 }, mailbox::COUNTER),
        increments,
        share,
    };
    tell(&start(producer, mailbox::USUAL), Start);
    check("count", increments, finish.total().await);
}
