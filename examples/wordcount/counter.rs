//! The counters: actors that each add up the words that are theirs.

use crate::words::Tally;
use spargio::{Cx, Reply, RingMsg, shard_actor};
use std::mem;

#[derive(RingMsg)]
pub(crate) enum CounterMsg {
    /// The tally, when every reader is done. Asked before the reading begins.
    #[ring(reply = Tally, later)]
    Report,
    /// Words, and how often each was met.
    Add(Vec<(String, u64)>),
    /// A reader is done. It comes behind all that this reader has sent: order holds for each sending shard, so it takes
    /// one from each of them.
    Done,
}

/// Its mailbox is small because its messages are large: readers that are faster wait.
#[shard_actor(msg = CounterMsg, mailbox = 64)]
pub(crate) struct Counter {
    tally: Tally,
    readers: usize,
    report: Option<Reply<Tally>>,
}

impl Counter {
    pub(crate) fn new(readers: usize) -> Self {
        Self {
            tally: Tally::default(),
            readers,
            report: None,
        }
    }
}

impl CounterBehavior for Counter {
    async fn report(&mut self, _: &Cx<Self>, reply: Reply<Tally>) {
        self.report = Some(reply);
    }

    async fn add(&mut self, _: &Cx<Self>, value: Vec<(String, u64)>) {
        for (word, times) in value {
            *self.tally.entry(word).or_default() += times;
        }
    }

    async fn done(&mut self, _: &Cx<Self>) {
        self.readers -= 1;
        if self.readers == 0
            && let Some(reply) = self.report.take()
        {
            reply.send(mem::take(&mut self.tally));
        }
    }
}
