//! Every bit of a tag and a value arrives, many times around the completion queue.
//!
//! Linux 6.18 takes bit 15 of a message's flags, where bit 47 of a value would stand, for a sign of its own: the backend
//! sends that bit elsewhere, and these tests guard it.

use crate::common::yield_now;
use crate::ledger::fits;
use crate::{assert_sound, each_carry};
use spargio::{Cx, Event, Handle, RingMsg, Runtime, ShardId, shard_actor};

/// Nothing, everything, each bit alone and each alone missing.
fn values() -> impl Iterator<Item = u64> + Clone {
    let bits = (0..64).map(|bit| 1 << bit);
    [0, u64::MAX]
        .into_iter()
        .chain(bits.flat_map(|bit: u64| [bit, !bit]))
}

fn tags() -> impl Iterator<Item = u16> + Clone {
    [0, u16::MAX].into_iter().chain((0..16).map(|bit| 1 << bit))
}

/// Sends pairs from shard 0 to the last, and fails unless it reads the same.
fn send(
    rt: &Runtime,
    to: ShardId,
    pairs: impl Iterator<Item = (u16, u64)> + Clone + Send + 'static,
) {
    let expected = pairs.clone();
    let read = rt.spawn_local_on(to, |ctx| async move {
        for (place, (tag, val)) in expected.enumerate() {
            let event = ctx.next_event().await;
            let sent = Event::RingMsg {
                from: Some(0),
                tag,
                val,
            };
            assert_eq!(event, sent, "event {place}: 0x{val:x}");
        }
    });
    let sent = rt.spawn_local_on(0, move |ctx| async move {
        let port = ctx.remote(to).unwrap();
        for (tag, val) in pairs {
            while !fits(port.send_raw(tag, val)) {
                yield_now().await;
            }
        }
    });
    // What it says is wrong comes first: the sender would wait for room.
    rt.block_on(read.unwrap()).unwrap();
    rt.block_on(sent.unwrap()).unwrap();
}

#[test]
fn every_bit_of_a_pair_arrives() {
    each_carry(&[2, 4], |setup| {
        let rt = setup.builder().ring_entries(64).build().unwrap();
        let pairs = || tags().flat_map(|tag| values().map(move |val| (tag, val)));
        send(&rt, setup.last(), (0..10).flat_map(move |_| pairs()));
        assert_sound(&rt);
    });
}

#[test]
fn a_flood_with_bit_47_of_each_value_set_arrives() {
    each_carry(&[2, 4], |setup| {
        let rt = setup.builder().ring_entries(64).build().unwrap();
        let flood = (0..100_000).map(|number| (number as u16, 1 << 47 | number));
        send(&rt, setup.last(), flood);
        assert_sound(&rt);
    });
}

/// With tags that are all bits, and each half of them.
#[derive(RingMsg, Clone, Copy, Debug, PartialEq)]
enum BitsMsg {
    #[ring(tag = 0)]
    None(u64),
    #[ring(tag = 0x5555)]
    Odd(u64),
    #[ring(tag = 0xAAAA)]
    Even(u64),
    #[ring(tag = 0xFFFF)]
    All(u64),
    #[ring(tag = 0x8001, reply = u64)]
    Echo(u64),
    /// The first that was not expected, and how many came.
    #[ring(reply = (Option<String>, u64))]
    Seen,
}

fn messages() -> impl Iterator<Item = BitsMsg> {
    let kinds = [BitsMsg::None, BitsMsg::Odd, BitsMsg::Even, BitsMsg::All];
    let each = move |kind: fn(u64) -> BitsMsg| {
        let high = (0..500).map(|number| 1 << 47 | number);
        values().chain(high).map(kind)
    };
    let round = move || kinds.into_iter().flat_map(each);
    (0..10).flat_map(move |_| round())
}

/// Compares what comes with what was sent.
#[shard_actor(msg = BitsMsg)]
struct Bits {
    expected: Box<dyn Iterator<Item = BitsMsg>>,
    wrong: Option<String>,
    seen: u64,
}

impl Bits {
    fn new() -> Self {
        Self {
            expected: Box::new(messages()),
            wrong: None,
            seen: 0,
        }
    }

    fn see(&mut self, message: BitsMsg) {
        let expected = self.expected.next();
        if expected != Some(message) && self.wrong.is_none() {
            self.wrong = Some(format!("{message:x?} came for {expected:x?}"));
        }
        self.seen += 1;
    }
}

impl BitsBehavior for Bits {
    async fn none(&mut self, _: &Cx<Self>, value: u64) {
        self.see(BitsMsg::None(value));
    }
    async fn odd(&mut self, _: &Cx<Self>, value: u64) {
        self.see(BitsMsg::Odd(value));
    }
    async fn even(&mut self, _: &Cx<Self>, value: u64) {
        self.see(BitsMsg::Even(value));
    }
    async fn all(&mut self, _: &Cx<Self>, value: u64) {
        self.see(BitsMsg::All(value));
    }
    async fn echo(&mut self, _: &Cx<Self>, value: u64) -> u64 {
        value
    }
    async fn seen(&mut self, _: &Cx<Self>) -> (Option<String>, u64) {
        (self.wrong.clone(), self.seen)
    }
}

#[test]
fn every_bit_of_an_inline_message_and_of_a_reply_arrives() {
    each_carry(&[2, 4], |setup| {
        let rt = setup.builder().ring_entries(64).build().unwrap();
        let start = rt.remote(setup.last()).unwrap().start(Bits::new);
        let bits = rt.block_on(start).unwrap();
        let sent = rt.spawn_local_on(0, move |ctx| async move {
            for message in messages() {
                while !fits(bits.try_send(message)) {
                    yield_now().await;
                }
            }
            for val in values() {
                assert_eq!(bits.echo(&ctx, val).await, Ok(val));
            }
        });
        rt.block_on(sent.unwrap()).unwrap();
        let seen = rt.block_on(bits.seen(&rt.client())).unwrap();
        assert_eq!(seen, (None, messages().count() as u64));
        assert_sound(&rt);
    });
}
