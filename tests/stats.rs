//! Statistics: what the shards and actors have counted, from `Runtime::stats()`.
//!
//! "`accepted == handled + undelivered`, exactly"; "counted"; "`name = \"...\"`".

mod common;

use common::{Gate, OpenAtEnd, SHARDS, each_backend, eventually};
use futures::channel::oneshot;
use spargio::{
    ActorStats, AskError, Cx, Handle, RingMsg, Runtime, SendError, ShardId, ShardStats, shard_actor,
};

#[derive(RingMsg)]
enum DeskMsg {
    Paper(u32),
    Block(Gate),
    /// Waits without holding the shard.
    Wait(oneshot::Receiver<()>),
    Panic,
    #[ring(reply = u32)]
    Ask,
    Leave,
}

macro_rules! desk {
    ($desk:ident, $($option:tt)*) => {
        #[shard_actor(msg = DeskMsg, $($option)*)]
        struct $desk;

        impl DeskBehavior for $desk {
            async fn paper(&mut self, _: &Cx<Self>, _: u32) {}
            async fn block(&mut self, _: &Cx<Self>, value: Gate) {
                value.pass();
            }
            async fn wait(&mut self, _: &Cx<Self>, value: oneshot::Receiver<()>) {
                value.await.unwrap();
            }
            async fn panic(&mut self, _: &Cx<Self>) {
                panic!("as it was told");
            }
            async fn ask(&mut self, _: &Cx<Self>) -> u32 {
                7
            }
            async fn leave(&mut self, cx: &Cx<Self>) {
                cx.stop();
            }
        }
    };
}
desk!(Desk,);
desk!(Named, name = "front desk", mailbox = 16);
desk!(Tiny, mailbox = 2);

/// Blocks the actor's shard.
fn block(desk: DeskHandle) -> OpenAtEnd {
    let gate = OpenAtEnd(Gate::default());
    desk.block(gate.0.clone()).unwrap();
    gate.0.await_waiting(1);
    gate
}

fn shard(rt: &Runtime, shard: ShardId) -> ShardStats {
    let stats = rt.stats();
    let stats = stats.shards[usize::from(shard)].clone();
    assert_eq!(stats.shard, shard);
    stats
}

fn actor(rt: &Runtime, desk: DeskHandle) -> Option<ActorStats> {
    let mut actors: Vec<_> = rt
        .stats()
        .actors
        .into_iter()
        .filter(|actor| actor.id == desk.id())
        .collect();
    assert!(actors.len() < 2, "an actor is listed once");
    actors.pop()
}

/// Runs a job on a shard, whose turn has then ended.
fn run_on(rt: &Runtime, shard: ShardId, job: impl FnOnce() + Send + 'static) {
    rt.block_on(rt.spawn_on(shard, async { job() }).unwrap())
        .unwrap();
    (0..2).for_each(|_| rt.block_on(rt.spawn_on(shard, async {}).unwrap()).unwrap());
}

#[test]
fn a_new_runtime_has_counted_nothing() {
    each_backend(&[1, 2, 4, 128], |setup| {
        // Seats, and what they counted, may have been another's.
        for _ in 0..2 {
            let rt = setup.build();
            let stats = rt.stats();
            assert_eq!((stats.shards.len(), stats.actors.len()), (setup.shards, 0));
            for (id, shard) in (0..).zip(stats.shards) {
                let ShardStats {
                    accepted,
                    handled,
                    undelivered,
                    full,
                    panics,
                    ..
                } = shard;
                assert_eq!([accepted, handled, undelivered, full, panics], [0; 5]);
                assert_eq!(shard.shard, id);
            }
            let desk = rt
                .block_on(rt.remote(setup.last()).unwrap().start(|| Desk))
                .unwrap();
            desk.paper(1).unwrap();
        }
    });
}

#[test]
fn messages_are_counted_where_they_go() {
    each_backend(&SHARDS, |setup| {
        let (rt, last) = (setup.build(), setup.last());
        let desk = rt
            .block_on(rt.remote(last).unwrap().start(|| Desk))
            .unwrap();
        // From each shard, the actor's own among them, and from outside.
        for from in 0..setup.shards as ShardId {
            run_on(&rt, from, move || {
                (0..10).for_each(|n| desk.paper(n).unwrap())
            });
        }
        (0..5).for_each(|n| desk.paper(n).unwrap());
        assert_eq!(rt.block_on(desk.ask(&rt.client())), Ok(7));
        let sent = 10 * setup.shards as u64 + 6;
        let at_last = shard(&rt, last);
        assert_eq!(
            (at_last.accepted, at_last.handled, at_last.undelivered),
            (sent, sent, 0)
        );
        for other in 0..last {
            let other = shard(&rt, other);
            assert_eq!(
                (other.accepted, other.handled, other.full),
                (0, 0, 0),
                "nothing went there"
            );
        }
        let report = rt.shutdown().unwrap();
        assert_eq!(
            (report.accepted, report.handled),
            (sent, sent),
            "the report agrees"
        );
    });
}

#[test]
fn what_is_undelivered_and_what_was_refused_is_counted() {
    each_backend(&SHARDS, |setup| {
        let (rt, last) = (setup.build(), setup.last());
        let start = || {
            rt.block_on(rt.remote(last).unwrap().start(|| Tiny))
                .unwrap()
        };
        let (blocker, leaver, full) = (start(), start(), start());
        let gate = block(blocker);
        leaver.leave().unwrap();
        let lost = leaver.ask(&rt.client());
        (0..2).for_each(|n| full.paper(n).unwrap());
        for from in 0..last {
            let refused = move || {
                assert!(matches!(
                    full.paper(3),
                    Err(SendError::Full(DeskMsg::Paper(3)))
                ));
            };
            run_on(&rt, from, refused);
        }
        assert!(matches!(full.paper(3), Err(SendError::Full(_))));
        assert_eq!(rt.block_on(full.ask(&rt.client())), Err(AskError::Full));
        let during = shard(&rt, last);
        assert_eq!(
            (during.accepted, during.handled, during.undelivered),
            (5, 1, 0)
        );
        assert_eq!(during.full, u64::from(last) + 2);
        gate.0.open();
        assert_eq!(rt.block_on(lost), Err(AskError::Dead));
        common::eventually("both papers are begun", || shard(&rt, last).handled == 4);
        assert_eq!(rt.block_on(full.ask(&rt.client())), Ok(7));
        let after = shard(&rt, last);
        assert_eq!(
            (after.accepted, after.handled, after.undelivered),
            (6, 5, 1)
        );
        // From the actor's own shard, too: the third does not fit.
        run_on(&rt, last, move || {
            assert_eq!((0..3).filter(|&n| full.paper(n).is_err()).count(), 1)
        });
        assert_eq!(shard(&rt, last).full, u64::from(last) + 3);
    });
}

#[test]
fn a_full_event_queue_is_counted() {
    each_backend(&SHARDS, |setup| {
        let rt = setup.builder().mailbox(4).build().unwrap();
        let port = rt.remote(setup.last()).unwrap();
        let sent = (0..7).filter(|&n| port.send_raw(0, n).is_ok()).count();
        let stats = shard(&rt, setup.last());
        assert_eq!(
            (sent, stats.full, stats.accepted),
            (4, 3, 0),
            "events are no messages"
        );
    });
}

#[test]
fn panics_are_counted() {
    each_backend(&SHARDS, |setup| {
        let (rt, last) = (setup.build(), setup.last());
        let desk = rt
            .block_on(rt.remote(last).unwrap().start(|| Desk))
            .unwrap();
        desk.panic().unwrap();
        rt.block_on(desk.wait_stopped());
        let failed = rt.spawn_on(last, async { panic!("a task, too") }).unwrap();
        assert!(rt.block_on(failed).map(|()| 0).is_err());
        let stats = shard(&rt, last);
        assert_eq!((stats.panics, stats.handled), (2, 1));
    });
}

#[test]
fn actors_are_listed_with_name_and_shard() {
    each_backend(&SHARDS, |setup| {
        let rt = setup.build();
        let mut desks = Vec::new();
        for shard in 0..setup.shards as ShardId {
            let remote = rt.remote(shard).unwrap();
            desks.push((rt.block_on(remote.start(|| Desk)).unwrap(), "Desk", shard));
            desks.push((
                rt.block_on(remote.start(|| Named)).unwrap(),
                "front desk",
                shard,
            ));
            // Tasks are no actors.
            drop(remote.spawn(std::future::pending::<()>()).unwrap());
        }
        assert_eq!(rt.stats().actors.len(), desks.len());
        for &(desk, name, shard) in &desks {
            let listed = actor(&rt, desk).unwrap();
            assert_eq!(
                (listed.id, listed.name, listed.shard, listed.depth),
                (desk.id(), name, shard, 0)
            );
        }
        // Another runtime's are its own.
        let other = setup.build();
        assert_eq!(other.stats().actors, []);
        for (desk, ..) in desks {
            desk.stop();
            rt.block_on(desk.wait_stopped());
            assert_eq!(actor(&rt, desk), None, "it has stopped");
        }
        assert_eq!(rt.stats().actors, []);
    });
}

#[test]
fn the_depth_of_a_blocked_actor_is_exact() {
    each_backend(&SHARDS, |setup| {
        let (rt, last) = (setup.build(), setup.last());
        let named = rt
            .block_on(rt.remote(last).unwrap().start(|| Named))
            .unwrap();
        let gate = block(named);
        // What is being handled has left the mailbox.
        assert_eq!(actor(&rt, named).unwrap().depth, 0);
        for depth in 1..=16 {
            named.paper(0).unwrap();
            assert_eq!(actor(&rt, named).unwrap().depth, depth);
        }
        assert!(named.paper(0).is_err());
        assert_eq!(
            actor(&rt, named).unwrap().depth,
            16,
            "refused ones do not count"
        );
        gate.0.open();
        eventually("the mailbox is empty", || {
            actor(&rt, named).unwrap().depth == 0
        });
    });
}

#[test]
fn the_depth_is_exact_with_senders_on_other_shards() {
    each_backend(&SHARDS, |setup| {
        let (rt, last) = (setup.build(), setup.last());
        let desk = rt
            .block_on(rt.remote(last).unwrap().start(|| Desk))
            .unwrap();
        let (open, opened) = oneshot::channel();
        desk.wait(opened).unwrap();
        // What comes from elsewhere stands in no order with it.
        eventually("the actor waits", || {
            rt.stats().shards[usize::from(last)].handled == 1
        });
        for shard in 0..setup.shards as ShardId {
            run_on(&rt, shard, move || {
                (0..100).for_each(|n| desk.paper(n).unwrap())
            });
        }
        // Leases go home before their shards park, and the actor's handler waits without holding its shard.
        eventually("the depth settles", || {
            actor(&rt, desk).unwrap().depth == 100 * setup.shards
        });
        open.send(()).unwrap();
        eventually("the mailbox is empty", || {
            actor(&rt, desk).unwrap().depth == 0
        });
    });
}

#[test]
fn the_depth_of_a_large_mailbox_is_at_most_an_eighth_more() {
    each_backend(&SHARDS, |setup| {
        let rt = setup.build();
        let desk = rt
            .block_on(rt.remote(setup.last()).unwrap().start(|| Desk))
            .unwrap();
        (0..50).for_each(|n| desk.paper(n).unwrap());
        let gate = block(desk);
        for depth in 1..=500 {
            desk.paper(0).unwrap();
            // The credits of what was begun in this turn may not have been returned.
            let listed = actor(&rt, desk).unwrap().depth;
            assert!(
                (depth..=depth + 1024 / 8).contains(&listed),
                "{listed} for {depth}"
            );
        }
        gate.0.open();
        eventually("the mailbox is empty", || {
            actor(&rt, desk).unwrap().depth == 0
        });
    });
}

#[test]
fn parks_and_bells_are_counted() {
    each_backend(&SHARDS, |setup| {
        let (rt, last) = (setup.build(), setup.last());
        let desk = rt
            .block_on(rt.remote(last).unwrap().start(|| Desk))
            .unwrap();
        for round in 1..=5 {
            // It sleeps, and stays asleep: the park counts, and nobody rings.
            eventually("it sleeps", || {
                shard(&rt, last).parks > shard(&rt, last).bells
            });
            let before = shard(&rt, last);
            assert_eq!(rt.block_on(desk.ask(&rt.client())), Ok(7));
            let after = shard(&rt, last);
            assert!(
                after.bells <= before.bells + 1,
                "one bell for one message: {before:?}, {after:?}"
            );
            assert_eq!(after.handled, round);
        }
        assert!(shard(&rt, last).bells > 0, "it was woken");
    });
}
