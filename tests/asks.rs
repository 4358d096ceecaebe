//! The promise: an ask gets one reply or one error, within its timeout; a late reply never reaches a later ask.

mod common;

use common::{Gate, OpenAtEnd, SHARDS, Tally, Token, each_backend, eventually, yield_now};
use futures::FutureExt;
use futures::future::join_all;
use spargio::{
    AskError, Asker, Client, Cx, Handle, Reply, RingMsg, Runtime, ShardCtx, ShardId, shard_actor,
};
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

/// How late a timeout may be here: ten times the promise, for the machine may be busy with other things.
const LATE: Duration = Duration::from_millis(100);

#[derive(RingMsg)]
enum SageMsg {
    #[ring(reply = u32)]
    Echo(u32),
    #[ring(reply = String)]
    Spell {
        text: String,
    },
    /// Never answered as long as the sage lives.
    #[ring(reply = u32, later)]
    Ponder,
    #[ring(reply = u32, later)]
    Ignore,
    /// Answered from a task.
    #[ring(reply = u32, later)]
    Delegate(u32),
    /// Answered on another shard, or by a thread.
    #[ring(reply = u32, later)]
    SendOn {
        to: mpsc::Sender<Reply<u32>>,
    },
    #[ring(reply = u32, later)]
    PassOver {
        to: SageHandle,
        number: u32,
    },
    Answer {
        reply: Reply<u32>,
        number: u32,
    },
    #[ring(reply = Token)]
    Lend(Tally),
    Block(Gate),
}

#[shard_actor(msg = SageMsg)]
#[derive(Default)]
struct Sage {
    pondered: Vec<Reply<u32>>,
    handled: Arc<AtomicU64>,
}

impl SageBehavior for Sage {
    async fn echo(&mut self, _: &Cx<Self>, value: u32) -> u32 {
        self.handled.fetch_add(1, SeqCst);
        value
    }
    async fn spell(&mut self, _: &Cx<Self>, text: String) -> String {
        text.chars().rev().collect()
    }
    async fn ponder(&mut self, _: &Cx<Self>, reply: Reply<u32>) {
        self.pondered.push(reply);
    }
    async fn ignore(&mut self, _: &Cx<Self>, _reply: Reply<u32>) {}
    async fn delegate(&mut self, cx: &Cx<Self>, value: u32, reply: Reply<u32>) {
        cx.spawn_local(async move {
            yield_now().await;
            reply.send(value);
        });
    }
    async fn send_on(&mut self, _: &Cx<Self>, to: mpsc::Sender<Reply<u32>>, reply: Reply<u32>) {
        to.send(reply).unwrap();
    }
    async fn pass_over(&mut self, _: &Cx<Self>, to: SageHandle, number: u32, reply: Reply<u32>) {
        to.answer(reply, number).unwrap();
    }
    async fn answer(&mut self, _: &Cx<Self>, reply: Reply<u32>, number: u32) {
        reply.send(number);
    }
    async fn lend(&mut self, _: &Cx<Self>, value: Tally) -> Token {
        value.token()
    }
    async fn block(&mut self, _: &Cx<Self>, value: Gate) {
        value.pass();
    }
}

fn start(rt: &Runtime, shard: ShardId) -> (SageHandle, Arc<AtomicU64>) {
    let handled = Arc::new(AtomicU64::new(0));
    let sage = handled.clone();
    let made = rt.remote(shard).unwrap().start(|| Sage {
        handled: sage,
        ..Sage::default()
    });
    (rt.block_on(made).unwrap(), handled)
}

/// Every way to answer, and not to.
async fn converse(sage: SageHandle, other: SageHandle, asker: impl Asker<SageMsg>) {
    for n in 0..20 {
        assert_eq!(sage.echo(&asker, n).await, Ok(n));
        assert_eq!(
            sage.spell(&asker, "desserts".into()).await,
            Ok("stressed".into())
        );
        assert_eq!(sage.delegate(&asker, n).await, Ok(n));
        assert_eq!(sage.ignore(&asker).await, Err(AskError::Unanswered));
        assert_eq!(sage.pass_over(&asker, other, n).await, Ok(n));
        let (sender, receiver) = mpsc::channel();
        let asked = sage.send_on(&asker, sender);
        let answering = thread::spawn(move || receiver.recv().unwrap().send(n));
        assert_eq!(asked.await, Ok(n));
        answering.join().unwrap();
    }
}

#[test]
fn one_reply_to_every_asker_on_every_executor() {
    each_backend(&SHARDS, |setup| {
        let rt = setup.build();
        let (sage, other) = (start(&rt, setup.last()).0, start(&rt, 0).0);
        let client = || rt.client();
        rt.block_on(converse(sage, other, client()));
        futures::executor::block_on(converse(sage, other, client()));
        let tokio = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .build()
            .unwrap();
        tokio.block_on(async {
            let spawned = (0..4).map(|_| tokio::spawn(converse(sage, other, client())));
            join_all(spawned)
                .await
                .into_iter()
                .for_each(|joined| joined.unwrap());
        });
        for shard in 0..setup.shards as ShardId {
            let local = rt
                .spawn_local_on(shard, move |ctx| converse(sage, other, ctx))
                .unwrap();
            let sent = rt.spawn_on(shard, converse(sage, other, client())).unwrap();
            rt.block_on(local).unwrap();
            rt.block_on(sent).unwrap();
        }
    });
}

/// How late the timeout of an ask that is never answered comes.
async fn lateness(sage: SageHandle, asker: &impl Asker<SageMsg>, timeout: Duration) -> Duration {
    let start = Instant::now();
    assert_eq!(sage.ponder(asker).await, Err(AskError::Timeout));
    let waited = start.elapsed();
    assert!(waited >= timeout, "it gave up after {waited:?}");
    waited - timeout
}

/// The least of some, for one that is late may be the machine's fault.
async fn least_lateness(
    sage: SageHandle,
    asker: impl Asker<SageMsg>,
    timeout: Duration,
) -> Duration {
    let mut least = Duration::MAX;
    for _ in 0..4 {
        least = least.min(lateness(sage, &asker, timeout).await);
    }
    least
}

#[test]
fn timeouts_come_in_time_and_never_early() {
    const TIMEOUT: Duration = Duration::from_millis(30);
    each_backend(&SHARDS, |setup| {
        let rt = setup.builder().ask_timeout(TIMEOUT).build().unwrap();
        let sage = start(&rt, setup.last()).0;
        let late = rt.block_on(least_lateness(sage, rt.client(), TIMEOUT));
        assert!(late < LATE, "{late:?} late outside");
        for shard in [0, setup.last()] {
            let local = rt
                .spawn_local_on(shard, move |ctx| least_lateness(sage, ctx, TIMEOUT))
                .unwrap();
            let late = rt.block_on(local).unwrap();
            assert!(late < LATE, "{late:?} late on shard {shard}");
        }
    });
}

#[test]
fn an_ask_may_have_a_timeout_of_its_own() {
    let short = Duration::from_millis(25);
    each_backend(&SHARDS, |setup| {
        let rt = setup.build();
        let sage = start(&rt, setup.last()).0;
        let begun = Instant::now();
        assert_eq!(
            rt.block_on(sage.ponder(&rt.client()).timeout(short)),
            Err(AskError::Timeout)
        );
        let local = rt.spawn_local_on(0, move |ctx| async move {
            let zero = sage.ponder(&ctx).timeout(Duration::ZERO).await;
            let endless = sage.echo(&ctx, 3).timeout(Duration::MAX).await;
            (sage.ponder(&ctx).timeout(short).await, zero, endless)
        });
        let timeout = Err(AskError::Timeout);
        assert_eq!(rt.block_on(local.unwrap()), Ok((timeout, timeout, Ok(3))));
        let both = begun.elapsed();
        assert!(
            both >= 2 * short && both < Duration::from_secs(4),
            "{both:?}"
        );
    });
}

#[test]
fn timeouts_come_while_the_shard_is_busy_with_other_asks() {
    const TIMEOUT: Duration = Duration::from_millis(50);
    each_backend(&SHARDS, |setup| {
        let rt = setup.build();
        let sage = start(&rt, setup.last()).0;
        for spinners in [1, 2, 3] {
            let task = rt.spawn_local_on(0, move |ctx: ShardCtx| async move {
                let over = Rc::new(std::cell::Cell::new(false));
                for _ in 0..spinners {
                    let (ctx, over) = (ctx.clone(), over.clone());
                    ctx.clone().spawn_local(async move {
                        while !over.get() {
                            assert_eq!(sage.echo(&ctx, 1).await, Ok(1));
                        }
                    });
                }
                let start = Instant::now();
                let asked = sage.ponder(&ctx).timeout(TIMEOUT).await;
                over.set(true);
                (asked, start.elapsed())
            });
            let (asked, waited) = rt.block_on(task.unwrap()).unwrap();
            assert_eq!(asked, Err(AskError::Timeout));
            assert!(
                waited >= TIMEOUT && waited < TIMEOUT + 10 * LATE,
                "{waited:?}, {spinners} asking on"
            );
        }
    });
}

#[test]
fn a_late_reply_never_reaches_a_later_ask() {
    each_backend(&SHARDS, |setup| {
        let rt = setup.build();
        let sage = start(&rt, setup.last()).0;
        for shard in [0, setup.last()] {
            let task = rt.spawn_local_on(shard, move |ctx| async move {
                for n in 0..300 {
                    let (to, held) = mpsc::channel();
                    let timeout = Duration::from_millis(u64::from(n % 10 == 0));
                    let late = sage.send_on(&ctx, to).timeout(timeout);
                    match n % 10 {
                        0 => assert_eq!(late.await, Err(AskError::Timeout)),
                        _ => drop(late),
                    }
                    // In the slot that has become free, while the late reply is under way.
                    let next = sage.ponder(&ctx);
                    assert_eq!(sage.echo(&ctx, n).await, Ok(n));
                    held.try_recv()
                        .expect("the echo was asked later")
                        .send(u32::MAX);
                    let again = sage.echo(&ctx, n + 1);
                    assert_eq!(again.await, Ok(n + 1));
                    assert_eq!(
                        next.now_or_never(),
                        None,
                        "it was answered by another's reply"
                    );
                }
            });
            rt.block_on(task.unwrap()).unwrap();
        }
    });
}

/// A task that asks and says what it got, and the `Reply` to its ask.
fn ask_and_hand_out(rt: &Runtime) -> (spargio::JoinHandle<Result<u32, AskError>>, Reply<u32>) {
    let (sage, (to, out)) = (start(rt, 0).0, mpsc::channel());
    let task = rt.spawn_local_on(0, move |ctx| async move { sage.send_on(&ctx, to).await });
    (task.unwrap(), out.recv().unwrap())
}

#[test]
fn a_reply_that_outlives_its_runtime_reaches_nobody() {
    each_backend(&SHARDS, |setup| {
        let first = setup.build();
        let (_, stale) = ask_and_hand_out(&first);
        first.shutdown().unwrap();
        // One of these runs where the first did.
        let runtimes: Vec<_> = (0..8).map(|_| setup.build()).collect();
        let asks: Vec<_> = runtimes.iter().map(ask_and_hand_out).collect();
        stale.send(1);
        for (rt, (asked, reply)) in runtimes.iter().zip(asks) {
            reply.send(2);
            assert_eq!(
                rt.block_on(asked),
                Ok(Ok(2)),
                "answered by a reply to another runtime's ask"
            );
        }
    });
}

#[test]
fn asks_that_are_dropped_or_sent_as_plain_values_are_handled_once() {
    each_backend(&SHARDS, |setup| {
        let (rt, tally) = (setup.build(), Tally::default());
        let (sage, handled) = start(&rt, setup.last());
        let drop_all = |tally: Tally| {
            move |asker: ShardCtx| async move {
                for n in 0..100 {
                    drop(sage.echo(&asker, n));
                    drop(sage.lend(&asker, tally.clone()));
                    sage.try_send(SageMsg::Echo(n)).unwrap();
                    sage.try_send(SageMsg::Lend(tally.clone())).unwrap();
                    sage.try_send(SageMsg::Ponder).unwrap();
                }
                sage.echo(&asker, 0).await
            }
        };
        for shard in [0, setup.last()] {
            let task = rt.spawn_local_on(shard, drop_all(tally.clone())).unwrap();
            assert_eq!(rt.block_on(task), Ok(Ok(0)));
        }
        let client = rt.client();
        (0..100).for_each(|n| drop((sage.echo(&client, n), sage.lend(&client, tally.clone()))));
        assert_eq!(rt.block_on(sage.echo(&client, 0)), Ok(0));
        assert_eq!(handled.load(SeqCst), 2 * 201 + 101);
        let report = rt.shutdown().unwrap();
        assert_eq!(
            (report.accepted, report.handled),
            (2 * 501 + 201, 2 * 501 + 201)
        );
        assert_eq!(tally.made(), 500);
        tally.assert_even();
    });
}

#[test]
fn a_hundred_thousand_asks_may_be_open() {
    const ASKS: u32 = 100_000;
    each_backend(&SHARDS, |setup| {
        let rt = setup
            .builder()
            .mailbox(ASKS as usize + 1)
            .ring_entries(32_768)
            .build()
            .unwrap();
        let (sage, _) = start(&rt, setup.last());
        let local = rt.spawn_local_on(0, move |ctx| async move {
            let open: Vec<_> = (0..ASKS).map(|n| sage.echo(&ctx, n)).collect();
            join_all(open)
                .await
                .into_iter()
                .zip(0..)
                .all(|(reply, n)| reply == Ok(n))
        });
        assert_eq!(rt.block_on(local.unwrap()), Ok(true));
        let client = rt.client();
        let open: Vec<_> = (0..ASKS).map(|n| sage.echo(&client, n)).collect();
        assert!(
            rt.block_on(join_all(open))
                .into_iter()
                .zip(0..)
                .all(|(reply, n)| reply == Ok(n))
        );
        // None of these is answered, and all end.
        let local = rt.spawn_local_on(0, move |ctx| async move {
            let short = Duration::from_millis(50);
            let open: Vec<_> = (0..ASKS)
                .map(|_| sage.ponder(&ctx).timeout(short))
                .collect();
            join_all(open)
                .await
                .into_iter()
                .all(|reply| reply == Err(AskError::Timeout))
        });
        assert_eq!(rt.block_on(local.unwrap()), Ok(true));
        assert_eq!(rt.block_on(sage.echo(&client, 9)), Ok(9));
    });
}

#[derive(RingMsg)]
#[ring(asks(SageMsg))]
enum PupilMsg {
    /// Asks over the declared edge.
    #[ring(reply = Result<u32, AskError>)]
    Learn(u32),
    /// Asks past the types, by a client, and by the shard; then as it should be, from a task.
    #[ring(reply = [Result<u32, AskError>; 3])]
    Cheat(Client),
}

#[shard_actor(msg = PupilMsg)]
struct Pupil(SageHandle);

impl PupilBehavior for Pupil {
    async fn learn(&mut self, cx: &Cx<Self>, value: u32) -> Result<u32, AskError> {
        self.0.echo(cx, value).await
    }
    async fn cheat(&mut self, cx: &Cx<Self>, value: Client) -> [Result<u32, AskError>; 3] {
        let (sage, shard) = (self.0, cx.shard().clone());
        let refused = [
            sage.echo(&value, 1).now_or_never(),
            sage.echo(cx.shard(), 2).now_or_never(),
        ];
        let task = cx.spawn_local(async move { sage.echo(&shard, 3).await });
        let [by_client, by_shard] = refused.map(|reply| reply.expect("refused when it is made"));
        [by_client, by_shard, task.await.unwrap()]
    }
}

#[test]
fn actors_ask_over_declared_edges_and_no_other_way() {
    each_backend(&SHARDS, |setup| {
        let rt = setup.build();
        let (sage, handled) = start(&rt, setup.last());
        let undeclared = Err(AskError::Undeclared);
        for shard in 0..setup.shards as ShardId {
            let pupil = rt
                .block_on(rt.remote(shard).unwrap().start(move || Pupil(sage)))
                .unwrap();
            let client = rt.client();
            assert_eq!(rt.block_on(pupil.learn(&client, 5)), Ok(Ok(5)));
            let cheated = rt.block_on(pupil.cheat(&client, client.clone()));
            assert_eq!(cheated, Ok([undeclared, undeclared, Ok(3)]));
        }
        assert_eq!(
            handled.load(SeqCst),
            2 * setup.shards as u64,
            "refused asks are not sent"
        );
    });
}

#[test]
fn two_runtimes_ask_each_other() {
    each_backend(&SHARDS, |setup| {
        let (here, there) = (setup.build(), setup.build());
        let (sage, other) = (start(&there, setup.last()).0, start(&here, 0).0);
        let tasks: Vec<_> = (0..setup.shards as ShardId)
            .flat_map(|shard| {
                let client = here.client();
                let by_shard = here
                    .spawn_local_on(shard, move |ctx| converse(sage, other, ctx))
                    .unwrap();
                [
                    by_shard,
                    here.spawn_on(shard, converse(sage, other, client)).unwrap(),
                ]
            })
            .collect();
        tasks
            .into_iter()
            .for_each(|task| here.block_on(task).unwrap());
        let gate = Gate::default();
        let _open = OpenAtEnd(gate.clone());
        sage.block(gate.clone()).unwrap();
        gate.await_waiting(1);
        let waiting = here
            .spawn_local_on(0, move |ctx| async move { sage.ponder(&ctx).await })
            .unwrap();
        eventually("it is sent", || {
            there.stats().actors.iter().any(|actor| actor.depth > 0)
        });
        gate.open();
        there.shutdown().unwrap();
        let ended = here.block_on(waiting).unwrap();
        assert!(
            matches!(
                ended,
                Err(AskError::Unanswered | AskError::Dead | AskError::Closed)
            ),
            "{ended:?}"
        );
        assert_eq!(
            here.block_on(sage.echo(&here.client(), 1)),
            Err(AskError::Dead)
        );
    });
}

#[test]
fn an_ask_whose_runtime_ends_gets_an_error() {
    each_backend(&SHARDS, |setup| {
        for drain in [Duration::ZERO, Duration::from_secs(5)] {
            let rt = setup.builder().drain(drain).build().unwrap();
            let (client, sage) = (rt.client(), start(&rt, setup.last()).0);
            let asked = sage.ponder(&client).timeout(Duration::from_secs(60));
            assert_eq!(rt.block_on(sage.echo(&client, 1)), Ok(1));
            rt.shutdown().unwrap();
            let ended = futures::executor::block_on(asked);
            assert!(
                matches!(ended, Err(AskError::Unanswered | AskError::Closed)),
                "{ended:?}"
            );
        }
    });
}

#[test]
fn runtimes_that_come_and_go_leave_each_other_alone() {
    each_backend(&SHARDS, |setup| {
        let (over, mut refused) = (AtomicBool::new(false), 0);
        let counts = |report: spargio::ShutdownReport| (report.accepted, report.handled);
        thread::scope(|scope| {
            let end = SetAtEnd(&over);
            // Runtimes rent what others leave: ends and beginnings meet.
            for _ in 0..3 {
                scope.spawn(|| {
                    while !over.load(SeqCst) {
                        assert_eq!(counts(setup.build().shutdown().unwrap()), (0, 0));
                    }
                });
            }
            for _ in 0..150 {
                let (rt, mut asked) = (setup.build(), 0);
                let sage = start(&rt, setup.last()).0;
                let end = Instant::now() + Duration::from_millis(1);
                while Instant::now() < end {
                    match rt.block_on(sage.echo(&rt.client(), 1)) {
                        Ok(_) => asked += 1,
                        Err(_) => refused += 1,
                    }
                }
                assert_eq!(counts(rt.shutdown().unwrap()), (asked, asked));
            }
            drop(end);
        });
        assert_eq!(refused, 0, "asks refused by a runtime that goes on");
    });
}

/// Ends the threads that look at the flag, also when the test fails.
struct SetAtEnd<'a>(&'a AtomicBool);

impl Drop for SetAtEnd<'_> {
    fn drop(&mut self) {
        self.0.store(true, SeqCst);
    }
}
