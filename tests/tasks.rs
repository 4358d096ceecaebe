//! Tasks: their handles, their wakers, and what becomes of them.
//!
//! "`JoinHandle<T>`: a future of `Result<T, JoinError>`; drop detaches; `abort()`"; "In a task: `JoinError::Panicked`.
//! Neighbours and shard go on"; "`block_on(future)` (on a shard thread it panics and names `spawn_local`)".

mod common;

use common::{SHARDS, Setup, Tally, each_backend, eventually, yield_now};
use futures::channel::{mpsc, oneshot};
use futures::stream::FuturesUnordered;
use futures::{SinkExt, StreamExt};
use spargio::{JoinError, Runtime, ShardCtx, ShardId};
use std::cell::Cell;
use std::future::{pending, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Poll, Waker};
use std::thread::available_parallelism;

/// Runs a local task on the last shard and waits for its result.
fn on_last<T, Fut>(
    rt: &Runtime,
    setup: &Setup,
    make: impl FnOnce(ShardCtx) -> Fut + Send + 'static,
) -> T
where
    T: Send + 'static,
    Fut: Future<Output = T> + 'static,
{
    rt.block_on(rt.spawn_local_on(setup.last(), make).unwrap())
        .unwrap()
}

#[test]
fn a_handle_gives_the_result() {
    each_backend(&[1, 2, 4, 128], |setup| {
        let rt = setup.build();
        for shard in 0..setup.shards as ShardId {
            let text = rt
                .spawn_on(shard, async move { format!("shard {shard}") })
                .unwrap();
            assert_eq!(rt.block_on(text), Ok(format!("shard {shard}")));
            let answer = rt.spawn_local_on(shard, |ctx| async move {
                let half = ctx.spawn_local(async {
                    yield_now().await;
                    Rc::new(21)
                });
                *half.await.unwrap() * 2
            });
            assert_eq!(rt.block_on(answer.unwrap()), Ok(42));
        }
    });
}

#[test]
fn what_blocks_is_not_kept_to_the_cpu_of_its_shard() {
    let cpus = || available_parallelism().expect("the system says").get();
    each_backend(&SHARDS, |setup| {
        let rt = setup.build();
        let free = rt.spawn_on(setup.last(), async move { spargio::blocking(cpus).await });
        assert_eq!(rt.block_on(free.unwrap()), Ok(Ok(cpus())));
    });
}

#[test]
fn a_dropped_handle_detaches() {
    each_backend(&SHARDS, |setup| {
        let rt = setup.build();
        let (sender, receiver) = oneshot::channel();
        let (go, may_go) = oneshot::channel::<()>();
        drop(rt.spawn_on(setup.last(), async {
            may_go.await.unwrap();
            sender.send(7).unwrap();
        }));
        go.send(()).unwrap();
        assert_eq!(rt.block_on(receiver), Ok(7));
    });
}

#[test]
fn abort_drops_the_task() {
    each_backend(&SHARDS, |setup| {
        let rt = setup.build();
        let tally = Tally::default();
        for waits in [true, false] {
            let token = tally.token();
            let (began, has_begun) = oneshot::channel();
            let task = rt.spawn_on(setup.last(), async move {
                let _token = token;
                began.send(()).unwrap();
                // Aborted where it waits, and where it is always ready to go on.
                match waits {
                    true => pending().await,
                    false => loop {
                        yield_now().await;
                    },
                }
            });
            rt.block_on(has_begun).unwrap();
            let task = task.unwrap();
            task.abort();
            assert_eq!(rt.block_on(task), Err::<(), _>(JoinError::Aborted));
            tally.assert_even();
        }
    });
}

#[test]
fn abort_reaches_a_task_that_has_not_begun_and_spares_one_that_has_ended() {
    each_backend(&SHARDS, |setup| {
        let rt = setup.build();
        let results = on_last(&rt, setup, |ctx| async move {
            let unborn = ctx.spawn_local(async { panic!("it was aborted before its first turn") });
            unborn.abort();
            let ended = ctx.spawn_local(async { 3 });
            yield_now().await;
            yield_now().await;
            ended.abort();
            (unborn.await.map(|()| 0), ended.await)
        });
        assert_eq!(results, (Err(JoinError::Aborted), Ok(3)));
    });
}

#[test]
fn a_panic_stays_in_its_task() {
    each_backend(&SHARDS, |setup| {
        let rt = setup.build();
        let last = setup.last();
        let neighbour = rt.spawn_on(last, async {
            for _ in 0..100 {
                yield_now().await;
            }
            5
        });
        let tally = Tally::default();
        let token = tally.token();
        let early = rt.spawn_local_on(last, |_| -> std::future::Pending<()> {
            panic!("in the closure")
        });
        let late = rt.spawn_on(last, async move {
            let _token = token;
            yield_now().await;
            panic!("in the task");
        });
        assert_eq!(rt.block_on(early.unwrap()), Err(JoinError::Panicked));
        assert_eq!(
            rt.block_on(late.unwrap()),
            Err::<(), _>(JoinError::Panicked)
        );
        assert_eq!(rt.block_on(neighbour.unwrap()), Ok(5));
        tally.assert_even();
        assert_eq!(rt.stats().shards[usize::from(last)].panics, 2);
    });
}

#[test]
fn a_handle_outlives_its_runtime() {
    each_backend(&SHARDS, |setup| {
        let rt = setup.build();
        let tally = Tally::default();
        let token = tally.token();
        let (began, has_begun) = oneshot::channel();
        let waits = rt.spawn_on(setup.last(), async move {
            let _token = token;
            began.send(()).unwrap();
            pending::<()>().await;
        });
        let ended = rt.spawn_on(setup.last(), async { 9 }).unwrap();
        rt.block_on(has_begun).unwrap();
        rt.block_on(rt.spawn_on(setup.last(), async {}).unwrap())
            .unwrap();
        drop(rt);
        tally.assert_even();
        assert_eq!(
            futures::executor::block_on(waits.unwrap()),
            Err(JoinError::Closed)
        );
        assert_eq!(futures::executor::block_on(ended), Ok(9));
    });
}

#[test]
fn wakers_work_from_other_shards_and_foreign_threads() {
    each_backend(&SHARDS, |setup| {
        const ROUNDS: u32 = 5_000;
        let rt = setup.build();
        for answerer in [None, Some(0), Some(setup.last())] {
            let (mut ask, mut asked) = mpsc::channel::<oneshot::Sender<u32>>(0);
            let answer = async move {
                let mut count = 0;
                while let Some(reply) = asked.next().await {
                    count += 1;
                    reply.send(count).unwrap();
                }
                count
            };
            let asks = rt.spawn_on(setup.last(), async move {
                for round in 1..=ROUNDS {
                    let (sender, receiver) = oneshot::channel();
                    ask.send(sender).await.unwrap();
                    assert_eq!(receiver.await, Ok(round));
                }
            });
            let count = match answerer {
                None => rt.block_on(answer),
                Some(shard) => rt.block_on(rt.spawn_on(shard, answer).unwrap()).unwrap(),
            };
            assert_eq!(count, ROUNDS);
            rt.block_on(asks.unwrap()).unwrap();
        }
    });
}

/// A task that counts its polls and hands out its waker, and never ends by itself.
async fn counted(polls: Arc<AtomicUsize>, waker: Arc<Mutex<Option<Waker>>>, ends: bool) {
    poll_fn(|task| {
        polls.fetch_add(1, Ordering::Relaxed);
        *waker.lock().unwrap() = Some(task.waker().clone());
        if ends { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}

#[test]
#[expect(clippy::waker_clone_wake, reason = "by value, too")]
fn an_old_waker_leaves_the_next_task_in_its_slot_alone() {
    each_backend(&SHARDS, |setup| {
        let rt = setup.build();
        let last = setup.last();
        let barrier = || rt.block_on(rt.spawn_on(last, async {}).unwrap()).unwrap();
        let (polls, kept) = (Arc::default(), Arc::<Mutex<Option<Waker>>>::default());
        rt.block_on(
            rt.spawn_on(last, counted(polls, kept.clone(), true))
                .unwrap(),
        )
        .unwrap();
        let old = kept.lock().unwrap().take().unwrap();
        // Takes the slots that are free, the old one among them.
        let tasks: Vec<_> = (0..600)
            .map(|_| {
                let (polls, waker) = (Arc::<AtomicUsize>::default(), Arc::default());
                (
                    polls.clone(),
                    rt.spawn_on(last, counted(polls, waker, false)).unwrap(),
                )
            })
            .collect();
        barrier();
        for shard in 0..setup.shards as ShardId {
            let old = old.clone();
            let wake = async move { (0..100).for_each(|_| old.wake_by_ref()) };
            rt.block_on(rt.spawn_on(shard, wake).unwrap()).unwrap();
        }
        (0..100).for_each(|_| old.clone().wake());
        barrier();
        barrier();
        for (polls, _) in &tasks {
            assert_eq!(
                polls.load(Ordering::Relaxed),
                1,
                "woken by another task's waker"
            );
        }
        drop(rt);
        old.wake();
    });
}

#[test]
fn many_wakes_make_one_poll() {
    each_backend(&SHARDS, |setup| {
        let rt = setup.build();
        let (polls, kept) = (
            Arc::<AtomicUsize>::default(),
            Arc::<Mutex<Option<Waker>>>::default(),
        );
        drop(
            rt.spawn_on(setup.last(), counted(polls.clone(), kept.clone(), false))
                .unwrap(),
        );
        rt.block_on(rt.spawn_on(setup.last(), async {}).unwrap())
            .unwrap();
        let waker = kept.lock().unwrap().take().unwrap();
        on_last(&rt, setup, |_| async move {
            (0..1000).for_each(|_| waker.wake_by_ref())
        });
        rt.block_on(rt.spawn_on(setup.last(), async {}).unwrap())
            .unwrap();
        assert_eq!(polls.load(Ordering::Relaxed), 2);
    });
}

#[test]
fn a_hundred_thousand_tasks() {
    const TASKS: u64 = 100_000;
    each_backend(&SHARDS, |setup| {
        let rt = setup.build();
        let sum = on_last(&rt, setup, |ctx| async move {
            let sum = Rc::new(Cell::new(0));
            let tasks: Vec<_> = (0..TASKS)
                .map(|n| {
                    let sum = sum.clone();
                    ctx.spawn_local(async move {
                        yield_now().await;
                        sum.set(sum.get() + n);
                    })
                })
                .collect();
            for task in tasks {
                task.await.unwrap();
            }
            sum.get()
        });
        assert_eq!(sum, TASKS * (TASKS - 1) / 2);
        let shards = setup.shards as u64;
        let tasks: Vec<_> = (0..TASKS)
            .map(|n| {
                rt.spawn_on((n % shards) as ShardId, async move { n })
                    .unwrap()
            })
            .collect();
        let sum: u64 = tasks
            .into_iter()
            .map(|task| rt.block_on(task).unwrap())
            .sum();
        assert_eq!(sum, TASKS * (TASKS - 1) / 2);
    });
}

#[test]
fn combinators_work_inside_a_task() {
    each_backend(&SHARDS, |setup| {
        let rt = setup.build();
        let (senders, receivers): (Vec<_>, Vec<_>) =
            (0..1000).map(|_| oneshot::channel::<u32>()).unzip();
        let sum = rt.spawn_on(setup.last(), async {
            let waits: FuturesUnordered<_> = receivers.into_iter().collect();
            waits.fold(0, async |sum, n| sum + n.unwrap()).await
        });
        for (n, sender) in (0..1000).zip(senders).rev() {
            sender.send(n).unwrap();
        }
        assert_eq!(rt.block_on(sum.unwrap()), Ok(499_500));
    });
}

#[test]
fn a_task_spawns_a_task() {
    fn nest(ctx: ShardCtx, depth: u32) -> std::pin::Pin<Box<dyn Future<Output = u32>>> {
        Box::pin(async move {
            match depth {
                0 => 0,
                _ => 1 + ctx.spawn_local(nest(ctx.clone(), depth - 1)).await.unwrap(),
            }
        })
    }
    each_backend(&SHARDS, |setup| {
        let rt = setup.build();
        assert_eq!(on_last(&rt, setup, |ctx| nest(ctx, 1000)), 1000);
    });
}

/// Spawns a task when it is dropped.
struct SpawnsAtDrop(Arc<AtomicUsize>);

impl Drop for SpawnsAtDrop {
    fn drop(&mut self) {
        let count = self.0.clone();
        let ctx = ShardCtx::current().expect("tasks are dropped on their shard");
        drop(ctx.spawn_local(async move { count.fetch_add(1, Ordering::Relaxed) }));
    }
}

#[test]
fn a_task_is_spawned_from_a_drop() {
    each_backend(&SHARDS, |setup| {
        let rt = setup.build();
        let count = Arc::<AtomicUsize>::default();
        let begin = |wait: bool| {
            let spawns = SpawnsAtDrop(count.clone());
            let (began, has_begun) = oneshot::channel();
            let task = rt.spawn_on(setup.last(), async move {
                let _spawns = spawns;
                began.send(()).unwrap();
                if wait {
                    pending::<()>().await;
                }
            });
            rt.block_on(has_begun).unwrap();
            task.unwrap()
        };
        rt.block_on(begin(false)).unwrap();
        eventually("spawned at a task's end", || {
            count.load(Ordering::Relaxed) == 1
        });
        let aborted = begin(true);
        aborted.abort();
        assert_eq!(rt.block_on(aborted), Err(JoinError::Aborted));
        eventually("spawned at an abort", || count.load(Ordering::Relaxed) == 2);
        let waits = begin(true);
        drop(rt);
        // It was refused, but harmless.
        assert_eq!(futures::executor::block_on(waits), Err(JoinError::Closed));
        assert_eq!(count.load(Ordering::Relaxed), 2);
    });
}

#[test]
fn block_on_a_shard_panics_and_names_spawn_local() {
    each_backend(&SHARDS, |setup| {
        let (rt, other) = (Arc::new(setup.build()), Arc::new(setup.build()));
        for blocked in [rt.clone(), other.clone()] {
            let said = rt.spawn_on(setup.last(), async move {
                let result = catch_unwind(AssertUnwindSafe(|| blocked.block_on(async { 1 })));
                let panic = result.expect_err("it blocked its shard");
                panic.downcast_ref::<&str>().map(|text| text.to_string())
            });
            let said = rt
                .block_on(said.unwrap())
                .unwrap()
                .expect("a panic with a text");
            assert!(
                said.contains("block_on") && said.contains("spawn_local"),
                "{said}"
            );
        }
    });
}

#[test]
fn block_on_works_inside_tokio() {
    each_backend(&SHARDS, |setup| {
        let rt = Arc::new(setup.build());
        let tokio = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .build()
            .unwrap();
        let sum = tokio.block_on(async {
            let tasks = (0..10).map(|n| {
                let (rt, last) = (rt.clone(), setup.last());
                tokio::spawn(async move {
                    // A handle is awaited by tokio, too.
                    let doubled = rt
                        .spawn_on(last, async move { n * 2 })
                        .unwrap()
                        .await
                        .unwrap();
                    rt.block_on(rt.spawn_on(0, async move { doubled + 1 }).unwrap())
                        .unwrap()
                })
            });
            let mut sum = 0;
            for task in tasks.collect::<Vec<_>>() {
                sum += task.await.unwrap();
            }
            sum
        });
        assert_eq!(sum, 100);
    });
}

#[test]
fn block_on_works_inside_block_on() {
    each_backend(&SHARDS, |setup| {
        let (done, is_done) = std::sync::mpsc::channel();
        let rt = Arc::new(setup.build());
        let (last, outer) = (setup.last(), rt.clone());
        let thread = std::thread::spawn(move || {
            let (sender, receiver) = oneshot::channel();
            let inner = async {
                // The outer future has polled the receiver by now, and is woken while the inner one waits.
                let mut sender = Some(sender);
                let task = outer.spawn_on(last, async { 2 }).unwrap();
                let nested = outer.block_on(poll_fn(|task| match sender.take() {
                    Some(sender) => {
                        sender.send(1).unwrap();
                        task.waker().wake_by_ref();
                        Poll::Pending
                    }
                    None => Poll::Ready(3),
                }));
                (nested, outer.block_on(task).unwrap())
            };
            let results = outer.block_on(async { futures::join!(receiver, inner) });
            done.send(results).unwrap();
        });
        let results = is_done.recv_timeout(std::time::Duration::from_secs(20));
        assert_eq!(
            results,
            Ok((Ok(1), (3, 2))),
            "the outer future's wake-up was lost"
        );
        thread.join().unwrap();
    });
}
