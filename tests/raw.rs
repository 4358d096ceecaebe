//! The raw layer: futures run on the shard they were spawned on, and pairs arrive in a shard's event queue.
//!
//! "`from`: `Option<ShardId>`, `None` = a foreign thread"; "a shard's event queue is a mailbox of its own: unread,
//! `send_raw` gives `Full`, and actors are untouched. Several `next_event` waiters are served in turn"; "events keep the
//! same order per target shard"; "`Blink::decode(tag, val)`: fallible; never panics".

mod common;

use common::{LONG, SHARDS, Setup, each_backend, yield_now};
use futures::channel::oneshot;
use futures::poll;
use spargio::time::timeout;
use spargio::{
    BackendKind, Cx, Event, RingMsg, Runtime, SendError, ShardCtx, ShardId, shard_actor,
};
use std::any::Any;
use std::cell::RefCell;
use std::ptr::null;
use std::rc::Rc;
use std::task::{Context, RawWaker, RawWakerVTable, Waker};

#[derive(RingMsg, Debug, PartialEq, Clone, Copy)]
enum Blink {
    Off,
    On,
    Dim(u8),
    Ramp { to: u32, steps: u16, up: bool },
    Letter(char),
}

/// Has variants that never travel as events.
#[derive(RingMsg, Debug)]

enum MixedMsg {
    #[ring(tag = 7)]
    Text(String),
    #[ring(tag = 65_535, reply = u8)]
    Ask(char),
    #[ring(tag = 300)]
    Flag(bool),
}

#[derive(RingMsg)]
enum EchoMsg {
    #[ring(reply = u32)]
    Echo(u32),
}

#[shard_actor(msg = EchoMsg)]
struct Echo;

impl EchoBehavior for Echo {
    async fn echo(&mut self, _: &Cx<Self>, value: u32) -> u32 {
        value
    }
}

/// Everybody who can send to the last shard: a foreign thread, the shard itself and, if there is one, another shard.
fn senders(setup: &Setup) -> Vec<Option<ShardId>> {
    let across = (setup.shards > 1).then_some(Some(0));
    [None, Some(setup.last())]
        .into_iter()
        .chain(across)
        .collect()
}

/// Runs a job on a shard, or on this foreign thread, and waits for its result.
fn run_as<T: Send + 'static>(
    rt: &Runtime,
    from: Option<ShardId>,
    job: impl FnOnce() -> T + Send + 'static,
) -> T {
    match from {
        None => job(),
        Some(shard) => {
            let result = rt
                .block_on(rt.spawn_on(shard, async { job() }).unwrap())
                .unwrap();
            // The turn in which the job ran has ended when the shard begins another: what it sent is published.
            rt.block_on(rt.spawn_on(shard, async {}).unwrap()).unwrap();
            result
        }
    }
}

/// Sends pairs `(tag, 0), (tag, 1), ..` until one is refused, which must be handed back. Returns how many went.
fn fill(rt: &Runtime, from: Option<ShardId>, to: ShardId, tag: u16) -> u64 {
    let port = rt.remote(to).unwrap();
    run_as(rt, from, move || {
        for val in 0.. {
            match port.send_raw(tag, val) {
                Ok(_) => {}
                Err(SendError::Full(pair)) => {
                    assert_eq!(pair, (tag, val), "the pair is handed back");
                    return val;
                }
                Err(error) => panic!("{error}"),
            }
        }
        unreachable!("an event queue is bounded")
    })
}

/// Reads so many events on a shard.
fn read(rt: &Runtime, shard: ShardId, events: u64) -> Vec<Event> {
    let read = rt.spawn_local_on(shard, move |ctx| async move {
        let mut seen = Vec::new();
        for _ in 0..events {
            seen.push(ctx.next_event().await);
        }
        seen
    });
    rt.block_on(read.unwrap()).unwrap()
}

#[test]
fn queue_backend_delivers_message() {
    let rt = Runtime::builder()
        .shards(2)
        .backend(BackendKind::Queue)
        .build()
        .unwrap();
    let port = rt.remote(1).unwrap();
    let ticket = port.send_raw(7, 42).unwrap();
    rt.block_on(ticket).unwrap();
    assert_eq!(
        read(&rt, 1, 1),
        [Event::RingMsg {
            from: None,
            tag: 7,
            val: 42
        }]
    );
}

#[test]
fn futures_run_on_their_shard() {
    each_backend(&[1, 2, 4, 128], |setup| {
        let rt = setup.builder().thread_name("raw").build().unwrap();
        let here = || {
            let shard = ShardCtx::current().map(|ctx| ctx.shard_id());
            (std::thread::current().name().map(str::to_owned), shard)
        };
        for shard in 0..setup.shards as ShardId {
            let expected = (Some(format!("raw-{shard}")), Some(shard));
            let plain = rt.spawn_on(shard, async move { here() }).unwrap();
            assert_eq!(rt.block_on(plain).unwrap(), expected);
            let local = rt.spawn_local_on(shard, move |ctx| async move {
                // Not `Send`, and held over an await.
                let count = Rc::new(setup_count(&ctx));
                yield_now().await;
                (here(), ctx.shard_id(), *count)
            });
            let local = rt.block_on(local.unwrap()).unwrap();
            assert_eq!(local, (expected, shard, setup.shards));
        }
        assert!(ShardCtx::current().is_none(), "this thread is no shard");
    });
}

fn setup_count(ctx: &ShardCtx) -> usize {
    ctx.shard_count()
}

#[test]
fn a_pair_arrives_with_its_sender() {
    each_backend(&[1, 2, 4, 128], |setup| {
        let rt = setup.build();
        let target = setup.last();
        for from in senders(setup) {
            for (tag, val) in [
                (0, 0),
                (1, u64::MAX),
                (u16::MAX, 1 << 63),
                (u16::MAX, u64::MAX),
            ] {
                let port = rt.remote(target).unwrap();
                run_as(&rt, from, move || drop(port.send_raw(tag, val).unwrap()));
                assert_eq!(read(&rt, target, 1), [Event::RingMsg { from, tag, val }]);
            }
        }
    });
}

#[test]
fn a_typed_send_makes_the_round_trip() {
    each_backend(&SHARDS, |setup| {
        let rt = setup.build();
        let target = setup.last();
        let blinks = [
            Blink::Off,
            Blink::On,
            Blink::Dim(255),
            Blink::Ramp {
                to: u32::MAX,
                steps: 513,
                up: true,
            },
            Blink::Ramp {
                to: 1,
                steps: u16::MAX,
                up: false,
            },
            Blink::Letter('\u{10FFFF}'),
        ];
        for sender in senders(setup) {
            let port = rt.remote(target).unwrap();
            run_as(&rt, sender, move || {
                for blink in blinks {
                    port.send(blink).unwrap();
                }
            });
            for (event, blink) in read(&rt, target, blinks.len() as u64)
                .into_iter()
                .zip(blinks)
            {
                let Event::RingMsg { from, tag, val } = event;
                assert_eq!(from, sender);
                assert_eq!(Blink::decode(tag, val), Ok(blink));
            }
        }
    });
}

#[test]
fn a_typed_send_hands_its_message_back() {
    each_backend(&SHARDS, |setup| {
        let rt = setup.builder().mailbox(3).build().unwrap();
        for from in senders(setup) {
            assert_eq!(fill(&rt, from, setup.last(), 0), 3);
            let port = rt.remote(setup.last()).unwrap();
            let refused = run_as(&rt, from, move || port.send(Blink::Dim(9)).map(drop));
            let Err(SendError::Full(blink)) = refused else {
                panic!("{refused:?}")
            };
            assert_eq!(blink, Blink::Dim(9));
            read(&rt, setup.last(), 3);
        }
    });
}

#[test]
fn garbage_decodes_to_an_error() {
    let mut random = 0x2545_F491_4F6C_DD1D_u64;
    let mut good = 0;
    for tag in 0..=u16::MAX {
        for round in 0..24 {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            let val = match round {
                0 => 0,
                1 => 1,
                2 => u64::MAX,
                // Of every width.
                _ => random >> (random % 64),
            };
            if let Ok(blink) = Blink::decode(tag, val) {
                assert!(tag < 5, "tag {tag} is none of {blink:?}");
                good += 1;
            }
            if let Ok(mixed) = MixedMsg::decode(tag, val) {
                assert!(
                    tag == 65_535 || tag == 300,
                    "tag {tag} is none of {mixed:?}"
                );
            }
        }
    }
    assert!(good > 10, "some of it is no garbage");
    assert!(Blink::decode(0, 1).is_err(), "bits of no field");
    assert!(Blink::decode(4, 0xD800).is_err(), "no char");
    assert!(MixedMsg::decode(7, 0).is_err(), "it has a body");
    assert!(matches!(MixedMsg::decode(300, 1), Ok(MixedMsg::Flag(true))));
    assert!(MixedMsg::decode(300, 2).is_err(), "no bool");
}

#[test]
fn events_keep_the_order_of_each_sender() {
    const EACH: u64 = 10_000;
    each_backend(&SHARDS, |setup| {
        let rt = setup.builder().mailbox(100).build().unwrap();
        let target = setup.last();
        // All shards, the target among them, and two foreign threads, told apart by their tags.
        for shard in 0..setup.shards as ShardId {
            drop(
                rt.spawn_local_on(shard, move |ctx| send_all(ctx, target, shard, EACH))
                    .unwrap(),
            );
        }
        let ports = [1000, 1001].map(|tag| (tag, rt.remote(target).unwrap()));
        let foreign = ports.map(|(tag, port)| {
            std::thread::spawn(move || {
                (0..EACH).for_each(|val| {
                    while port.send_raw(tag, val).is_err() {
                        std::thread::yield_now();
                    }
                })
            })
        });
        let senders = setup.shards as u64 + 2;
        let mut next = std::collections::HashMap::new();
        for Event::RingMsg { from, tag, val } in read(&rt, target, senders * EACH) {
            assert_eq!(from, (tag < 1000).then_some(tag), "who sent it");
            let expected = next.entry(tag).or_insert(0);
            assert_eq!(val, *expected, "out of order from {tag}");
            *expected += 1;
        }
        assert_eq!(next.len() as u64, senders);
        foreign
            .into_iter()
            .for_each(|thread| thread.join().unwrap());
    });
}

async fn send_all(ctx: ShardCtx, to: ShardId, tag: u16, each: u64) {
    let port = ctx.remote(to).unwrap();
    for val in 0..each {
        while port.send_raw(tag, val).is_err() {
            yield_now().await;
        }
    }
}

#[test]
fn one_sender_fills_the_event_queue_and_no_more() {
    each_backend(&SHARDS, |setup| {
        for mailbox in [1, 7, 8, 100, 1024] {
            let rt = setup.builder().mailbox(mailbox as usize).build().unwrap();
            let target = setup.last();
            let echo = rt
                .block_on(rt.remote(target).unwrap().start(|| Echo))
                .unwrap();
            for from in senders(setup) {
                assert_eq!(fill(&rt, from, target, 5), mailbox, "{from:?}");
                let reply = rt.block_on(echo.echo(&rt.client(), 11));
                assert_eq!(reply, Ok(11), "actors are untouched");
                let read = read(&rt, target, mailbox);
                let sent = (0..mailbox).map(|val| Event::RingMsg { from, tag: 5, val });
                assert!(
                    read.into_iter().eq(sent),
                    "all that was accepted came, in order"
                );
            }
        }
    });
}

#[test]
fn what_was_read_makes_room_for_as_much() {
    each_backend(&SHARDS, |setup| {
        for mailbox in [16, 256, 1024] {
            let rt = setup.builder().mailbox(mailbox).build().unwrap();
            let target = setup.last();
            for from in senders(setup) {
                assert_eq!(fill(&rt, from, target, 0), mailbox as u64);
                read(&rt, target, 10);
                assert_eq!(
                    fill(&rt, from, target, 0),
                    10,
                    "mailbox {mailbox}, {from:?}"
                );
                read(&rt, target, mailbox as u64);
            }
        }
    });
}

#[test]
fn waiters_are_served_in_turn() {
    each_backend(&SHARDS, |setup| {
        for from in senders(setup) {
            let rt = setup.build();
            let target = setup.last();
            let (ready, is_ready) = oneshot::channel();
            let served = rt.spawn_local_on(target, |ctx| async move {
                let seen = Rc::new(RefCell::new(Vec::new()));
                let waiters: Vec<_> = (0..3)
                    .map(|waiter| {
                        let (ctx, seen) = (ctx.clone(), seen.clone());
                        ctx.clone().spawn_local(async move {
                            for _ in 0..2 {
                                let Event::RingMsg { val, .. } = ctx.next_event().await;
                                seen.borrow_mut().push((waiter, val));
                            }
                        })
                    })
                    .collect();
                // After one turn all three wait.
                yield_now().await;
                ready.send(()).unwrap();
                for waiter in waiters {
                    waiter.await.unwrap();
                }
                seen.take()
            });
            rt.block_on(is_ready).unwrap();
            let port = rt.remote(target).unwrap();
            run_as(&rt, from, move || {
                (0..6).for_each(|val| drop(port.send_raw(0, val).unwrap()))
            });
            let mut served = rt.block_on(served.unwrap()).unwrap();
            served.sort_unstable();
            assert_eq!(served, [(0, 0), (0, 3), (1, 1), (1, 4), (2, 2), (2, 5)]);
        }
    });
}

#[test]
fn a_dropped_next_event_loses_no_event() {
    each_backend(&SHARDS, |setup| {
        for from in senders(setup) {
            // In the order in which they came, in the other, and only one of them.
            for drops in [vec![0, 1], vec![1, 0], vec![0], vec![1]] {
                let rt = setup.build();
                let (ready, is_ready) = oneshot::channel();
                let (go, may_go) = oneshot::channel::<()>();
                let left = rt.spawn_local_on(setup.last(), |ctx| async move {
                    let mut waits = [(); 2].map(|()| Some(Box::pin(ctx.next_event())));
                    for wait in waits.iter_mut().flatten() {
                        assert!(poll!(wait).is_pending());
                    }
                    ready.send(()).unwrap();
                    may_go.await.unwrap();
                    // Where tickets say that events were read, each has been given one by now, unasked.
                    for dropped in drops {
                        waits[dropped] = None;
                    }
                    let mut vals = Vec::new();
                    for wait in waits.into_iter().flatten() {
                        vals.push(wait.await);
                    }
                    // On a ring a ticket says that its event has arrived, not that it was read.
                    while vals.len() < 2 {
                        vals.push(ctx.next_event().await);
                    }
                    vals.into_iter()
                        .map(|Event::RingMsg { val, .. }| val)
                        .collect::<Vec<_>>()
                });
                rt.block_on(is_ready).unwrap();
                let port = rt.remote(setup.last()).unwrap();
                let tickets = run_as(&rt, from, move || {
                    [0, 1].map(|val| port.send_raw(0, val).unwrap())
                });
                for ticket in tickets {
                    rt.block_on(ticket).unwrap();
                }
                go.send(()).unwrap();
                // A waiter that was kept moves up.
                assert_eq!(rt.block_on(left.unwrap()).unwrap(), [0, 1]);
            }
        }
    });
}

#[test]
fn dropped_waiters_of_both_events_leave_them_in_order() {
    each_backend(&SHARDS, |setup| {
        let rt = setup.build();
        let left = rt.spawn_local_on(setup.last(), |ctx| async move {
            let port = ctx.remote(ctx.shard_id()).unwrap();
            let mut waits = [(); 3].map(|()| Box::pin(ctx.next_event()));
            for wait in &mut waits {
                assert!(poll!(wait).is_pending());
            }
            for val in 0..4 {
                port.send_raw(0, val).unwrap();
            }
            for wait in waits {
                drop(wait);
            }
            let mut vals = Vec::new();
            for _ in 0..4 {
                let Event::RingMsg { val, .. } = ctx.next_event().await;
                vals.push(val);
            }
            vals
        });
        assert_eq!(rt.block_on(left.unwrap()).unwrap(), [0, 1, 2, 3]);
    });
}

thread_local! {
    /// What the next clone of `DROPPING` drops.
    static DROPPED_BY_CLONE: RefCell<Option<Box<dyn Any>>> = const { RefCell::new(None) };
}

/// The waker of nobody, whose clone drops something.
const DROPPING: RawWakerVTable = RawWakerVTable::new(
    |_| {
        drop(DROPPED_BY_CLONE.take());
        RawWaker::new(null(), &DROPPING)
    },
    |_| {},
    |_| {},
    |_| {},
);

#[test]
fn a_waiter_keeps_its_place_while_its_waker_is_cloned() {
    each_backend(&[1], |setup| {
        let rt = setup.build();
        let waited = rt.spawn_local_on(0, |ctx| async move {
            // SAFETY: none of the functions uses the pointer, and this waker can be used on any thread.
            let dropping = unsafe { Waker::from_raw(RawWaker::new(null(), &DROPPING)) };
            let next = |ctx: &ShardCtx| {
                let ctx = ctx.clone();
                Box::pin(async move { ctx.next_event().await })
            };
            let [mut first, mut second] = [next(&ctx), next(&ctx)];
            for waiter in [&mut first, &mut second] {
                assert!(poll!(waiter).is_pending());
            }
            let third = ctx.spawn_local(next(&ctx));
            yield_now().await;
            DROPPED_BY_CLONE.set(Some(Box::new(first)));
            assert!(
                second
                    .as_mut()
                    .poll(&mut Context::from_waker(&dropping))
                    .is_pending()
            );
            let port = ctx.remote(0).unwrap();
            for val in 0..2 {
                drop(port.send_raw(1, val).unwrap());
            }
            // Woken by its own waker.
            let third = timeout(LONG / 6, third).await.expect("it is woken");
            [third.unwrap(), second.await].map(|Event::RingMsg { val, .. }| val)
        });
        assert_eq!(rt.block_on(waited.unwrap()), Ok([1, 0]));
    });
}
