//! The promise: a panic of user code on a shard is caught and counted. It ends the actor or the task whose code it was;
//! the ask being served gets `Panicked`, queued ones `Dead`; neighbours and shard go on.

mod common;

use common::{Gate, OpenAtEnd, SHARDS, Tally, Token, each_backend, eventually};
use futures::channel::oneshot;
use futures::future::join_all;
use spargio::{
    AskError, Cx, Handle, JoinError, Reply, RingMsg, Runtime, SendError, ShardCtx, ShardId,
    StartError, shard_actor,
};
use std::panic::{set_hook, take_hook};
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Once};
use std::task::{Context, Wake, Waker};

/// Stands in the messages of panics that the tests are about; they are not printed.
const MARK: &str = "meant to happen";

fn quietly() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let loud = take_hook();
        set_hook(Box::new(move |info| {
            let message = info.payload_as_str().unwrap_or_default();
            if !message.contains(MARK) {
                loud(info);
            }
        }));
    });
}

fn boom() -> ! {
    panic!("{MARK}")
}

/// A payload whose drop panics, once.
#[derive(Debug)]
struct Mine {
    panics: bool,
    _token: Token,
}

impl Drop for Mine {
    fn drop(&mut self) {
        assert!(!self.panics, "{MARK}");
    }
}

#[derive(Clone, Copy, Default, PartialEq)]
struct Plan {
    /// Panics in the handler of this message, counted from 1.
    at: u32,
    in_started: bool,
    in_stopped: bool,
    in_drop: bool,
}

#[derive(RingMsg)]
enum FuseMsg {
    #[ring(reply = u32)]
    Count,
    #[ring(reply = u32, later)]
    Later,
    Tick(Token),
    Carry(Mine),
    #[ring(reply = Mine)]
    Lend(Mine),
    /// Keeps the ask open: its reply is sent by `Tick`, or unwinds with the actor.
    #[ring(reply = u32, later)]
    Keep,
    Block(Gate),
}

#[shard_actor(msg = FuseMsg)]
#[derive(Default)]
struct Fuse {
    plan: Plan,
    count: u32,
    kept: Vec<Reply<u32>>,
}

impl Fuse {
    fn new(plan: Plan) -> Self {
        Self {
            plan,
            count: 0,
            kept: Vec::new(),
        }
    }
    async fn burn(&mut self) -> u32 {
        self.count += 1;
        if self.count == self.plan.at {
            common::yield_now().await;
            boom();
        }
        self.count
    }
}

impl FuseBehavior for Fuse {
    async fn started(&mut self, _: &Cx<Self>) {
        if self.plan.in_started {
            boom();
        }
    }
    async fn stopped(&mut self, _: &Cx<Self>) {
        if self.plan.in_stopped {
            boom();
        }
    }
    async fn count(&mut self, _: &Cx<Self>) -> u32 {
        self.burn().await
    }
    async fn later(&mut self, _: &Cx<Self>, reply: Reply<u32>) {
        let count = self.burn().await;
        reply.send(count);
    }
    async fn tick(&mut self, _: &Cx<Self>, _: Token) {
        self.burn().await;
    }
    async fn carry(&mut self, _: &Cx<Self>, _: Mine) {}
    async fn lend(&mut self, _: &Cx<Self>, value: Mine) -> Mine {
        value
    }
    async fn keep(&mut self, _: &Cx<Self>, reply: Reply<u32>) {
        self.kept.push(reply);
    }
    async fn block(&mut self, _: &Cx<Self>, value: Gate) {
        value.pass();
    }
}

impl Drop for Fuse {
    fn drop(&mut self) {
        if self.plan.in_drop {
            boom();
        }
    }
}

fn start(rt: &Runtime, shard: ShardId, plan: Plan) -> Result<FuseHandle, StartError> {
    rt.block_on(rt.remote(shard).unwrap().start(move || Fuse::new(plan)))
}

fn panics(rt: &Runtime) -> u64 {
    rt.stats().shards.iter().map(|shard| shard.panics).sum()
}

/// Neighbours, tasks and new actors of the shard go on.
fn assert_goes_on(rt: &Runtime, shard: ShardId, neighbour: FuseHandle) {
    assert!(rt.block_on(neighbour.count(&rt.client())).is_ok());
    let start_another =
        |ctx: ShardCtx| async move { ctx.start(Fuse::default()).unwrap().count(&ctx).await };
    let another = rt.spawn_local_on(shard, start_another).unwrap();
    assert_eq!(rt.block_on(another), Ok(Ok(1)));
}

#[test]
fn a_panic_in_every_kth_handler() {
    quietly();
    each_backend(&SHARDS, |setup| {
        let (rt, tally) = (setup.build(), Tally::default());
        let neighbour = start(&rt, setup.last(), Plan::default()).unwrap();
        for at in 1..=32 {
            let plan = Plan {
                at,
                ..Plan::default()
            };
            let (fuse, gate) = (start(&rt, setup.last(), plan).unwrap(), Gate::default());
            let _open = OpenAtEnd(gate.clone());
            fuse.block(gate.clone()).unwrap();
            gate.await_waiting(1);
            // A third each of asks, asks answered later and tells; all are queued when the panic comes.
            let client = rt.client();
            let mut asks = Vec::new();
            for n in 1..=40 {
                match n % 3 {
                    0 => asks.push((n, fuse.count(&client))),
                    1 => asks.push((n, fuse.later(&client))),
                    _ => fuse.tick(tally.token()).unwrap(),
                }
            }
            gate.open();
            for (n, ask) in asks {
                let due = match n {
                    _ if n < at => Ok(n),
                    _ if n == at => Err(AskError::Panicked),
                    _ => Err(AskError::Dead),
                };
                assert_eq!(rt.block_on(ask), due, "ask {n}, the panic at {at}");
            }
            rt.block_on(fuse.wait_stopped());
            assert!(matches!(fuse.tick(tally.token()), Err(SendError::Dead(_))));
            eventually("the panic is counted", || panics(&rt) == u64::from(at));
            tally.assert_even();
        }
        assert_goes_on(&rt, setup.last(), neighbour);
        let report = rt.shutdown().unwrap();
        // The gates, all up to the panic, and those of the neighbours.
        assert_eq!(report.handled, 32 + (1..=32).sum::<u64>() + 2);
        assert_eq!(report.undelivered, (1..=32).map(|at| 40 - at).sum::<u64>());
    });
}

#[test]
fn asks_from_shards_learn_of_it_too() {
    quietly();
    each_backend(&SHARDS, |setup| {
        let rt = setup.build();
        for shard in 0..setup.shards as ShardId {
            let fuse = start(
                &rt,
                setup.last(),
                Plan {
                    at: 3,
                    ..Plan::default()
                },
            )
            .unwrap();
            let asked = rt.spawn_local_on(shard, move |ctx| async move {
                let kept = fuse.keep(&ctx);
                let asks: Vec<_> = (0..6).map(|_| fuse.count(&ctx)).collect();
                (join_all(asks).await, kept.await)
            });
            let (asks, kept) = rt.block_on(asked.unwrap()).unwrap();
            let dead = Err(AskError::Dead);
            assert_eq!(
                asks,
                [Ok(1), Ok(2), Err(AskError::Panicked), dead, dead, dead]
            );
            assert_eq!(
                kept,
                Err(AskError::Panicked),
                "a reply that unwinds with the actor's state"
            );
        }
    });
}

#[test]
fn a_panic_while_an_actor_is_made_or_started_is_told_to_the_starter() {
    quietly();
    each_backend(&SHARDS, |setup| {
        let rt = setup.build();
        let neighbour = start(&rt, setup.last(), Plan::default()).unwrap();
        let plan = Plan {
            in_started: true,
            ..Plan::default()
        };
        assert_eq!(start(&rt, setup.last(), plan), Err(StartError::Panicked));
        let made = rt.block_on(
            rt.remote(setup.last())
                .unwrap()
                .start(|| -> Fuse { boom() }),
        );
        assert_eq!(made, Err(StartError::Panicked));
        eventually("both are counted", || panics(&rt) == 2);
        let local = rt.spawn_local_on(setup.last(), move |ctx| async move {
            let fuse = ctx.start(Fuse::new(plan)).unwrap();
            let asked = fuse.count(&ctx).await;
            fuse.wait_stopped().await;
            asked
        });
        assert_eq!(rt.block_on(local.unwrap()), Ok(Err(AskError::Dead)));
        eventually("it is counted", || panics(&rt) == 3);
        assert_goes_on(&rt, setup.last(), neighbour);
    });
}

#[test]
fn panics_in_the_stopped_hook_and_in_drops_are_counted() {
    quietly();
    each_backend(&SHARDS, |setup| {
        let rt = setup.build();
        let neighbour = start(&rt, setup.last(), Plan::default()).unwrap();
        let plan = Plan::default();
        let plans = [
            (
                Plan {
                    in_stopped: true,
                    ..plan
                },
                1,
            ),
            (
                Plan {
                    in_drop: true,
                    ..plan
                },
                1,
            ),
            (
                Plan {
                    in_stopped: true,
                    in_drop: true,
                    ..plan
                },
                2,
            ),
            (
                Plan {
                    at: 1,
                    in_drop: true,
                    ..plan
                },
                2,
            ),
            (
                Plan {
                    in_started: true,
                    in_drop: true,
                    ..plan
                },
                2,
            ),
        ];
        let mut counted = 0;
        for (plan, panicking) in plans {
            let started = start(&rt, setup.last(), plan);
            assert_eq!(started.is_err(), plan.in_started);
            if let Ok(fuse) = started {
                let asked = rt.block_on(fuse.count(&rt.client()));
                assert_eq!(
                    asked,
                    if plan.at == 1 {
                        Err(AskError::Panicked)
                    } else {
                        Ok(1)
                    }
                );
                fuse.stop();
                rt.block_on(fuse.wait_stopped());
            }
            counted += panicking;
            eventually("they are counted", || panics(&rt) == counted);
        }
        assert_goes_on(&rt, setup.last(), neighbour);
        let last = start(
            &rt,
            0,
            Plan {
                in_stopped: true,
                in_drop: true,
                ..plan
            },
        )
        .unwrap();
        rt.shutdown().unwrap();
        assert!(!last.is_alive());
    });
}

#[test]
fn panics_in_the_drop_of_a_payload_are_counted() {
    quietly();
    each_backend(&SHARDS, |setup| {
        let (rt, tally) = (setup.build(), Tally::default());
        let mine = |panics| Mine {
            panics,
            _token: tally.token(),
        };
        let (neighbour, client) = (
            start(&rt, setup.last(), Plan::default()).unwrap(),
            rt.client(),
        );
        // At the end of a handler: the actor stops.
        let fuse = start(&rt, setup.last(), Plan::default()).unwrap();
        fuse.carry(mine(true)).unwrap();
        rt.block_on(fuse.wait_stopped());
        eventually("it is counted", || panics(&rt) == 1);
        // Undelivered, of tells and of asks: nobody's handler, so only counted.
        let (fuse, gate) = (
            start(&rt, setup.last(), Plan::default()).unwrap(),
            Gate::default(),
        );
        let _open = OpenAtEnd(gate.clone());
        fuse.block(gate.clone()).unwrap();
        gate.await_waiting(1);
        fuse.stop();
        fuse.carry(mine(true)).unwrap();
        let asked = fuse.lend(&client, mine(true));
        fuse.carry(mine(false)).unwrap();
        gate.open();
        assert!(matches!(rt.block_on(asked), Err(AskError::Dead)));
        rt.block_on(fuse.wait_stopped());
        eventually("both are counted", || panics(&rt) == 3);
        eventually("all are dropped", || tally.dropped() == tally.made());
        assert_goes_on(&rt, setup.last(), neighbour);
        let report = rt.shutdown().unwrap();
        assert_eq!((report.handled, report.undelivered), (4, 3));
    });
}

#[test]
fn a_reply_that_comes_too_late_may_panic_when_it_is_dropped() {
    quietly();
    each_backend(&SHARDS, |setup| {
        let (rt, tally) = (setup.build(), Tally::default());
        let neighbour = start(&rt, setup.last(), Plan::default()).unwrap();
        let fuse = start(&rt, setup.last(), Plan::default()).unwrap();
        for shard in 0..setup.shards as ShardId {
            let mine = Mine {
                panics: true,
                _token: tally.token(),
            };
            // Given up at once: the reply finds nobody.
            let asked =
                rt.spawn_local_on(shard, move |ctx| async move { drop(fuse.lend(&ctx, mine)) });
            rt.block_on(asked.unwrap()).unwrap();
            let counted = u64::from(shard) + 1;
            eventually("it is counted", || panics(&rt) == counted);
        }
        tally.assert_even();
        assert!(
            rt.block_on(fuse.count(&rt.client())).is_ok(),
            "the drop of a reply is not its actor's code"
        );
        assert_goes_on(&rt, setup.last(), neighbour);
    });
}

#[test]
fn a_panic_in_a_task_is_told_to_who_joins_it() {
    quietly();
    each_backend(&SHARDS, |setup| {
        let rt = setup.build();
        let neighbour = start(&rt, setup.last(), Plan::default()).unwrap();
        let task = rt.spawn_on(setup.last(), async { boom() }).unwrap();
        assert_eq!(
            rt.block_on(task).map(|never: ()| never),
            Err(JoinError::Panicked)
        );
        let make = |_: ShardCtx| -> std::future::Ready<()> { boom() };
        assert_eq!(
            rt.block_on(rt.spawn_local_on(setup.last(), make).unwrap()),
            Err(JoinError::Panicked)
        );
        let inner = rt.spawn_local_on(setup.last(), |ctx| async move {
            let (sender, receiver) = oneshot::channel::<()>();
            let inner = ctx.spawn_local(async move {
                _ = receiver.await;
                boom()
            });
            drop(sender);
            inner.await.map(|never: ()| never)
        });
        assert_eq!(rt.block_on(inner.unwrap()), Ok(Err(JoinError::Panicked)));
        eventually("three are counted", || panics(&rt) == 3);
        assert_goes_on(&rt, setup.last(), neighbour);
    });
}

#[test]
fn a_reply_that_unwinds_in_a_task_or_is_dropped_there_says_which() {
    quietly();
    each_backend(&SHARDS, |setup| {
        let rt = setup.build();
        let relay = rt
            .block_on(rt.remote(setup.last()).unwrap().start(|| Relay))
            .unwrap();
        let client = rt.client();
        assert_eq!(
            rt.block_on(relay.unwind_in_task(&client)),
            Err(AskError::Panicked)
        );
        assert_eq!(rt.block_on(relay.unwind(&client)), Err(AskError::Panicked));
        eventually("both are counted", || panics(&rt) == 2);
    });
}

#[derive(RingMsg)]
enum RelayMsg {
    #[ring(reply = (), later)]
    UnwindInTask,
    #[ring(reply = (), later)]
    Unwind,
}

#[shard_actor(msg = RelayMsg)]
struct Relay;

impl RelayBehavior for Relay {
    async fn unwind_in_task(&mut self, cx: &Cx<Self>, reply: Reply<()>) {
        cx.spawn_local(async move {
            let _reply = reply;
            boom()
        });
    }
    async fn unwind(&mut self, _: &Cx<Self>, _reply: Reply<()>) {
        boom()
    }
}

/// A waker that panics when it is called; it counts how often that was.
#[derive(Default)]
struct Unwakeable(AtomicUsize);

impl Wake for Unwakeable {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
        boom()
    }
}

/// Polls a future, which is not ready, with such a waker.
fn poll_unwakeably(future: impl Future, unwakeable: &Arc<Unwakeable>) {
    let mut future = pin!(future);
    let waker = Waker::from(unwakeable.clone());
    assert!(
        future
            .as_mut()
            .poll(&mut Context::from_waker(&waker))
            .is_pending()
    );
}

#[test]
fn a_waker_that_panics_is_not_whose_code_wakes_it() {
    quietly();
    each_backend(&SHARDS, |setup| {
        let (rt, unwakeable) = (setup.build(), Arc::new(Unwakeable::default()));
        let neighbour = start(&rt, setup.last(), Plan::default()).unwrap();
        let (fuse, gate) = (
            start(&rt, setup.last(), Plan::default()).unwrap(),
            OpenAtEnd(Gate::default()),
        );
        let client = rt.client();
        fuse.block(gate.0.clone()).unwrap();
        gate.0.await_waiting(1);
        // Whoever answers, at once or later or not at all; a start, a task and the end of an actor.
        let mut asks = [fuse.count(&client), fuse.later(&client), fuse.keep(&client)];
        for ask in &mut asks {
            poll_unwakeably(ask, &unwakeable);
        }
        let mut starting = rt.remote(setup.last()).unwrap().start(Fuse::default);
        poll_unwakeably(&mut starting, &unwakeable);
        let mut task = rt.spawn_on(setup.last(), async { 7 }).unwrap();
        poll_unwakeably(&mut task, &unwakeable);
        gate.0.open();
        eventually("all were called and counted", || {
            unwakeable.0.load(Ordering::SeqCst) == 4 && panics(&rt) == 4
        });
        let [counted, later, kept] = asks;
        assert_eq!(rt.block_on(counted), Ok(1));
        assert_eq!(rt.block_on(later), Ok(2));
        let started = rt.block_on(starting).unwrap();
        assert_eq!(rt.block_on(started.count(&client)), Ok(1));
        assert_eq!(rt.block_on(task), Ok(7));
        // It is none of the actor's that a panic ended.
        fuse.stop();
        assert_eq!(rt.block_on(kept), Err(AskError::Unanswered));
        assert_goes_on(&rt, setup.last(), neighbour);
    });
}

#[test]
fn watchers_whose_wakers_panic_keep_no_other_from_its_news() {
    quietly();
    each_backend(&SHARDS, |setup| {
        let (rt, unwakeable) = (setup.build(), Arc::new(Unwakeable::default()));
        let neighbour = start(&rt, setup.last(), Plan::default()).unwrap();
        let fuse = start(&rt, setup.last(), Plan::default()).unwrap();
        let mut watchers = [(); 3].map(|()| fuse.wait_stopped());
        for watcher in &mut watchers {
            poll_unwakeably(watcher, &unwakeable);
        }
        let good = fuse.wait_stopped();
        fuse.stop();
        rt.block_on(good);
        eventually("all were called and counted", || {
            unwakeable.0.load(Ordering::SeqCst) == 3 && panics(&rt) == 3
        });
        assert_goes_on(&rt, setup.last(), neighbour);
    });
}
