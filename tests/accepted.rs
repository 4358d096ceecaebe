//! The promise: what is accepted is handled once, or undelivered and dropped once, on its own shard; so `accepted` is
//! `handled + undelivered`, exactly.

mod common;

use common::{Gate, OpenAtEnd, SHARDS, Setup, Tally, Token, each_backend, eventually, yield_now};
use spargio::{Asker, Cx, Handle, RingMsg, Runtime, SendError, ShardCtx, ShardId, shard_actor};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

#[derive(RingMsg)]
enum LedgerMsg {
    Post { sender: u32, number: u32 },
}

/// Checks that each sender's numbers come in order, none missing and none twice.
#[shard_actor(msg = LedgerMsg)]
struct Ledger {
    next: Vec<u32>,
    wrong: u64,
    closed: Closed,
}

/// How many came from each sender, and how many out of turn: what a ledger leaves behind when it has stopped.
type Closed = Arc<Mutex<Option<(Vec<u32>, u64)>>>;

impl LedgerBehavior for Ledger {
    async fn post(&mut self, _: &Cx<Self>, sender: u32, number: u32) {
        let next = &mut self.next[sender as usize];
        self.wrong += u64::from(number != *next);
        *next = number + 1;
    }
    async fn stopped(&mut self, _: &Cx<Self>) {
        *self.closed.lock().unwrap() = Some((std::mem::take(&mut self.next), self.wrong));
    }
}

/// Sends all numbers; where there is no room it tries again or waits, in turn. It may be polled on any thread.
async fn post_all(to: LedgerHandle, sender: u32, numbers: u32) {
    for number in 0..numbers {
        let mut message = LedgerMsg::Post { sender, number };
        while let Err(refused) = to.try_send(message) {
            assert!(matches!(refused, SendError::Full(_)), "{refused:?}");
            message = refused.into_inner();
            if number % 2 == 0 {
                to.send(message).await.expect("room within the time");
                break;
            }
            yield_now().await;
            thread::yield_now();
        }
    }
}

fn everybody_posts(setup: &Setup, total: u32) {
    let rt = setup.build();
    let senders = setup.shards as u32 + 2;
    let numbers = total / senders;
    let closed = Closed::default();
    let ledger = Ledger {
        next: vec![0; senders as usize],
        wrong: 0,
        closed: closed.clone(),
    };
    let to = rt
        .block_on(rt.remote(setup.last()).unwrap().start(move || ledger))
        .unwrap();
    let on_shards: Vec<_> = (0..setup.shards as ShardId)
        .map(|shard| {
            rt.spawn_local_on(shard, move |_| post_all(to, shard.into(), numbers))
                .unwrap()
        })
        .collect();
    let outside: Vec<_> = (senders - 2..senders)
        .map(|sender| {
            thread::spawn(move || futures::executor::block_on(post_all(to, sender, numbers)))
        })
        .collect();
    for task in on_shards {
        rt.block_on(task).unwrap();
    }
    for thread in outside {
        thread.join().unwrap();
    }
    let report = rt.shutdown().unwrap();
    let sent = u64::from(numbers) * u64::from(senders);
    assert_eq!(
        (report.accepted, report.handled, report.undelivered),
        (sent, sent, 0)
    );
    let closed = closed.lock().unwrap().take().expect("`stopped` ran");
    assert_eq!(closed, (vec![numbers; senders as usize], 0));
}

#[test]
fn four_million_messages_to_one_actor_come_once_and_in_their_senders_order() {
    each_backend(&SHARDS, |setup| everybody_posts(setup, 4_000_000));
}

#[test]
fn a_hundred_and_twenty_eight_shards_lose_nothing() {
    each_backend(&[128], |setup| everybody_posts(setup, 130_000));
}

/// A payload that knows on which shard it has to be dropped; `None`: it was handed back.
struct Homing {
    home: Option<ShardId>,
    astray: Arc<AtomicUsize>,
    _token: Token,
}

impl Drop for Homing {
    fn drop(&mut self) {
        let here = ShardCtx::current().map(|ctx| ctx.shard_id());
        if self.home.is_some() && self.home != here {
            self.astray.fetch_add(1, Relaxed);
        }
    }
}

#[derive(RingMsg)]
#[expect(
    clippy::large_enum_variant,
    reason = "a body that must be boxed is what is tested"
)]
enum NestMsg {
    Land(Homing),
    LandBoxed(Homing, [u64; 100]),
    #[ring(reply = Token)]
    Lend(Homing),
    Hold(Gate),
}

#[shard_actor(msg = NestMsg)]
struct Nest {
    landed: Arc<AtomicU64>,
    tally: Tally,
}

impl NestBehavior for Nest {
    async fn land(&mut self, _: &Cx<Self>, _: Homing) {
        self.landed.fetch_add(1, Relaxed);
    }
    async fn land_boxed(&mut self, _: &Cx<Self>, _: Homing, _: [u64; 100]) {
        self.landed.fetch_add(1, Relaxed);
    }
    async fn lend(&mut self, _: &Cx<Self>, _: Homing) -> Token {
        self.landed.fetch_add(1, Relaxed);
        self.tally.token()
    }
    async fn hold(&mut self, _: &Cx<Self>, gate: Gate) {
        self.landed.fetch_add(1, Relaxed);
        gate.pass();
    }
}

/// What one test counts.
#[derive(Clone, Default)]
struct Counts {
    tally: Tally,
    astray: Arc<AtomicUsize>,
    landed: Arc<AtomicU64>,
    accepted: Arc<AtomicU64>,
}

impl Counts {
    fn start(&self, rt: &Runtime, shard: ShardId) -> NestHandle {
        let (landed, tally) = (self.landed.clone(), self.tally.clone());
        rt.block_on(rt.remote(shard).unwrap().start(|| Nest { landed, tally }))
            .unwrap()
    }

    fn homing(&self, home: ShardId) -> Homing {
        Homing {
            home: Some(home),
            astray: self.astray.clone(),
            _token: self.tally.token(),
        }
    }

    /// Sends the `n`-th message. `false` if no message will ever be accepted again.
    fn send(&self, to: NestHandle, n: usize) -> bool {
        let homing = self.homing(to.shard());
        let sent = match n % 3 {
            0 => to.try_send(NestMsg::LandBoxed(homing, [1; 100])),
            1 => to.try_send(NestMsg::Lend(homing)),
            _ => to.land(homing),
        };
        let Err(refused) = sent else {
            self.accepted.fetch_add(1, Relaxed);
            return true;
        };
        let again = matches!(refused, SendError::Full(_));
        let (NestMsg::Land(mut homing)
        | NestMsg::LandBoxed(mut homing, _)
        | NestMsg::Lend(mut homing)) = refused.into_inner()
        else {
            unreachable!("another message was handed back");
        };
        // It is the sender's again: dropped where the sender is.
        homing.home = None;
        again
    }
}

#[test]
fn stats_agree_and_what_is_undelivered_is_dropped_on_its_own_shard() {
    each_backend(&SHARDS, |setup| {
        let rt = setup.build();
        let (counts, gate) = (Counts::default(), Gate::default());
        let _open = OpenAtEnd(gate.clone());
        let nest = counts.start(&rt, setup.last());
        nest.hold(gate.clone()).unwrap();
        gate.await_waiting(1);
        (0..5).for_each(|n| assert!(counts.send(nest, n)));
        nest.stop();
        (0..7).for_each(|n| assert!(counts.send(nest, n)));
        let stopped = nest.wait_stopped();
        gate.open();
        rt.block_on(stopped);
        eventually("13 messages are over", || sums(&rt) == (13, 6, 7));
        assert_eq!(counts.landed.load(Relaxed), 6);
        assert_eq!(
            counts.tally.made(),
            5 + 7 + 2,
            "twelve messages and two replies"
        );
        counts.tally.assert_even();
        assert_eq!(counts.astray.load(Relaxed), 0);
        let report = rt.shutdown().unwrap();
        assert_eq!(
            (report.accepted, report.handled, report.undelivered),
            (13, 6, 7)
        );
    });
}

fn sums(rt: &Runtime) -> (u64, u64, u64) {
    let stats = rt.stats();
    let add = |a: (u64, u64, u64), b: &spargio::ShardStats| {
        (a.0 + b.accepted, a.1 + b.handled, a.2 + b.undelivered)
    };
    stats.shards.iter().fold((0, 0, 0), add)
}

/// Everybody sends to everybody until the runtime is ended by `end`.
fn end_in_mid_traffic(setup: &Setup, end: impl FnOnce(Runtime)) -> Counts {
    let rt = setup
        .builder()
        .mailbox(64)
        .drain(Duration::ZERO)
        .build()
        .unwrap();
    let counts = Counts::default();
    let nests: Vec<_> = (0..setup.shards as ShardId)
        .map(|shard| counts.start(&rt, shard))
        .collect();
    for shard in 0..setup.shards as ShardId {
        let (counts, nests) = (counts.clone(), nests.clone());
        let traffic = async move {
            for n in 0_usize.. {
                counts.send(nests[n / 40 % nests.len()], n);
                if n % 100 == 0 {
                    yield_now().await;
                }
            }
        };
        rt.spawn_on(shard, traffic).unwrap();
    }
    let outside = [0, 1].map(|_| {
        let (counts, nests) = (counts.clone(), nests.clone());
        thread::spawn(move || (0_usize..).all(|n| counts.send(nests[n % nests.len()], n)))
    });
    eventually("traffic", || counts.landed.load(Relaxed) > 3000);
    end(rt);
    for thread in outside {
        thread.join().unwrap();
    }
    counts
}

#[test]
fn a_runtime_dropped_in_mid_traffic_drops_every_payload_once_and_at_home() {
    each_backend(&SHARDS, |setup| {
        for _ in 0..10 {
            let counts = end_in_mid_traffic(setup, drop);
            counts.tally.assert_even();
            assert_eq!(
                counts.astray.load(Relaxed),
                0,
                "dropped on another shard than their own"
            );
        }
    });
}

#[test]
fn a_shutdown_in_mid_traffic_counts_every_acceptance() {
    each_backend(&SHARDS, |setup| {
        for _ in 0..10 {
            let report = Arc::new(Mutex::new(None));
            let counts =
                end_in_mid_traffic(setup, |rt| *report.lock().unwrap() = rt.shutdown().ok());
            let report = report
                .lock()
                .unwrap()
                .take()
                .expect("it is shut down from outside");
            assert_eq!(report.accepted, counts.accepted.load(Relaxed));
            assert_eq!(report.handled, counts.landed.load(Relaxed));
            assert_eq!(report.accepted, report.handled + report.undelivered);
            assert_eq!(report.stuck_shards, 0);
            counts.tally.assert_even();
        }
    });
}

#[test]
fn a_refused_message_is_the_senders_again() {
    each_backend(&SHARDS, |setup| {
        let rt = setup.build();
        let counts = Counts::default();
        let nest = counts.start(&rt, 0);
        nest.stop();
        rt.block_on(nest.wait_stopped());
        let refused = nest.land(counts.homing(0)).unwrap_err();
        assert!(matches!(refused, SendError::Dead(_)));
        assert_eq!(counts.tally.dropped(), 0);
        let NestMsg::Land(mut homing) = refused.into_inner() else {
            panic!("another message")
        };
        homing.home = None;
        drop(homing);
        counts.tally.assert_even();
        assert_eq!(rt.shutdown().unwrap().accepted, 0);
    });
}

#[derive(Clone, Debug, PartialEq)]
#[repr(align(64))]
struct Aligned([u8; 80]);

#[derive(RingMsg)]
#[expect(
    clippy::large_enum_variant,
    reason = "bodies of all sizes are what is tested"
)]
enum ParcelMsg {
    #[ring(reply = [u64; 6])]
    Small([u64; 6]),
    #[ring(reply = Vec<u8>)]
    Owned(Vec<u8>),
    #[ring(reply = [u8; 4096])]
    Large([u8; 4096]),
    #[ring(reply = Aligned)]
    OverAligned(Aligned),
    #[ring(reply = [u64; 12])]
    Brim([u64; 12], u8),
}

/// Sends back what it gets, so that bodies are checked in messages and in replies.
#[shard_actor(msg = ParcelMsg)]
struct Echo;

impl ParcelBehavior for Echo {
    async fn small(&mut self, _: &Cx<Self>, value: [u64; 6]) -> [u64; 6] {
        value
    }
    async fn owned(&mut self, _: &Cx<Self>, value: Vec<u8>) -> Vec<u8> {
        value
    }
    async fn large(&mut self, _: &Cx<Self>, value: [u8; 4096]) -> [u8; 4096] {
        value
    }
    async fn over_aligned(&mut self, _: &Cx<Self>, value: Aligned) -> Aligned {
        assert_eq!((&raw const value).addr() % 64, 0);
        value
    }
    async fn brim(&mut self, _: &Cx<Self>, arg0: [u64; 12], arg1: u8) -> [u64; 12] {
        arg0.map(|n| n + u64::from(arg1))
    }
}

/// Asks of every size in turn, so that bodies of different sizes lie side by side in a lane.
async fn exchange(echo: ParcelHandle, asker: impl Asker<ParcelMsg>) {
    for n in 0..500_u64 {
        let byte = n as u8;
        let small = echo.small(&asker, std::array::from_fn(|i| n << i));
        let owned = echo.owned(&asker, vec![byte; 1024]);
        let large = echo.large(&asker, std::array::from_fn(|i| byte ^ i as u8));
        let aligned = echo.over_aligned(&asker, Aligned([byte; 80]));
        let brim = echo.brim(&asker, [n; 12], byte);
        assert_eq!(small.await.unwrap(), std::array::from_fn(|i| n << i));
        assert_eq!(owned.await.unwrap(), vec![byte; 1024]);
        assert_eq!(
            large.await.unwrap(),
            std::array::from_fn(|i| byte ^ i as u8)
        );
        assert_eq!(aligned.await.unwrap(), Aligned([byte; 80]));
        assert_eq!(brim.await.unwrap(), [n + u64::from(byte); 12]);
    }
}

#[test]
fn bodies_of_every_size_and_alignment_arrive_whole() {
    each_backend(&SHARDS, |setup| {
        let rt = setup.build();
        let echo = rt
            .block_on(rt.remote(setup.last()).unwrap().start(|| Echo))
            .unwrap();
        let ask = |shard| {
            rt.spawn_local_on(shard, move |ctx| exchange(echo, ctx))
                .unwrap()
        };
        let tasks: Vec<_> = (0..setup.shards as ShardId).map(ask).collect();
        rt.block_on(exchange(echo, rt.client()));
        for task in tasks {
            rt.block_on(task).unwrap();
        }
        let asks = 5 * 500 * (setup.shards as u64 + 1);
        let report = rt.shutdown().unwrap();
        assert_eq!((report.accepted, report.handled), (asks, asks));
    });
}
