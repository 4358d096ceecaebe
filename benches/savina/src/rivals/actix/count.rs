//! Count on actix.

use super::Arbiters;
use crate::finish::{Share, shares};
use crate::params::{Count, Scale, check};
use actix::{
    Actor, ActorContext, ActorFutureExt, Addr, AsyncContext, Context, Handler, Message, WrapFuture,
};

#[derive(Message)]
#[rtype(result = "()")]
struct Increment;

#[derive(Message)]
#[rtype(result = "u64")]
struct Retrieve;

#[derive(Message)]
#[rtype(result = "()")]
struct Start;

struct Counter {
    count: u64,
}

impl Actor for Counter {
    type Context = Context<Self>;
}

impl Handler<Increment> for Counter {
    type Result = ();

    fn handle(&mut self, _: Increment, _: &mut Context<Self>) {
        self.count += 1;
    }
}

impl Handler<Retrieve> for Counter {
    type Result = u64;

    fn handle(&mut self, _: Retrieve, cx: &mut Context<Self>) -> u64 {
        cx.stop();
        self.count
    }
}

struct Producer {
    counter: Addr<Counter>,
    increments: u64,
    share: Share,
}

impl Actor for Producer {
    type Context = Context<Self>;
}

impl Handler<Start> for Producer {
    type Result = ();

    fn handle(&mut self, _: Start, cx: &mut Context<Self>) {
        for _ in 0..self.increments {
            self.counter.do_send(Increment);
        }
        let asked = self.counter.send(Retrieve).into_actor(self);
        cx.wait(asked.map(|count, producer, cx| {
            producer.share.count(count.expect("the counter lives"));
            cx.stop();
        }));
    }
}

pub(super) async fn run(arbiters: &Arbiters, scale: Scale) {
    let Count { increments } = Count::at(scale);
    let (share, finish) = shares();
    let producer = Producer {
        counter: arbiters.start(1, Counter { count: 0 }),
        increments,
        share,
    };
    arbiters.start(0, producer).do_send(Start);
    check("count", increments, finish.total().await);
}
