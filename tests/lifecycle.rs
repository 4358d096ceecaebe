//! Runtimes come and go: a thousand of them leave nothing behind, and the largest one works.
//!
//! "Nothing leaks"; "the largest shard count is stated and tested at 128, oversubscribed"; "dropping the runtime .. on
//! its own shard does not join that thread".

mod common;

use common::{Setup, Tally, Token, each_backend, eventually};
use futures::FutureExt;
use futures::channel::oneshot;
use spargio::{AskError, Cx, Event, RingMsg, Runtime, ShardCtx, ShardId, shard_actor};
use std::fs;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// These tests count what the process holds, so they run one at a time.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

#[derive(RingMsg)]
enum NodeMsg {
    Tell(u64),
    Carry(Vec<u64>, Token),
    #[ring(reply = u64)]
    Sum,
    /// Asks another node, from a task.
    #[ring(reply = u64, later)]
    Relay(NodeHandle),
}

#[shard_actor(msg = NodeMsg)]
#[derive(Default)]
struct Node {
    sum: u64,
}

impl NodeBehavior for Node {
    async fn tell(&mut self, _: &Cx<Self>, value: u64) {
        self.sum += value;
    }
    async fn carry(&mut self, _: &Cx<Self>, arg0: Vec<u64>, _: Token) {
        self.sum += arg0.into_iter().sum::<u64>();
    }
    async fn sum(&mut self, _: &Cx<Self>) -> u64 {
        self.sum
    }
    async fn relay(&mut self, cx: &Cx<Self>, value: NodeHandle, reply: spargio::Reply<u64>) {
        let shard = cx.shard().clone();
        cx.spawn_local(async move {
            let sum = value.sum(&shard).await;
            reply.send(sum.unwrap());
        });
    }
}

fn start_all(rt: &Runtime) -> Vec<NodeHandle> {
    let start = |shard| {
        rt.block_on(rt.remote(shard).unwrap().start(Node::default))
            .unwrap()
    };
    (0..rt.shard_count() as ShardId).map(start).collect()
}

/// Builds a runtime, sends something of each kind each way, and drops it.
fn live_once(setup: &Setup, tally: &Tally) {
    let rt = setup.build();
    let client = rt.client();
    let nodes = start_all(&rt);
    let (first, last) = (nodes[0], nodes[nodes.len() - 1]);
    rt.block_on(async {
        // Foreign sends and asks.
        first.tell(1).unwrap();
        last.carry(vec![2, 3], tally.token()).unwrap();
        assert_eq!(
            last.sum(&client).await,
            Ok(5 + u64::from(setup.shards == 1))
        );
        // An ask in each direction between the shards, from tasks and by actors.
        assert!(
            first.relay(&client, last).await.is_ok() && last.relay(&client, first).await.is_ok()
        );
        // A raw pair from each end to the other.
        for (from, to) in [(0, setup.last()), (setup.last(), 0)] {
            let talk = rt.spawn_local_on(from, move |ctx| async move {
                ctx.remote(to)
                    .unwrap()
                    .send_raw(1, 2)
                    .unwrap()
                    .await
                    .unwrap();
            });
            talk.unwrap().await.unwrap();
            let read = rt.spawn_local_on(to, |ctx| async move { ctx.next_event().await });
            let event = read.unwrap().await.unwrap();
            assert_eq!(
                event,
                Event::RingMsg {
                    from: Some(from),
                    tag: 1,
                    val: 2
                }
            );
        }
        // What has not come yet when the runtime goes.
        nodes
            .iter()
            .for_each(|node| node.carry(vec![4; 100], tally.token()).unwrap());
    });
}

/// Open files, and resident memory in KiB.
#[derive(Debug)]
struct Held {
    files: usize,
    memory: usize,
}

fn held() -> Held {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let memory = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .unwrap();
    Held {
        files: fs::read_dir("/proc/self/fd").unwrap().count(),
        memory: memory.trim().trim_end_matches(" kB").parse().unwrap(),
    }
}

/// How many threads have a name that begins so.
fn threads_named(start: &str) -> usize {
    let tasks = fs::read_dir("/proc/self/task").unwrap();
    // A thread may end while it is looked at.
    let names = tasks.filter_map(|task| fs::read_to_string(task.ok()?.path().join("comm")).ok());
    names.filter(|name| name.starts_with(start)).count()
}

#[test]
fn a_thousand_runtimes_leave_nothing_behind() {
    let _alone = alone();
    each_backend(&[1, 2, 4], |setup| {
        let tally = Tally::default();
        (0..100).for_each(|_| live_once(setup, &tally));
        let before = held();
        (0..1000).for_each(|_| live_once(setup, &tally));
        tally.assert_even();
        let after = held();
        assert_eq!(after.files, before.files, "files");
        // A joined thread may be listed for a moment longer.
        eventually("the threads are gone", || threads_named("spargio") == 0);
        let grown = after.memory.saturating_sub(before.memory);
        assert!(grown < 4096, "{grown} KiB more: {before:?}, {after:?}");
    });
}

#[test]
fn dropped_waits_for_events_leave_no_memory_behind() {
    let _alone = alone();
    each_backend(&[1], |setup| {
        let rt = setup.build();
        let grown = rt.spawn_local_on(0, |ctx| async move {
            let cancel = |times| {
                for _ in 0..times {
                    assert!(ctx.next_event().now_or_never().is_none());
                }
            };
            cancel(10_000);
            let before = held().memory;
            cancel(1_000_000);
            held().memory.saturating_sub(before)
        });
        let grown = rt.block_on(grown.unwrap()).unwrap();
        assert!(grown < 4096, "a million dropped futures left {grown} KiB");
    });
}

#[test]
fn asks_from_outside_leave_no_thread_behind() {
    let _alone = alone();
    each_backend(&[1, 2, 4], |setup| {
        for on_own_shard in [false, true] {
            let clocks = threads_named("spargio-clock");
            let rt = setup.builder().thread_name("gone").build().unwrap();
            let last = start_all(&rt)[setup.shards - 1];
            // Waits outside the shards for a while, so somebody outside has to keep the time.
            let (release, released) = oneshot::channel::<()>();
            drop(rt.spawn_on(setup.last(), async {
                futures::executor::block_on(released).unwrap();
            }));
            let ask = last.sum(&rt.client()).timeout(Duration::from_millis(1));
            assert_eq!(rt.block_on(ask), Err(AskError::Timeout));
            release.send(()).unwrap();
            assert_eq!(
                threads_named("spargio-clock"),
                clocks + 1,
                "the clock of those outside"
            );
            match on_own_shard {
                false => drop(rt),
                true => {
                    let (give, given) = oneshot::channel::<Runtime>();
                    drop(rt.spawn_on(0, async { drop(given.await) }).unwrap());
                    give.send(rt).unwrap();
                }
            }
            eventually("the shards' threads are gone", || {
                threads_named("gone") == 0
            });
            eventually("the clock is gone", || {
                threads_named("spargio-clock") == clocks
            });
        }
    });
}

#[test]
fn all_of_128_shards_talk_to_all() {
    let _alone = alone();
    each_backend(&[128], |setup| {
        const EACH: u64 = 10;
        // Room for all that may come before the node's shard has its turn.
        let rt = setup.builder().mailbox(4096).build().unwrap();
        let nodes = start_all(&rt);
        let tally = Tally::default();
        let talks: Vec<_> = (0..setup.shards as ShardId)
            .map(|shard| {
                let talk = talk_to_all(nodes.clone(), u64::from(shard), EACH, tally.clone());
                rt.spawn_local_on(shard, talk).unwrap()
            })
            .collect();
        for talk in talks {
            rt.block_on(talk).unwrap();
        }
        let shards = setup.shards as u64;
        let expected = EACH * shards * (shards - 1) / 2 + shards * 3;
        for node in nodes {
            assert_eq!(rt.block_on(node.sum(&rt.client())), Ok(expected));
        }
        tally.assert_even();
        let report = rt.shutdown().unwrap();
        let accepted = shards * shards * (EACH + 2) + shards;
        assert_eq!(
            (report.accepted, report.handled, report.undelivered),
            (accepted, accepted, 0)
        );
    });
}

/// Tells every node a number so often, sends it a body, and asks it.
fn talk_to_all(
    nodes: Vec<NodeHandle>,
    number: u64,
    each: u64,
    tally: Tally,
) -> impl FnOnce(ShardCtx) -> std::pin::Pin<Box<dyn Future<Output = ()>>> {
    move |ctx| {
        Box::pin(async move {
            for node in &nodes {
                (0..each).for_each(|_| node.tell(number).unwrap());
                node.carry(vec![1, 2], tally.token()).unwrap();
            }
            let asks: Vec<_> = nodes.iter().map(|node| node.sum(&ctx)).collect();
            for ask in asks {
                // In order behind what this shard has told.
                assert!(ask.await.unwrap() >= each * number + 3);
            }
        })
    }
}

#[test]
fn a_runtime_that_is_not_built_leaves_no_thread_behind() {
    let _alone = alone();
    for _ in 0..100 {
        let builders = [
            Runtime::builder().shards(0),
            Runtime::builder().shards(2).mailbox(0),
            Runtime::builder().shards(2).ring_entries(3),
        ];
        builders
            .into_iter()
            .for_each(|builder| assert!(builder.build().is_err()));
    }
    // A joined thread of a test before this may be listed for a moment longer.
    eventually("no thread is left", || threads_named("spargio") == 0);
}
