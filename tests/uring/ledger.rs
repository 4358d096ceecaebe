//! What the other tests send to, and what they send: numbers, which must come in the order of their sender.

use crate::common::{eventually, yield_now};
use spargio::{
    AskError, Cx, Event, Handle, RemoteShard, RingMsg, Runtime, SendError, ShardCtx, ShardId,
    shard_actor,
};
use std::collections::BTreeMap;
use std::thread;

/// Senders outside the shards have numbers from here on.
pub(crate) const OUTSIDE: u16 = 10_000;

/// What came from each sender, and the first that came out of its order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Order {
    next: BTreeMap<u16, u64>,
    wrong: Option<String>,
}

impl Order {
    pub(crate) fn note(&mut self, from: u16, number: u64) {
        let next = self.next.entry(from).or_default();
        if number != *next && self.wrong.is_none() {
            self.wrong = Some(format!(
                "{number} of {from} came where {next} should have come"
            ));
        }
        *next = number + 1;
    }

    /// Notes an event whose tag says who sent it.
    pub(crate) fn note_event(&mut self, event: Event) {
        let Event::RingMsg { from, tag, val } = event;
        let sender = (tag < OUTSIDE).then_some(tag);
        if from != sender && self.wrong.is_none() {
            self.wrong = Some(format!("{event:?} is from {tag}"));
        }
        self.note(tag, val);
    }

    /// How many came.
    fn messages(&self) -> u64 {
        self.next.values().sum()
    }

    /// Fails unless exactly so many came from each of these, in order.
    #[track_caller]
    pub(crate) fn assert(&self, senders: impl IntoIterator<Item = u16>, each: u64) {
        let expected = senders.into_iter().map(|sender| (sender, each)).collect();
        assert_eq!((&self.next, &self.wrong), (&expected, &None));
    }
}

#[derive(RingMsg)]
pub(crate) enum LedgerMsg {
    /// Travels whole in a completion, or as one unit of a lane.
    Note { from: u16, number: u32 },
    /// Has a body.
    Page {
        from: u16,
        number: u32,
        text: [u64; 4],
    },
    #[ring(reply = Order)]
    Order,
}

/// Writes down what it is told.
#[shard_actor(msg = LedgerMsg)]
#[derive(Default)]
pub(crate) struct Ledger {
    order: Order,
}

impl LedgerBehavior for Ledger {
    async fn note(&mut self, _: &Cx<Self>, from: u16, number: u32) {
        self.order.note(from, u64::from(number));
    }
    async fn page(&mut self, _: &Cx<Self>, from: u16, number: u32, text: [u64; 4]) {
        assert_eq!(text, [u64::from(number); 4]);
        self.order.note(from, u64::from(number));
    }
    async fn order(&mut self, _: &Cx<Self>) -> Order {
        self.order.clone()
    }
}

pub(crate) fn open(rt: &Runtime, shard: ShardId) -> LedgerHandle {
    rt.block_on(rt.remote(shard).unwrap().start(Ledger::default))
        .unwrap()
}

/// What a ledger has noted when it has noted so much. What a shard sent may come after an ask from outside, so it is asked
/// until it has.
#[track_caller]
pub(crate) fn noted(rt: &Runtime, ledger: LedgerHandle, messages: u64) -> Order {
    let client = rt.client();
    let mut noted = Order::default();
    eventually("all was noted", || {
        match rt.block_on(ledger.order(&client)) {
            Ok(order) => noted = order,
            // A mailbox that is full will not be for long.
            Err(error) => assert_eq!(error, AskError::Full),
        }
        noted.messages() >= messages
    });
    noted
}

/// The message of this number: most travel inline, some have a body.
pub(crate) fn message(from: u16, number: u64) -> LedgerMsg {
    let text = [number; 4];
    let number = number as u32;
    match number % 16 {
        5 => LedgerMsg::Page { from, number, text },
        _ => LedgerMsg::Note { from, number },
    }
}

/// `true` if it was accepted, `false` if there was no room: the only reason to refuse it.
#[track_caller]
pub(crate) fn fits<T, M>(sent: Result<T, SendError<M>>) -> bool {
    match sent {
        Ok(_) => true,
        Err(SendError::Full(_)) => false,
        Err(error) => panic!("{error:?}"),
    }
}

/// Sends so many events and messages from a shard, and waits where there is no room.
pub(crate) async fn flood(ctx: ShardCtx, to: ShardId, ledger: LedgerHandle, each: u64) {
    let (from, port) = (ctx.shard_id(), ctx.remote(to).unwrap());
    for number in 0..each {
        while !fits(port.send_raw(from, number)) {
            yield_now().await;
        }
        while !fits(ledger.try_send(message(from, number))) {
            yield_now().await;
        }
    }
}

/// The same from a thread that is no shard.
pub(crate) fn flood_from_outside(port: &RemoteShard, ledger: LedgerHandle, from: u16, each: u64) {
    for number in 0..each {
        while !fits(port.send_raw(from, number)) {
            thread::yield_now();
        }
        while !fits(ledger.try_send(message(from, number))) {
            thread::yield_now();
        }
    }
}

/// Reads so many events.
pub(crate) async fn read(ctx: ShardCtx, events: u64) -> Order {
    let mut order = Order::default();
    for _ in 0..events {
        order.note_event(ctx.next_event().await);
    }
    order
}
