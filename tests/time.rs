//! Time: never early, hardly late, and no trouble with many.

mod common;

use common::{SHARDS, each_backend};
use futures::{FutureExt, StreamExt, poll};
use spargio::time::{Elapsed, interval, interval_at, sleep, sleep_until, timeout};
use spargio::{Runtime, ShardCtx};
use std::cell::Cell;
use std::rc::Rc;
use std::time::{Duration, Instant};

const MS: Duration = Duration::from_millis(1);

#[test]
fn a_sleep_is_never_early_and_can_be_late_by_less_than_a_millisecond() {
    // On a machine with other work it takes some rounds until half of the sleeps of one are not held up.
    const ROUNDS: usize = 50;
    each_backend(&SHARDS, |setup| {
        let rt = setup.build();
        let late = rt.spawn_on(setup.last(), async {
            let mut least = Duration::MAX;
            for _ in 0..ROUNDS {
                let mut all = Vec::new();
                for n in 1..=20 {
                    let start = Instant::now();
                    sleep(MS * n / 4).await;
                    let late = start.elapsed().checked_sub(MS * n / 4);
                    all.push(late.expect("it came early"));
                }
                all.sort();
                least = least.min(all[all.len() / 2]);
                if least < MS {
                    break;
                }
            }
            least
        });
        let least = rt.block_on(late.unwrap()).unwrap();
        assert!(
            least < MS,
            "in every round half of the sleeps were late by {least:?} or more"
        );
    });
}

#[test]
fn sleeps_end_in_the_order_of_their_times() {
    each_backend(&SHARDS, |setup| {
        let rt = setup.build();
        let order = rt.spawn_local_on(setup.last(), |ctx: ShardCtx| async move {
            let start = Instant::now() + 5 * MS;
            let woken = Rc::new(std::cell::RefCell::new(Vec::new()));
            let sleeps = [3_u32, 1, 2, 0].map(|n| {
                let woken = woken.clone();
                ctx.spawn_local(async move {
                    sleep_until(start + MS * n).await;
                    woken.borrow_mut().push(n);
                })
            });
            for sleeping in sleeps {
                sleeping.await.unwrap();
            }
            woken.take()
        });
        assert_eq!(rt.block_on(order.unwrap()).unwrap(), [0, 1, 2, 3]);
    });
}

#[test]
fn a_sleep_works_outside_the_shards_and_moves_between_them() {
    each_backend(&[2], |setup| {
        let rt = setup.build();
        let start = Instant::now();
        rt.block_on(async {
            sleep(2 * MS).await;
            // Polled here first, it then waits on a shard, and here again.
            let mut moving = sleep(20 * MS);
            assert!((&mut moving).now_or_never().is_none());
            let polled = async move { ((&mut moving).now_or_never().is_none(), moving) };
            let (pending, moving) = rt.spawn_on(1, polled).unwrap().await.unwrap();
            assert!(pending);
            rt.spawn_on(0, moving).unwrap().await.unwrap();
            sleep(Duration::ZERO).await;
        });
        assert!(start.elapsed() >= 22 * MS);
    });
}

#[test]
fn a_timeout_ends_what_takes_too_long_and_nothing_else() {
    each_backend(&[1, 2], |setup| {
        let rt = setup.build();
        let results = rt.spawn_on(setup.last(), async {
            (
                timeout(MS, std::future::pending::<()>()).await,
                timeout(Duration::from_secs(60), sleep(MS).map(|()| 7)).await,
                // What is ready at once wins, even without any time.
                timeout(Duration::ZERO, async { 8 }).await,
                timeout(Duration::MAX, async { 9 }).await,
            )
        });
        let results = rt.block_on(results.unwrap()).unwrap();
        assert_eq!(results, (Err(Elapsed), Ok(7), Ok(8), Ok(9)));
    });
}

#[test]
fn an_interval_does_not_drift_and_what_was_missed_comes_as_one() {
    each_backend(&[1, 2], |setup| {
        let rt = setup.build();
        let beats = rt.spawn_on(setup.last(), async {
            let start = Instant::now();
            let mut beats = interval_at(start, 2 * MS);
            let mut due = Vec::new();
            for n in 0..10 {
                if n == 4 {
                    // Too late for several.
                    std::thread::sleep(9 * MS);
                }
                due.push(beats.tick().await);
            }
            assert_eq!(beats.period(), 2 * MS);
            let streamed = beats.next().await.unwrap();
            assert!(streamed > due[9]);
            (start, due)
        });
        let (start, due) = rt.block_on(beats.unwrap()).unwrap();
        assert_eq!(due[0], start, "the first beat is at once");
        for pair in due.windows(2) {
            let gap = (pair[1] - pair[0]).as_nanos();
            assert_eq!(
                gap % (2 * MS).as_nanos(),
                0,
                "beats are whole periods apart"
            );
        }
        let missed = due.windows(2).any(|pair| pair[1] - pair[0] >= 6 * MS);
        assert!(missed, "what was missed came as one: {due:?}");
    });
}

#[test]
fn a_beat_of_no_time_is_always_due() {
    let rt = Runtime::builder().shards(1).build().unwrap();
    rt.block_on(async {
        let mut beats = interval(Duration::ZERO);
        for _ in 0..3 {
            beats.tick().await;
        }
    });
}

/// Whose time has always come need not wait, and could go on for ever.
#[test]
fn sleeps_that_are_over_leave_others_their_turn() {
    async fn no_sleep() {
        sleep(Duration::ZERO).await;
    }
    async fn beats() {
        interval(Duration::ZERO).tick().await;
    }
    async fn out_of_time() {
        let limit = timeout(Duration::ZERO, std::future::pending::<()>());
        assert_eq!(limit.await, Err(Elapsed));
    }
    each_backend(&[1], |setup| {
        let rt = setup.build();
        let run = rt.spawn_local_on(0, |ctx: ShardCtx| async move {
            for greedy in [
                || no_sleep().boxed_local(),
                || beats().boxed_local(),
                || out_of_time().boxed_local(),
            ] {
                let others = Rc::new(Cell::new(0));
                let turns = others.clone();
                let neighbour = ctx.spawn_local(async move {
                    loop {
                        turns.set(turns.get() + 1);
                        common::yield_now().await;
                    }
                });
                for _ in 0..1_000 {
                    greedy().await;
                }
                assert!(others.get() >= 10, "{} turns meanwhile", others.get());
                neighbour.abort();
            }
        });
        rt.block_on(run.unwrap()).unwrap();
    });
}

#[test]
fn ten_million_timers_are_no_trouble() {
    each_backend(&[1], |setup| {
        let rt = setup.build();
        let many = rt.spawn_local_on(0, |_| async {
            let start = Instant::now();
            let mut far: Vec<_> = (0..10_000_000_u64)
                .map(|n| sleep(Duration::from_secs(1_000) + Duration::from_micros(n % 7919)))
                .collect();
            for sleep in &mut far {
                assert!(poll!(sleep).is_pending());
            }
            // Those that are due come in time among those that are not.
            let soon = Instant::now();
            sleep(MS).await;
            let late = soon.elapsed() - MS;
            drop(far);
            (start.elapsed(), late)
        });
        let (took, late) = rt.block_on(many.unwrap()).unwrap();
        eprintln!("{took:?} in all, the one that was due {late:?} late");
        assert!(took < Duration::from_secs(60), "{took:?}");
        assert!(late < Duration::from_secs(1), "{late:?}");
    });
}

#[test]
fn many_timers_of_one_time_delay_nobody_for_long() {
    each_backend(&[1], |setup| {
        let rt = setup.build();
        let run = rt.spawn_local_on(0, |ctx: ShardCtx| async move {
            let mut ahead = 30 * MS;
            loop {
                let at = Instant::now() + ahead;
                let ended = Rc::new(Cell::new(0_u32));
                let sleeping: Vec<_> = (0..20_000)
                    .map(|_| {
                        let ended = ended.clone();
                        ctx.spawn_local(async move {
                            sleep_until(at).await;
                            ended.set(ended.get() + 1);
                        })
                    })
                    .collect();
                common::yield_now().await;
                // On a busy machine the time may have come before all wait for it: once more, with more time.
                let all_wait = Instant::now() < at;
                sleep_until(at).await;
                let mut most = 0;
                while ended.get() < 20_000 {
                    let before = ended.get();
                    common::yield_now().await;
                    most = most.max(ended.get() - before);
                }
                for task in sleeping {
                    task.await.unwrap();
                }
                if all_wait {
                    return most;
                }
                ahead *= 4;
            }
        });
        let most = rt.block_on(run.unwrap()).unwrap();
        assert!(most < 2_000, "{most} of them in one turn");
    });
}

#[test]
fn dropped_sleeps_are_forgotten_and_the_end_does_not_wait_for_them() {
    each_backend(&SHARDS, |setup| {
        let rt = setup.build();
        for shard in 0..setup.shards as u16 {
            drop(
                rt.spawn_on(shard, sleep(Duration::from_secs(1_000)))
                    .unwrap(),
            );
            let dropped = rt.spawn_on(shard, async {
                for _ in 0..1_000 {
                    assert!(sleep(Duration::from_secs(1_000)).now_or_never().is_none());
                }
            });
            rt.block_on(dropped.unwrap()).unwrap();
        }
        let start = Instant::now();
        rt.shutdown().unwrap();
        assert!(start.elapsed() < Duration::from_secs(4));
    });
}
