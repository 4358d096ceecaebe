//! Count on ractor.

use super::{Handled, keeps, start};
use crate::finish::{Share, shares};
use crate::params::{Count, Scale, check};
use ractor::{Actor, ActorRef, RpcReplyPort};

enum CounterMsg {
    Increment,
    Retrieve(RpcReplyPort<u64>),
}

struct Start;

struct Counter;

impl Actor for Counter {
    keeps!(u64, CounterMsg);

    async fn handle(
        &self,
        me: ActorRef<CounterMsg>,
        message: CounterMsg,
        count: &mut u64,
    ) -> Handled {
        match message {
            CounterMsg::Increment => *count += 1,
            CounterMsg::Retrieve(reply) => {
                reply.send(*count)?;
                me.stop(None);
            }
        }
        Ok(())
    }
}

struct Producer;

struct ProducerState {
    counter: ActorRef<CounterMsg>,
    increments: u64,
    share: Share,
}

impl Actor for Producer {
    keeps!(ProducerState, Start);

    async fn handle(&self, me: ActorRef<Start>, _: Start, at: &mut ProducerState) -> Handled {
        for _ in 0..at.increments {
            at.counter.cast(CounterMsg::Increment)?;
        }
        let count = ractor::call!(at.counter, CounterMsg::Retrieve)?;
        at.share.count(count);
        me.stop(None);
        Ok(())
    }
}

pub(super) async fn run(scale: Scale) -> Handled {
    let Count { increments } = Count::at(scale);
    let (share, finish) = shares();
    let producer = ProducerState {
        counter: start(Counter, 0).await?,
        increments,
        share,
    };
    start(Producer, producer).await?.cast(Start)?;
    check("count", increments, finish.total().await);
    Ok(())
}
