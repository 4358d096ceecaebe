//! The promise: a stop shows at one instant. A send that begins after anyone could see it gives `Dead`, for ever, and
//! never reaches a later actor in the same slot.

mod common;

use common::{Gate, OpenAtEnd, SHARDS, each_backend, eventually};
use futures::FutureExt;
use futures::channel::oneshot;
use spargio::{
    AskError, Cx, Handle, RingMsg, RingVal, Runtime, SendError, ShardCtx, ShardId, shard_actor,
};
use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

#[derive(RingMsg)]
enum GraveMsg {
    /// Meant for the actor of this number.
    Visit {
        meant: u32,
    },
    VisitOwned(Box<u32>),
    #[ring(reply = u32)]
    Name,
    Hold(oneshot::Receiver<()>),
    Block(Gate),
}

#[derive(Default)]
struct Counts {
    visits: AtomicU64,
    /// Visits that were meant for an actor that lived in the slot before.
    strays: AtomicU64,
    stopped: AtomicUsize,
    dropped: AtomicUsize,
}

#[shard_actor(msg = GraveMsg)]
struct Grave {
    number: u32,
    counts: Arc<Counts>,
}

impl Grave {
    fn visited(&self, meant: u32) {
        self.counts.visits.fetch_add(1, SeqCst);
        self.counts
            .strays
            .fetch_add((meant != self.number).into(), SeqCst);
    }
}

impl GraveBehavior for Grave {
    async fn visit(&mut self, _: &Cx<Self>, meant: u32) {
        self.visited(meant);
    }
    async fn visit_owned(&mut self, _: &Cx<Self>, value: Box<u32>) {
        self.visited(*value);
    }
    async fn name(&mut self, _: &Cx<Self>) -> u32 {
        self.number
    }
    async fn hold(&mut self, _: &Cx<Self>, value: oneshot::Receiver<()>) {
        _ = value.await;
    }
    async fn block(&mut self, _: &Cx<Self>, value: Gate) {
        value.pass();
    }
    async fn stopped(&mut self, _: &Cx<Self>) {
        common::yield_now().await;
        self.counts.stopped.fetch_add(1, SeqCst);
    }
}

impl Drop for Grave {
    fn drop(&mut self) {
        self.counts.dropped.fetch_add(1, SeqCst);
    }
}

fn start(rt: &Runtime, shard: ShardId, number: u32, counts: &Arc<Counts>) -> GraveHandle {
    let counts = counts.clone();
    rt.block_on(
        rt.remote(shard)
            .unwrap()
            .start(move || Grave { number, counts }),
    )
    .unwrap()
}

/// Every way to send gives `Dead`, at once.
fn assert_dead(grave: GraveHandle, asker: &impl spargio::Asker<GraveMsg>) {
    assert!(!grave.is_alive());
    assert!(matches!(
        grave.visit(1),
        Err(SendError::Dead(GraveMsg::Visit { meant: 1 }))
    ));
    assert!(matches!(
        grave.visit_owned(Box::new(2)),
        Err(SendError::Dead(GraveMsg::VisitOwned(_)))
    ));
    let waited = grave.send(GraveMsg::Visit { meant: 3 }).now_or_never();
    assert!(matches!(
        waited,
        Some(Err(SendError::Dead(GraveMsg::Visit { meant: 3 })))
    ));
    assert_eq!(
        Box::pin(grave.name(asker)).now_or_never(),
        Some(Err(AskError::Dead))
    );
    grave.stop();
}

/// The same on every shard and outside.
fn assert_dead_everywhere(rt: &Runtime, grave: GraveHandle) {
    assert_dead(grave, &rt.client());
    for shard in 0..rt.shard_count() as ShardId {
        let seen = rt.spawn_local_on(shard, move |ctx| async move { assert_dead(grave, &ctx) });
        rt.block_on(seen.unwrap()).unwrap();
    }
}

#[test]
fn a_stopped_actor_is_dead_for_ever_and_for_everybody() {
    each_backend(&SHARDS, |setup| {
        let (rt, counts) = (setup.build(), Arc::default());
        let old = start(&rt, setup.last(), 0, &counts);
        assert!(old.is_alive());
        old.stop();
        eventually("the stop is seen", || !old.is_alive());
        assert_dead_everywhere(&rt, old);
        rt.block_on(old.wait_stopped());
        // So many that some live in its slot.
        for number in 1..600 {
            let new = start(&rt, setup.last(), number, &counts);
            assert_ne!(new, old);
            assert_ne!(new.id(), old.id());
            assert_dead(old, &rt.client());
            assert_eq!(rt.block_on(new.name(&rt.client())), Ok(number));
            new.stop();
            rt.block_on(new.wait_stopped());
        }
        assert_dead_everywhere(&rt, old);
        assert_eq!(counts.visits.load(SeqCst), 0);
    });
}

#[test]
fn who_hears_from_one_that_saw_it_sees_it_too() {
    each_backend(&SHARDS, |setup| {
        let (rt, counts) = (setup.build(), Arc::default());
        for number in 0..300 {
            let grave = start(&rt, setup.last(), number, &counts);
            let (tell, told) = mpsc::channel::<()>();
            thread::scope(|scope| {
                let second = scope.spawn(move || {
                    told.recv().unwrap();
                    assert!(matches!(grave.visit(number), Err(SendError::Dead(_))));
                });
                grave.stop();
                while !matches!(grave.visit(number), Err(SendError::Dead(_))) {}
                tell.send(()).unwrap();
                second.join().unwrap();
            });
            let on_shard = async move { grave.visit(number).is_err() };
            assert!(rt.block_on(rt.spawn_on(0, on_shard).unwrap()).unwrap());
        }
        assert_eq!(counts.strays.load(SeqCst), 0);
    });
}

/// Tells and stops whoever lives at the published address, and those that lived there before; returns how many tells
/// were accepted.
fn haunt(published: &AtomicU64, over: &AtomicBool, seed: usize) -> u64 {
    let (mut old, mut accepted, mut turn) = (Vec::new(), 0, seed);
    while !over.load(SeqCst) {
        let Some(now) = GraveHandle::from_bits(published.load(SeqCst)) else {
            continue;
        };
        // The low half of an address tells the successive actors of a slot apart: see `bury`.
        let meant = now.to_bits() as u32;
        match old.len() {
            64 => old[turn % 64] = (now, meant),
            _ => old.push((now, meant)),
        }
        let (grave, meant) = old[turn * 7 % old.len()];
        accepted += u64::from(grave.visit(meant).is_ok());
        turn += 1;
    }
    accepted
}

/// Starts and stops actors one after another in the same slot; each is named by the slot's generation.
async fn bury(
    ctx: ShardCtx,
    published: Arc<AtomicU64>,
    counts: Arc<Counts>,
    times: u32,
) -> HashSet<u64> {
    let mut slots = HashSet::new();
    for _ in 0..times {
        let number = Arc::new(AtomicU64::new(0));
        let grave = ctx
            .start(Unnamed {
                number: number.clone(),
                counts: counts.clone(),
            })
            .unwrap();
        number.store(u64::from(grave.to_bits() as u32), SeqCst);
        slots.insert(grave.to_bits() >> 32);
        published.store(grave.to_bits(), SeqCst);
        grave.stop();
        grave.wait_stopped().await;
    }
    slots
}

/// A grave whose number is its slot's generation, known after it was started.
#[shard_actor(msg = GraveMsg)]
struct Unnamed {
    number: Arc<AtomicU64>,
    counts: Arc<Counts>,
}

impl GraveBehavior for Unnamed {
    async fn visit(&mut self, _: &Cx<Self>, meant: u32) {
        self.counts.visits.fetch_add(1, SeqCst);
        self.counts.strays.fetch_add(
            (u64::from(meant) != self.number.load(SeqCst)).into(),
            SeqCst,
        );
    }
    async fn visit_owned(&mut self, _: &Cx<Self>, _: Box<u32>) {}
    async fn name(&mut self, _: &Cx<Self>) -> u32 {
        0
    }
    async fn hold(&mut self, _: &Cx<Self>, _: oneshot::Receiver<()>) {}
    async fn block(&mut self, _: &Cx<Self>, _: Gate) {}
}

#[test]
fn slots_used_a_million_times_keep_stale_handles_out() {
    const TIMES: u32 = 350_000;
    each_backend(&SHARDS, |setup| {
        let (rt, counts) = (setup.build(), Arc::<Counts>::default());
        let (published, over) = (Arc::new(AtomicU64::new(0)), AtomicBool::new(false));
        let (accepted, slots) = thread::scope(|scope| {
            let threads = [0, 3].map(|seed| {
                scope.spawn({
                    let (published, over) = (&published, &over);
                    move || haunt(published, over, seed)
                })
            });
            let (address, ctx_counts) = (published.clone(), counts.clone());
            let task = rt.spawn_local_on(setup.last(), move |ctx| {
                bury(ctx, address, ctx_counts, TIMES)
            });
            let slots = rt.block_on(task.unwrap());
            over.store(true, SeqCst);
            (
                threads
                    .map(|thread| thread.join().unwrap())
                    .iter()
                    .sum::<u64>(),
                slots.unwrap(),
            )
        });
        let report = rt.shutdown().unwrap();
        assert_eq!(report.accepted, accepted);
        assert_eq!(report.handled, counts.visits.load(SeqCst));
        assert_eq!(report.handled + report.undelivered, accepted);
        assert_eq!(
            counts.strays.load(SeqCst),
            0,
            "visits to a later actor of the slot"
        );
        assert!(
            slots.len() < 1024,
            "{} slots for one actor at a time",
            slots.len()
        );
    });
}

#[test]
fn dead_wins_over_closed() {
    each_backend(&SHARDS, |setup| {
        let (rt, counts) = (setup.build(), Arc::default());
        let (living, dead) = (
            start(&rt, setup.last(), 0, &counts),
            start(&rt, 0, 1, &counts),
        );
        dead.stop();
        rt.block_on(dead.wait_stopped());
        let (release, held) = oneshot::channel();
        living.try_send(GraveMsg::Hold(held)).unwrap();
        let client = rt.client();
        let ending = thread::spawn(move || rt.shutdown());
        // The mailbox may fill up before the end begins, and be `Full`.
        eventually("sends from outside are refused", || {
            matches!(
                living.visit(0),
                Err(SendError::Closed(GraveMsg::Visit { meant: 0 }))
            )
        });
        assert!(living.is_alive());
        assert_eq!(
            living.name(&client).now_or_never(),
            Some(Err(AskError::Closed))
        );
        assert!(matches!(
            living.send(GraveMsg::Visit { meant: 0 }).now_or_never(),
            Some(Err(SendError::Closed(_)))
        ));
        assert_dead(dead, &client);
        drop(release);
        assert_eq!(ending.join().unwrap().unwrap().undelivered, 0);
        assert_dead(living, &client);
        assert_dead(dead, &client);
    });
}

#[test]
fn wait_stopped_waits_for_the_hook_and_the_drop() {
    each_backend(&SHARDS, |setup| {
        let (rt, counts) = (setup.build(), Arc::<Counts>::default());
        for (stopped, shard) in (1..).zip([0, setup.last()]) {
            let grave = start(&rt, setup.last(), 0, &counts);
            let gate = Gate::default();
            let _open = OpenAtEnd(gate.clone());
            grave.block(gate.clone()).unwrap();
            gate.await_waiting(1);
            let mut first = grave.wait_stopped();
            let counts = counts.clone();
            let on_shard = async move {
                grave.wait_stopped().await;
                (counts.stopped.load(SeqCst), counts.dropped.load(SeqCst))
            };
            let on_shard = rt.spawn_on(shard, on_shard).unwrap();
            assert_eq!((&mut first).now_or_never(), None);
            grave.stop();
            gate.open();
            rt.block_on(first);
            assert_eq!(rt.block_on(on_shard), Ok((stopped, stopped)));
            rt.block_on(grave.wait_stopped());
        }
        let last = start(&rt, setup.last(), 0, &counts);
        drop(rt);
        futures::executor::block_on(last.wait_stopped());
        assert_eq!(counts.dropped.load(SeqCst), 3);
    });
}

#[test]
fn handles_are_eight_bytes_and_compare_by_actor() {
    fn is_value<T: Copy + Send + Sync + std::fmt::Debug + 'static>() {}
    is_value::<GraveHandle>();
    assert_eq!(size_of::<GraveHandle>(), 8);
    assert_eq!(size_of::<Option<GraveHandle>>(), 8);
    each_backend(&SHARDS, |setup| {
        let (rt, counts) = (
            setup.builder().drain(Duration::ZERO).build().unwrap(),
            Arc::default(),
        );
        let graves: Vec<_> = (0..600)
            .map(|n| start(&rt, n as ShardId % setup.shards as ShardId, n, &counts))
            .collect();
        let hasher = RandomState::new();
        for (n, &grave) in graves.iter().enumerate() {
            assert_eq!(usize::from(grave.shard()), n % setup.shards);
            let copy = GraveHandle::from_bits(grave.to_bits()).unwrap();
            assert_eq!((copy, copy.id()), (grave, grave.id()));
            assert_eq!(hasher.hash_one(copy), hasher.hash_one(grave));
        }
        assert_eq!(graves.iter().copied().collect::<HashSet<_>>().len(), 600);
        assert_eq!(
            graves.iter().map(Handle::id).collect::<HashSet<_>>().len(),
            600
        );
    });
}
