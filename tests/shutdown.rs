//! Shutdown: what was accepted is finished, the rest is undelivered, and nothing hangs.
//!
//! "New outside sends get `Closed`; actors finish what was accepted for at most `drain` (5 s), then `stopped` runs,
//! bounded; the rest is undelivered. Dropping the runtime is the same with a drain of zero. A thread whose user code
//! never returns is left and reported"; "after shutdown every handle gives `Dead`"; "on its own shard `shutdown` is an
//! error and drop does not join that thread".

mod common;

use common::{Gate, OpenAtEnd, SHARDS, Tally, Token, each_backend, eventually, yield_now};
use futures::channel::oneshot;
use spargio::{
    AskError, Client, Cx, Handle, Reply, RingMsg, Runtime, SendError, ShardCtx, ShardId,
    ShutdownError, ShutdownReport, SpawnError, StartError, shard_actor,
};
use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::{Duration, Instant};

/// Longer than any test: what waits so long hangs.
const FOREVER: Duration = Duration::from_secs(3600);

#[derive(RingMsg)]
#[expect(clippy::large_enum_variant, reason = "it is to be boxed on its way")]
enum WorkMsg {
    Take(Token),
    /// Too large for a lane, so boxed.
    TakeBoxed([u64; 40], Token),
    /// Passes itself on, so often.
    Pass {
        left: u32,
    },
    Peer(WorkHandle),
    /// Blocks the shard.
    Block(Gate),
    /// Never ends.
    Hang,
    StopNow,
    #[ring(reply = Token)]
    Swap(Token),
    #[ring(reply = u64, later)]
    Later,
    #[ring(reply = usize)]
    Kept,
    Answer(u64),
}

#[shard_actor(msg = WorkMsg)]
#[derive(Default)]
struct Work {
    stopped: Arc<AtomicUsize>,
    peer: Option<WorkHandle>,
    kept: Vec<Reply<u64>>,
    _token: Option<Token>,
}

impl WorkBehavior for Work {
    async fn stopped(&mut self, _: &Cx<Self>) {
        self.stopped.fetch_add(1, Ordering::SeqCst);
    }
    async fn take(&mut self, _: &Cx<Self>, _: Token) {}
    async fn take_boxed(&mut self, _: &Cx<Self>, _: [u64; 40], _: Token) {}
    async fn pass(&mut self, cx: &Cx<Self>, left: u32) {
        if left > 0 {
            let next = self.peer.unwrap_or(cx.handle());
            next.pass(left - 1).unwrap();
        }
    }
    async fn peer(&mut self, _: &Cx<Self>, value: WorkHandle) {
        self.peer = Some(value);
    }
    async fn block(&mut self, _: &Cx<Self>, value: Gate) {
        value.pass();
    }
    async fn hang(&mut self, _: &Cx<Self>) {
        pending().await
    }
    async fn stop_now(&mut self, cx: &Cx<Self>) {
        cx.stop();
    }
    async fn swap(&mut self, _: &Cx<Self>, value: Token) -> Token {
        value
    }
    async fn later(&mut self, _: &Cx<Self>, reply: Reply<u64>) {
        self.kept.push(reply);
    }
    async fn kept(&mut self, _: &Cx<Self>) -> usize {
        self.kept.len()
    }
    async fn answer(&mut self, _: &Cx<Self>, value: u64) {
        self.kept.drain(..).for_each(|reply| reply.send(value));
    }
}

fn start(rt: &Runtime, shard: ShardId, stopped: &Arc<AtomicUsize>) -> WorkHandle {
    let stopped = stopped.clone();
    let make = move || Work {
        stopped,
        ..Work::default()
    };
    rt.block_on(rt.remote(shard).unwrap().start(make)).unwrap()
}

/// An actor on each shard.
fn start_all(rt: &Runtime, stopped: &Arc<AtomicUsize>) -> Vec<WorkHandle> {
    (0..rt.shard_count() as ShardId)
        .map(|shard| start(rt, shard, stopped))
        .collect()
}

/// Blocks an actor's shard.
fn block(actor: WorkHandle) -> OpenAtEnd {
    let gate = OpenAtEnd(Gate::default());
    actor.block(gate.0.clone()).unwrap();
    gate.0.await_waiting(1);
    gate
}

/// Runs what must not hang.
fn within_a_minute<T: Send + 'static>(f: impl FnOnce() -> T + Send + 'static) -> T {
    let (sender, receiver) = mpsc::channel();
    let thread = std::thread::spawn(move || sender.send(f()));
    let result = receiver
        .recv_timeout(Duration::from_secs(60))
        .expect("it ends within a minute");
    thread.join().unwrap().unwrap();
    result
}

fn counts(report: &ShutdownReport) -> [u64; 5] {
    let ShutdownReport {
        accepted,
        handled,
        undelivered,
        leaked_ops,
        stuck_shards,
        ..
    } = report;
    [
        *accepted,
        *handled,
        *undelivered,
        *leaked_ops,
        *stuck_shards,
    ]
}

#[test]
fn the_report_is_exact() {
    each_backend(&[1, 2, 4, 128], |setup| {
        let (rt, stopped) = (setup.build(), Arc::default());
        assert!(start_all(&rt, &stopped).iter().all(Handle::is_alive));
        let target = start(&rt, setup.last(), &stopped);
        let doomed = start(&rt, setup.last(), &stopped);
        let tally = Tally::default();
        for shard in 0..setup.shards as ShardId {
            let tokens: Vec<_> = (0..7).map(|_| tally.token()).collect();
            let send = async move {
                tokens
                    .into_iter()
                    .for_each(|token| target.take(token).unwrap())
            };
            rt.block_on(rt.spawn_on(shard, send).unwrap()).unwrap();
        }
        drop(
            rt.block_on(target.swap(&rt.client(), tally.token()))
                .unwrap(),
        );
        let gate = block(target);
        doomed.stop_now().unwrap();
        let lost: Vec<_> = (0..9)
            .map(|_| doomed.swap(&rt.client(), tally.token()))
            .collect();
        gate.0.open();
        for ask in lost {
            assert_eq!(rt.block_on(ask).map(drop), Err(AskError::Dead));
        }
        let handled = setup.shards as u64 * 7 + 3;
        assert_eq!(
            counts(&rt.shutdown().unwrap()),
            [handled + 9, handled, 9, 0, 0]
        );
        assert_eq!(stopped.load(Ordering::SeqCst), setup.shards + 2);
        tally.assert_even();
    });
}

#[test]
fn what_was_accepted_is_finished() {
    each_backend(&SHARDS, |setup| {
        const HOPS: u32 = 5_000;
        let (rt, stopped) = (
            setup.builder().drain(FOREVER).build().unwrap(),
            Arc::default(),
        );
        let actors = start_all(&rt, &stopped);
        let (first, last, client) = (actors[0], *actors.last().unwrap(), rt.client());
        first.peer(last).unwrap();
        last.peer(first).unwrap();
        let gate = block(last);
        last.pass(HOPS).unwrap();
        let kept = last.kept(&client);
        let port = rt.remote(0).unwrap();
        let shutdown = std::thread::spawn(|| rt.shutdown());
        eventually("the drain has begun", || {
            matches!(port.spawn(async {}), Err(SpawnError::Closed))
        });
        // No longer from outside.
        assert!(matches!(
            first.pass(0),
            Err(SendError::Closed(WorkMsg::Pass { left: 0 }))
        ));
        assert!(matches!(
            last.try_send(WorkMsg::Hang),
            Err(SendError::Closed(_))
        ));
        assert!(matches!(
            futures::executor::block_on(last.send(WorkMsg::Hang)),
            Err(SendError::Closed(_))
        ));
        assert_eq!(
            futures::executor::block_on(last.kept(&client)),
            Err(AskError::Closed)
        );
        assert_eq!(
            futures::executor::block_on(port.start(Work::default)),
            Err(StartError::Closed)
        );
        assert!(matches!(
            port.send_raw(1, 2),
            Err(SendError::Closed((1, 2)))
        ));
        assert!(first.is_alive() && last.is_alive());
        gate.0.open();
        assert_eq!(futures::executor::block_on(kept), Ok(0));
        let report = within_a_minute(|| shutdown.join().unwrap().unwrap());
        let accepted = 2 + 1 + u64::from(HOPS) + 1 + 1;
        assert_eq!(counts(&report), [accepted, accepted, 0, 0, 0]);
        assert_eq!(stopped.load(Ordering::SeqCst), setup.shards);
    });
}

#[test]
fn a_handler_that_never_ends_is_dropped_after_the_drain() {
    each_backend(&SHARDS, |setup| {
        let drain = Duration::from_millis(50);
        let (rt, stopped, tally) = (
            setup.builder().drain(drain).build().unwrap(),
            Arc::default(),
            Tally::default(),
        );
        let actors = start_all(&rt, &stopped);
        for actor in &actors {
            actor.hang().unwrap();
            (0..5).for_each(|_| actor.take(tally.token()).unwrap());
        }
        let begin = Instant::now();
        let report = within_a_minute(|| rt.shutdown()).unwrap();
        assert!(begin.elapsed() >= drain, "it was given its time");
        assert!(begin.elapsed() < Duration::from_secs(20), "and no more");
        let shards = setup.shards as u64;
        assert_eq!(counts(&report), [6 * shards, shards, 5 * shards, 0, 0]);
        assert_eq!(stopped.load(Ordering::SeqCst), setup.shards);
        tally.assert_even();
    });
}

#[test]
fn a_blocked_thread_is_reported_and_the_others_end() {
    each_backend(&SHARDS, |setup| {
        let rt = setup.builder().drain(Duration::ZERO).build().unwrap();
        let (stopped, tally) = (Arc::default(), Tally::default());
        let actors = start_all(&rt, &stopped);
        let (gate, token) = (block(*actors.last().unwrap()), tally.token());
        let holds = move || Work {
            _token: Some(token),
            ..Work::default()
        };
        // Cannot start any more.
        let late = rt.remote(setup.last()).unwrap().start(holds);
        let report = within_a_minute(|| rt.shutdown()).unwrap();
        assert_eq!(
            (report.stuck_shards, report.stuck()),
            (1, &[setup.last()][..])
        );
        assert_eq!(
            stopped.load(Ordering::SeqCst),
            setup.shards - 1,
            "the others have stopped"
        );
        gate.0.open();
        let late = within_a_minute(|| futures::executor::block_on(late));
        assert!(
            late.is_err() || setup.shards == 1,
            "a shard that was given up starts nothing"
        );
        within_a_minute(move || futures::executor::block_on(actors.last().unwrap().wait_stopped()));
        eventually("the shard ends by itself", || tally.dropped() == 1);
    });
}

#[test]
fn on_its_own_shard_shutdown_is_an_error_and_drop_does_not_wait() {
    each_backend(&SHARDS, |setup| {
        for shuts_down in [true, false] {
            let (rt, stopped) = (setup.build(), Arc::default());
            let actors = start_all(&rt, &stopped);
            let (give, given) = oneshot::channel::<Runtime>();
            let task = rt.spawn_on(setup.last(), async move {
                let rt = given.await.unwrap();
                match shuts_down {
                    true => assert_eq!(rt.shutdown().unwrap_err(), ShutdownError::OnOwnShard),
                    false => drop(rt),
                }
            });
            give.send(rt).unwrap();
            within_a_minute(|| futures::executor::block_on(task.unwrap())).unwrap();
            within_a_minute(move || {
                actors
                    .into_iter()
                    .for_each(|actor| futures::executor::block_on(actor.wait_stopped()))
            });
            assert_eq!(stopped.load(Ordering::SeqCst), setup.shards);
        }
    });
}

/// Sends tokens to all until all refuse for good.
async fn flood(actors: Vec<WorkHandle>, tally: Tally, client: Client) {
    let mut alive = true;
    while alive {
        alive = false;
        for actor in &actors {
            let sent = [
                actor.take(tally.token()),
                actor.take_boxed([7; 40], tally.token()),
            ];
            drop(actor.swap(&client, tally.token()));
            alive |= sent
                .iter()
                .any(|sent| matches!(sent, Ok(()) | Err(SendError::Full(_))));
        }
        yield_now().await;
    }
}

#[test]
fn a_drop_in_the_middle_of_traffic_drops_every_payload_once() {
    each_backend(&SHARDS, |setup| {
        for round in 0..60_u64 {
            let (rt, stopped, tally) = (setup.build(), Arc::default(), Tally::default());
            let (actors, client) = (start_all(&rt, &stopped), rt.client());
            for shard in 0..setup.shards as ShardId {
                drop(
                    rt.spawn_on(shard, flood(actors.clone(), tally.clone(), client.clone()))
                        .unwrap(),
                );
            }
            let foreign = [(); 2].map(|()| {
                let flood = flood(actors.clone(), tally.clone(), client.clone());
                std::thread::spawn(|| futures::executor::block_on(flood))
            });
            let asked = actors[0].swap(&client, tally.token());
            eventually("traffic", || tally.dropped() as u64 > round * 20);
            within_a_minute(|| drop(rt));
            within_a_minute(|| foreign.map(|thread| thread.join().unwrap()));
            drop(within_a_minute(|| futures::executor::block_on(asked)));
            // A machine that stands still for a second has its shards given up, but they end.
            eventually("each actor runs its hook", || {
                stopped.load(Ordering::SeqCst) == setup.shards
            });
            eventually("all is dropped", || tally.dropped() >= tally.made());
            tally.assert_even();
        }
    });
}

#[test]
fn after_the_end_everything_is_refused() {
    each_backend(&SHARDS, |setup| {
        let (rt, stopped) = (setup.build(), Arc::default());
        let actors = start_all(&rt, &stopped);
        let (client, port) = (rt.client(), rt.remote(setup.last()).unwrap());
        rt.shutdown().unwrap();
        // Another runtime may have the same seats by now.
        let other = setup.build();
        let others = start_all(&other, &stopped);
        for actor in &actors {
            assert!(!actor.is_alive() && !others.contains(actor));
            assert!(matches!(
                actor.pass(1),
                Err(SendError::Dead(WorkMsg::Pass { left: 1 }))
            ));
            assert!(matches!(
                other.block_on(actor.send(WorkMsg::Hang)),
                Err(SendError::Dead(_))
            ));
            assert_eq!(other.block_on(actor.kept(&client)), Err(AskError::Dead));
            actor.stop();
            other.block_on(actor.wait_stopped());
        }
        assert_eq!(
            other.block_on(port.start(Work::default)),
            Err(StartError::Closed)
        );
        assert!(matches!(port.spawn(async {}), Err(SpawnError::Closed)));
        assert!(matches!(
            client.remote(0).unwrap().send_raw(0, 0),
            Err(SendError::Dead((0, 0)))
        ));
        assert!(others.iter().all(Handle::is_alive), "nobody else was meant");
        let [accepted, handled, ..] = counts(&other.shutdown().unwrap());
        assert_eq!((accepted, handled), (0, 0));
    });
}

#[test]
fn what_waits_is_told_of_the_end() {
    each_backend(&SHARDS, |setup| {
        let (rt, tally) = (
            setup
                .builder()
                .mailbox(8)
                .ask_timeout(FOREVER)
                .build()
                .unwrap(),
            Tally::default(),
        );
        let actors = start_all(&rt, &Arc::default());
        let (client, mut waiting) = (rt.client(), Vec::new());
        for actor in actors {
            let kept = actor.later(&client);
            actor.hang().unwrap();
            let shard = usize::from(actor.shard());
            eventually("it hangs", || rt.stats().shards[shard].handled == 2);
            let asks: Vec<_> = (0..3).map(|_| actor.swap(&client, tally.token())).collect();
            while actor.take(tally.token()).is_ok() {}
            let mut sends: Vec<_> = (0..3)
                .map(|_| actor.send(WorkMsg::Take(tally.token())))
                .collect();
            for send in &mut sends {
                assert!(
                    futures::FutureExt::now_or_never(send).is_none(),
                    "there is no room"
                );
            }
            // Threads wait already when the runtime goes.
            let waits = std::thread::spawn(move || {
                futures::executor::block_on(async {
                    assert!(matches!(
                        kept.await,
                        Err(AskError::Unanswered | AskError::Dead | AskError::Closed)
                    ));
                    for ask in asks {
                        assert_eq!(ask.await.map(drop), Err(AskError::Dead));
                    }
                    for send in sends {
                        assert!(matches!(
                            send.await,
                            Err(SendError::Dead(_) | SendError::Closed(_))
                        ));
                    }
                });
            });
            waiting.push(waits);
        }
        within_a_minute(|| drop(rt));
        within_a_minute(|| {
            waiting
                .into_iter()
                .for_each(|thread| thread.join().unwrap())
        });
        tally.assert_even();
    });
}

#[test]
fn unread_events_do_not_hold_up_the_end() {
    each_backend(&SHARDS, |setup| {
        let rt = setup.builder().drain(FOREVER).build().unwrap();
        for shard in 0..setup.shards as ShardId {
            let port = rt.remote(shard).unwrap();
            (0..1000).for_each(|val| drop(port.send_raw(0, val).unwrap()));
            // Nor do tasks, whatever they wait for.
            drop(port.spawn(pending::<()>()));
        }
        let report = within_a_minute(|| rt.shutdown()).unwrap();
        assert_eq!(counts(&report), [0; 5], "events are no messages");
    });
}

#[test]
fn two_runtimes_live_side_by_side() {
    each_backend(&SHARDS, |setup| {
        let tally = Tally::default();
        let (one, two) = (setup.build(), setup.build());
        let (ones, twos) = (
            start_all(&one, &Arc::default()),
            start_all(&two, &Arc::default()),
        );
        let talk = |rt: &Runtime, to: Vec<WorkHandle>| {
            let tally = tally.clone();
            let talk = rt.spawn_local_on(setup.last(), move |ctx: ShardCtx| async move {
                for actor in to {
                    for _ in 0..100 {
                        actor.take(tally.token()).unwrap();
                        drop(actor.swap(&ctx, tally.token()).await.unwrap());
                    }
                }
            });
            rt.block_on(talk.unwrap()).unwrap();
        };
        talk(&one, twos.clone());
        talk(&two, ones.clone());
        let expected = 200 * setup.shards as u64;
        assert_eq!(
            counts(&one.shutdown().unwrap()),
            [expected, expected, 0, 0, 0]
        );
        talk(&two, twos);
        assert_eq!(
            counts(&two.shutdown().unwrap()),
            [2 * expected, 2 * expected, 0, 0, 0]
        );
        tally.assert_even();
    });
}

#[test]
fn a_runtime_that_shuts_down_closes_nobody_else() {
    each_backend(&SHARDS, |setup| {
        // The seats of one that ends are taken by the other that begins.
        let setup = *setup;
        let threads = [(); 2].map(|()| {
            std::thread::spawn(move || {
                for round in 0..300 {
                    let rt = setup.build();
                    let actor = start(&rt, setup.last(), &Arc::default());
                    for _ in 0..10 {
                        assert_eq!(
                            rt.block_on(actor.kept(&rt.client())),
                            Ok(0),
                            "round {round}"
                        );
                    }
                    let report = rt.shutdown().unwrap();
                    assert_eq!(counts(&report), [10, 10, 0, 0, 0], "round {round}");
                }
            })
        });
        // Both are waited for, whatever became of the first.
        let results = threads.map(std::thread::JoinHandle::join);
        assert!(results.iter().all(Result::is_ok));
    });
}

#[test]
fn a_reply_to_a_runtime_that_has_ended_reaches_nobody_else() {
    each_backend(&SHARDS, |setup| {
        for _ in 0..10 {
            let keeps = |rt: &Runtime| start(rt, setup.last(), &Arc::default());
            let asks =
                |rt: &Runtime, keeper: WorkHandle| {
                    let ask = rt.spawn_local_on(setup.last(), move |ctx| async move {
                        keeper.later(&ctx).await
                    });
                    let client = rt.client();
                    eventually("it is asked", || rt.block_on(keeper.kept(&client)) == Ok(1));
                    ask.unwrap()
                };
            let (asker, answerer) = (setup.build(), setup.build());
            let keeper = keeps(&answerer);
            drop(asks(&asker, keeper));
            drop(asker);
            // Sits where the asker sat.
            let heir = setup.build();
            let own = keeps(&heir);
            let ask = asks(&heir, own);
            keeper.answer(666).unwrap();
            assert_eq!(answerer.block_on(keeper.kept(&answerer.client())), Ok(0));
            heir.block_on(heir.spawn_on(setup.last(), async {}).unwrap())
                .unwrap();
            own.answer(7).unwrap();
            assert_eq!(heir.block_on(ask), Ok(Ok(7)));
        }
    });
}
