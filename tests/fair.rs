//! Fairness: who never stops talking delays the others by a bounded time.
//!
//! "An actor that tells itself for ever, or a flooded one, delays its neighbours, timers and foreign messages by a
//! bounded time: at most 64 messages per actor and per lane each turn."
//!
//! Delays are counted in messages of the flooder, so a slow machine changes nothing.

mod common;

use common::{Gate, OpenAtEnd, SHARDS, Setup, each_backend};
use spargio::{AskError, Cx, Event, Reply, RingMsg, Runtime, ShardCtx, ShardId, shard_actor};
use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// How many messages an actor handles in one turn, and how many records are taken from a lane.
const TURN: u64 = 64;

/// How many messages of a flooder another one waits for at most: the rest of this turn, and the next.
const MOST: u64 = TURN - 1 + TURN;

#[derive(RingMsg)]
enum FloodMsg {
    /// Tells itself again, for ever.
    Again,
    /// Counts.
    Count,
    /// Tells itself to count so often, and blocks the shard.
    Hold(Gate, u32),
    /// Takes a while from now on.
    Slow(Duration),
}

#[shard_actor(msg = FloodMsg, mailbox = 100_000)]
struct Flood {
    handled: Arc<AtomicU64>,
    pace: Duration,
}

impl FloodBehavior for Flood {
    async fn again(&mut self, cx: &Cx<Self>) {
        let end = Instant::now() + self.pace;
        while !self.pace.is_zero() && Instant::now() < end {}
        self.handled.fetch_add(1, Ordering::Relaxed);
        cx.handle().again().unwrap();
    }
    async fn count(&mut self, _: &Cx<Self>) {
        self.handled.fetch_add(1, Ordering::Relaxed);
    }
    async fn hold(&mut self, cx: &Cx<Self>, arg0: Gate, arg1: u32) {
        (0..arg1).for_each(|_| cx.handle().count().unwrap());
        arg0.pass();
    }
    async fn slow(&mut self, _: &Cx<Self>, value: Duration) {
        self.pace = value;
    }
}

#[derive(RingMsg)]
enum QuietMsg {
    /// How many messages the flooder has handled.
    #[ring(reply = u64)]
    Note,
    #[ring(reply = (), later)]
    Never,
}

#[shard_actor(msg = QuietMsg)]
struct Quiet {
    handled: Arc<AtomicU64>,
    kept: Vec<Reply<()>>,
}

impl QuietBehavior for Quiet {
    async fn note(&mut self, _: &Cx<Self>) -> u64 {
        self.handled.load(Ordering::Relaxed)
    }
    async fn never(&mut self, _: &Cx<Self>, reply: Reply<()>) {
        self.kept.push(reply);
    }
}

/// A flooder and its quiet neighbour on the last shard.
struct Pair {
    rt: Runtime,
    shard: ShardId,
    handled: Arc<AtomicU64>,
    flood: FloodHandle,
    quiet: QuietHandle,
}

fn pair(setup: &Setup) -> Pair {
    let (rt, shard) = (setup.build(), setup.last());
    let handled = Arc::<AtomicU64>::default();
    let (flood, quiet) = (flood(&rt, shard, &handled), {
        let handled = handled.clone();
        rt.block_on(rt.remote(shard).unwrap().start(|| Quiet {
            handled,
            kept: Vec::new(),
        }))
        .unwrap()
    });
    Pair {
        rt,
        shard,
        handled,
        flood,
        quiet,
    }
}

fn flood(rt: &Runtime, shard: ShardId, handled: &Arc<AtomicU64>) -> FloodHandle {
    let handled = handled.clone();
    rt.block_on(rt.remote(shard).unwrap().start(|| Flood {
        handled,
        pace: Duration::ZERO,
    }))
    .unwrap()
}

impl Pair {
    /// Blocks the shard in the flooder's handler, with a backlog there, has `act` done meanwhile, lets the shard go on,
    /// and checks how many messages the flooder handled until what `act` waits for, a count of them, was done.
    fn delays<F: Future<Output = u64>>(&self, backlog: u32, act: impl FnOnce() -> F) {
        let gate = OpenAtEnd(Gate::default());
        self.flood.hold(gate.0.clone(), backlog).unwrap();
        gate.0.await_waiting(1);
        let held_at = self.handled.load(Ordering::Relaxed);
        let done = act();
        gate.0.open();
        let done_at = self.rt.block_on(done);
        let delay = done_at - held_at;
        assert!(
            delay <= MOST,
            "{delay} messages of the flooder, at most {MOST}"
        );
    }
}

#[test]
fn a_neighbour_waits_for_one_turn() {
    each_backend(&SHARDS, |setup| {
        for itself in [true, false] {
            let pair = pair(setup);
            // The flood goes on once the asks are on their way, however late this thread is.
            let gate = OpenAtEnd(Gate::default());
            match itself {
                true => pair.flood.again().unwrap(),
                false => pair.flood.hold(gate.0.clone(), 50_000).unwrap(),
            }
            let (quiet, handled) = (pair.quiet, pair.handled.clone());
            let asks = pair.rt.spawn_local_on(pair.shard, move |ctx| async move {
                let mut most = 0;
                for _ in 0..200 {
                    let before = handled.load(Ordering::Relaxed);
                    most = most.max(quiet.note(&ctx).await.unwrap() - before);
                }
                most
            });
            gate.0.open();
            let most = pair.rt.block_on(asks.unwrap()).unwrap();
            assert_eq!(most, TURN, "the flooder's messages before the neighbour's");
        }
    });
}

#[test]
fn a_foreign_message_is_not_starved() {
    each_backend(&SHARDS, |setup| {
        for backlog in [0, 2_000] {
            let pair = pair(setup);
            if backlog == 0 {
                pair.flood.again().unwrap();
            }
            let client = pair.rt.client();
            for _ in 0..50 {
                pair.delays(backlog, || {
                    let note = pair.quiet.note(&client);
                    async { note.await.unwrap() }
                });
            }
        }
    });
}

/// Waits until a shard has published what it sent until now: that is done at each turn's end.
fn published(rt: &Runtime, shard: ShardId) {
    (0..2).for_each(|_| rt.block_on(rt.spawn_on(shard, async {}).unwrap()).unwrap());
}

/// Asks the quiet neighbour from another shard. The ask is on its way when this returns.
fn note_from(pair: &Pair, shard: ShardId) -> impl Future<Output = u64> + use<> {
    let quiet = pair.quiet;
    let note = pair
        .rt
        .spawn_local_on(shard, move |ctx| async move { quiet.note(&ctx).await });
    published(&pair.rt, shard);
    async { note.unwrap().await.unwrap().unwrap() }
}

#[test]
fn a_message_from_another_shard_is_not_starved() {
    each_backend(&[2, 4], |setup| {
        for backlog in [0, 2_000] {
            let pair = pair(setup);
            if backlog == 0 {
                pair.flood.again().unwrap();
            }
            // A lane is taken in a turn after its first message.
            pair.rt.block_on(note_from(&pair, 0));
            for _ in 0..50 {
                pair.delays(backlog, || note_from(&pair, 0));
            }
        }
    });
}

#[test]
fn an_event_and_a_task_are_not_starved() {
    each_backend(&SHARDS, |setup| {
        for backlog in [0, 2_000] {
            let pair = pair(setup);
            if backlog == 0 {
                pair.flood.again().unwrap();
            }
            for _ in 0..50 {
                let handled = pair.handled.clone();
                let read = pair.rt.spawn_local_on(pair.shard, |ctx| async move {
                    let Event::RingMsg { .. } = ctx.next_event().await;
                    handled.load(Ordering::Relaxed)
                });
                let port = pair.rt.remote(pair.shard).unwrap();
                pair.delays(backlog, || {
                    drop(port.send_raw(0, 0).unwrap());
                    async { read.unwrap().await.unwrap() }
                });
                let handled = pair.handled.clone();
                pair.delays(backlog, || {
                    let task = port.spawn(async move { handled.load(Ordering::Relaxed) });
                    async { task.unwrap().await.unwrap() }
                });
            }
        }
    });
}

#[test]
fn a_timeout_is_not_starved() {
    each_backend(&SHARDS, |setup| {
        let pair = pair(setup);
        pair.flood.again().unwrap();
        let quiet = pair.quiet;
        let ask = pair.rt.spawn_local_on(pair.shard, move |ctx| async move {
            quiet.never(&ctx).timeout(Duration::from_millis(20)).await
        });
        assert_eq!(pair.rt.block_on(ask.unwrap()), Ok(Err(AskError::Timeout)));
        let from_outside = quiet
            .never(&pair.rt.client())
            .timeout(Duration::from_millis(20));
        assert_eq!(pair.rt.block_on(from_outside), Err(AskError::Timeout));
    });
}

#[test]
fn a_timeout_is_in_time_among_slow_handlers() {
    // A handler takes at least this long, so that the handlers counted until the timeout tell the time.
    const PACE: Duration = Duration::from_micros(50);
    const TIMEOUT: Duration = Duration::from_millis(20);
    const LATE: Duration = Duration::from_millis(10);
    each_backend(&[1, 2], |setup| {
        let pair = pair(setup);
        pair.flood.slow(PACE).unwrap();
        pair.flood.again().unwrap();
        let (quiet, handled) = (pair.quiet, pair.handled.clone());
        let ask = pair.rt.spawn_local_on(pair.shard, move |ctx| async move {
            let mut worst = 0;
            for _ in 0..5 {
                let before = handled.load(Ordering::Relaxed);
                let result = quiet.never(&ctx).timeout(TIMEOUT).await;
                assert_eq!(result, Err(AskError::Timeout));
                worst = worst.max(handled.load(Ordering::Relaxed) - before);
            }
            worst
        });
        let worst = pair.rt.block_on(ask.unwrap()).unwrap();
        let most = ((TIMEOUT + LATE).as_micros() / PACE.as_micros()) as u64 + 2 * TURN;
        assert!(
            worst <= most,
            "the timeout came after {worst} handlers, {most} in time"
        );
    });
}

/// Sixteen actors, so that what one lane may bring in a turn is less than what they may handle.
fn crowd(pair: &Pair) -> Vec<FloodHandle> {
    (0..16)
        .map(|_| flood(&pair.rt, pair.shard, &pair.handled))
        .collect()
}

/// Sends 4,000 messages to a crowd, from a shard or from outside.
fn flood_all(pair: &Pair, crowd: &[FloodHandle], from: Option<ShardId>) {
    let crowd = crowd.to_vec();
    let send = move || (0..4000).for_each(|n| crowd[n % 16].count().unwrap());
    match from {
        None => send(),
        Some(shard) => {
            pair.rt
                .block_on(pair.rt.spawn_on(shard, async move { send() }).unwrap())
                .unwrap();
            published(&pair.rt, shard);
        }
    }
}

#[test]
fn a_flooded_lane_does_not_starve_another() {
    each_backend(&[3, 4], |setup| {
        let pair = pair(setup);
        let crowd = crowd(&pair);
        pair.rt.block_on(note_from(&pair, 1));
        for from in [None, Some(0)] {
            pair.delays(0, || {
                flood_all(&pair, &crowd, from);
                note_from(&pair, 1)
            });
        }
        pair.delays(0, || {
            flood_all(&pair, &crowd, Some(0));
            let note = pair.quiet.note(&pair.rt.client());
            async { note.await.unwrap() }
        });
    });
}

#[test]
fn a_flood_from_outside_does_not_starve_a_new_lane() {
    each_backend(&[2, 4], |setup| {
        let pair = pair(setup);
        let crowd = crowd(&pair);
        pair.delays(0, || {
            flood_all(&pair, &crowd, None);
            // The first message between these two shards.
            note_from(&pair, 0)
        });
    });
}

#[test]
fn a_busy_task_lets_the_others_run() {
    each_backend(&SHARDS, |setup| {
        let rt = setup.build();
        let delay = rt.spawn_local_on(setup.last(), |ctx: ShardCtx| async move {
            let turns = Rc::new(Cell::new(0_u64));
            let busy = turns.clone();
            let task = ctx.spawn_local(async move {
                loop {
                    busy.set(busy.get() + 1);
                    common::yield_now().await;
                }
            });
            let mut most = 0;
            for _ in 0..1000 {
                let before = turns.get();
                common::yield_now().await;
                most = most.max(turns.get() - before);
            }
            task.abort();
            most
        });
        assert_eq!(rt.block_on(delay.unwrap()).unwrap(), 1);
    });
}
