//! Idleness costs nothing, and the first message ends it.
//!
//! "A runtime with nothing to do uses no CPU: it parks, and the first message wakes it"; "a publisher rings at most once
//! per park".

mod common;

use common::{Setup, each_backend, yield_now};
use spargio::{Cx, Reply, RingMsg, Runtime, ShardId, Stats, shard_actor};
use std::fs;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// These tests measure the process's threads, so they run one at a time.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

#[derive(RingMsg)]
enum NapMsg {
    Tell(u64),
    #[ring(reply = u64)]
    Sum,
    #[ring(reply = u64, later)]
    Never,
}

#[shard_actor(msg = NapMsg)]
#[derive(Default)]
struct Nap {
    sum: u64,
    kept: Vec<Reply<u64>>,
}

impl NapBehavior for Nap {
    async fn tell(&mut self, _: &Cx<Self>, value: u64) {
        self.sum += value;
    }
    async fn sum(&mut self, _: &Cx<Self>) -> u64 {
        self.sum
    }
    async fn never(&mut self, _: &Cx<Self>, reply: Reply<u64>) {
        self.kept.push(reply);
    }
}

fn start_all(rt: &Runtime) -> Vec<NapHandle> {
    let start = |shard| {
        rt.block_on(rt.remote(shard).unwrap().start(Nap::default))
            .unwrap()
    };
    (0..rt.shard_count() as ShardId).map(start).collect()
}

/// The CPU time of the runtime's threads: its shards' and the clock's.
fn cpu_time() -> Duration {
    let mut sum = 0;
    for task in fs::read_dir("/proc/self/task").unwrap() {
        let task = task.unwrap().path();
        let name = fs::read_to_string(task.join("comm")).unwrap();
        if name.starts_with("spargio-") {
            let stat = fs::read_to_string(task.join("schedstat")).unwrap();
            sum += stat.split(' ').next().unwrap().parse::<u64>().unwrap();
        }
    }
    Duration::from_nanos(sum)
}

/// The CPU time of a second in which nothing happens, which each shard sleeps through.
#[track_caller]
fn idle_second(rt: &Runtime) -> Duration {
    // On a busy machine, what was begun before may take longer to end.
    let cost = (0..5).find_map(|_| slept_second(rt));
    cost.expect("in no second of five do all shards sleep without a break")
}

fn slept_second(rt: &Runtime) -> Option<Duration> {
    // What was begun ends: a shard spins for microseconds before it sleeps.
    thread::sleep(Duration::from_millis(100));
    let parks = || Vec::from_iter(rt.stats().shards.iter().map(|shard| shard.parks));
    let (slept, before) = (parks(), cpu_time());
    thread::sleep(Duration::from_secs(1));
    let cost = cpu_time() - before;
    // One that wakes to look costs too little to be seen in its CPU time.
    (parks() == slept).then_some(cost)
}

/// Everybody tells and asks everybody.
fn traffic(rt: &Runtime, naps: &[NapHandle]) {
    let talks: Vec<_> = (0..rt.shard_count() as ShardId)
        .map(|shard| {
            let naps = naps.to_vec();
            let talk = rt.spawn_local_on(shard, |ctx| async move {
                for _ in 0..200 {
                    for nap in &naps {
                        nap.tell(1).unwrap();
                        nap.sum(&ctx).await.unwrap();
                    }
                    yield_now().await;
                }
            });
            talk.unwrap()
        })
        .collect();
    talks
        .into_iter()
        .for_each(|talk| rt.block_on(talk).unwrap());
}

#[track_caller]
fn assert_bells(stats: &Stats) {
    for shard in &stats.shards {
        assert!(
            shard.bells <= shard.parks,
            "{} bells for {} parks: {shard:?}",
            shard.bells,
            shard.parks
        );
    }
}

#[test]
fn a_second_of_idleness_costs_nothing() {
    let _alone = alone();
    each_backend(&[1, 2, 4], |setup| {
        let rt = setup.build();
        let naps = start_all(&rt);
        traffic(&rt, &naps);
        let cost = idle_second(&rt);
        assert!(cost < Duration::from_millis(10), "{cost:?}");
    });
}

#[test]
fn waiting_costs_nothing() {
    let _alone = alone();
    each_backend(&[1, 2, 4], |setup| {
        let rt = setup
            .builder()
            .ask_timeout(Duration::from_secs(600))
            .build()
            .unwrap();
        let naps = start_all(&rt);
        let (client, last) = (rt.client(), naps[setup.shards - 1]);
        for shard in 0..setup.shards as ShardId {
            let wait = rt.spawn_local_on(shard, move |ctx| async move {
                let asks = (0..100).map(|_| last.never(&ctx));
                futures::join!(futures::future::join_all(asks), ctx.next_event());
            });
            drop(wait.unwrap());
        }
        // One that waits outside, too: it needs the clock.
        let mut outside = Box::pin(last.never(&client));
        rt.block_on(async { assert!(futures::poll!(&mut outside).is_pending()) });
        traffic(&rt, &naps);
        let cost = idle_second(&rt);
        assert!(cost < Duration::from_millis(10), "{cost:?}");
    });
}

/// Waits until a shard has slept once.
fn asleep(rt: &Runtime, shard: ShardId) {
    let parks = || rt.stats().shards[usize::from(shard)].parks;
    common::eventually("it parks", || parks() > 0);
}

#[test]
fn the_first_message_after_idleness_wakes() {
    let _alone = alone();
    each_backend(&[1, 2, 4], |setup| {
        let rt = setup.build();
        let naps = start_all(&rt);
        thread::sleep(Duration::from_secs(1));
        for nap in &naps {
            assert_eq!(rt.block_on(nap.sum(&rt.client())), Ok(0));
        }
        thread::sleep(Duration::from_secs(1));
        // From shard to shard: the asker was woken, the other sleeps.
        let (first, last) = (naps[0], naps[setup.shards - 1]);
        for (from, nap) in [(0, last), (setup.last(), first)] {
            let ask = rt.spawn_local_on(from, move |ctx| async move { nap.sum(&ctx).await });
            assert_eq!(rt.block_on(ask.unwrap()), Ok(Ok(0)));
        }
    });
}

#[test]
fn every_single_message_wakes_its_shard() {
    let _alone = alone();
    for spin in [Duration::ZERO, Duration::from_micros(20)] {
        each_backend(&[1, 2, 4], |setup| {
            let rt = setup.builder().spin(spin).build().unwrap();
            let naps = start_all(&rt);
            asleep(&rt, setup.last());
            for round in 0..2_000 {
                // Each to a shard that has had the time to fall asleep, or is about to.
                let nap = naps[round % naps.len()];
                nap.tell(1).unwrap();
                let sum = rt.block_on(nap.sum(&rt.client()).timeout(Duration::from_secs(30)));
                assert_eq!(sum, Ok((round / naps.len()) as u64 + 1), "round {round}");
            }
            assert_bells(&rt.stats());
        });
    }
}

#[test]
fn shards_that_sleep_between_their_asks_answer_all() {
    let _alone = alone();
    each_backend(&[2, 4], |setup| {
        let rt = setup.builder().spin(Duration::ZERO).build().unwrap();
        let naps = start_all(&rt);
        let last = naps[setup.shards - 1];
        let asks = rt.spawn_local_on(0, move |ctx| async move {
            for _ in 0..2_000 {
                last.sum(&ctx)
                    .timeout(Duration::from_secs(30))
                    .await
                    .unwrap();
            }
        });
        rt.block_on(asks.unwrap()).unwrap();
        assert_bells(&rt.stats());
    });
}

#[test]
fn a_park_has_one_bell_at_most() {
    let _alone = alone();
    each_backend(&[1, 2], |setup| {
        let rt = setup.builder().spin(Duration::ZERO).build().unwrap();
        let nap = start_all(&rt)[setup.shards - 1];
        ring_at_many_moments(&rt, nap, setup);
        let stats = rt.stats();
        assert!(
            stats.shards[setup.shards - 1].bells > 100,
            "it was woken often: {stats:?}"
        );
        assert_bells(&stats);
    });
}

/// Many, for the moment between a shard's announcement and its last look is short.
const ROUNDS: u32 = 200_000;

/// Sends with pauses of every length, so that some meet the shard as it falls asleep.
fn ring_at_many_moments(rt: &Runtime, nap: NapHandle, setup: &Setup) {
    let client = rt.client();
    for pause in (0..ROUNDS).map(|round| round % 400) {
        while nap.tell(1).is_err() {
            thread::yield_now();
        }
        (0..pause).for_each(|_| std::hint::spin_loop());
        if pause == 0 {
            rt.block_on(nap.sum(&client))
                .unwrap_or_else(|error| panic!("{error} with {setup:?}"));
        }
    }
    // All bells of before are counted, and the parks that they ended.
    assert_eq!(rt.block_on(nap.sum(&client)), Ok(u64::from(ROUNDS)));
}
