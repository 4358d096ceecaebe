//! A producer sends a counter a million increments, and then has it tell the count.
//!
//! Behind so many messages the lane may be full, and an ask does not wait for room: so the count is told, as in Savina's own
//! protocol.

use super::stage::{Stage, send, told};
use crate::finish::{Share, shares};
use crate::params::{Count, Scale, check, mailbox};
use spargio::{Actor, Cx, RingMsg, shard_actor};

#[derive(RingMsg)]
enum CounterMsg {
    #[ring(inline)]
    Increment,
    #[ring(inline)]
    Retrieve { producer: ProducerHandle },
}

#[derive(RingMsg)]
enum ProducerMsg {
    #[ring(inline)]
    Start,
    #[ring(inline)]
    Retrieved { count: u64 },
}

// The attribute takes a number, not a constant.
#[shard_actor(msg = CounterMsg, mailbox = 1_000_001)]
struct Counter {
    count: u64,
}

const _: () = assert!(matches!(Counter::MAILBOX, Some(mailbox::COUNTER)));

impl CounterBehavior for Counter {
    async fn increment(&mut self, _: &Cx<Self>) {
        self.count += 1;
    }

    async fn retrieve(&mut self, cx: &Cx<Self>, producer: ProducerHandle) {
        told(producer.retrieved(self.count));
        cx.stop();
    }
}

#[shard_actor(msg = ProducerMsg)]
struct Producer {
    counter: CounterHandle,
    increments: u64,
    share: Share,
}

impl ProducerBehavior for Producer {
    async fn start(&mut self, cx: &Cx<Self>) {
        for _ in 0..self.increments {
            // The mailbox has room for all of them; the lane may have none.
            send(self.counter, CounterMsg::Increment).await;
        }
        let producer = cx.handle();
        send(self.counter, CounterMsg::Retrieve { producer }).await;
    }

    async fn retrieved(&mut self, cx: &Cx<Self>, count: u64) {
        self.share.count(count);
        cx.stop();
    }
}

pub(super) async fn run(stage: &Stage, scale: Scale) {
    let Count { increments } = Count::at(scale);
    let (share, finish) = shares();
    let counter: CounterHandle = stage.start(1, || Counter { count: 0 }).await;
    let producer: ProducerHandle = stage
        .start(0, move || Producer {
            counter,
            increments,
            share,
        })
        .await;
    told(producer.start());
    check("count", increments, finish.total().await);
}
