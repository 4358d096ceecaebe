//! Tickets: that a sent pair has arrived.
//!
//! "io_uring, from a shard: the sender's completion arrived (the pair is in the target's completion queue, which is not yet
//! 'read'). Queue, and foreign threads: the target moved the pair into its event queue. Shard gone:
//! `TicketError::Closed`"; "dropping it cancels nothing".

mod common;

use common::{Gate, OpenAtEnd, SHARDS, Setup, each_backend, eventually, yield_now};
use futures::channel::oneshot;
use futures::stream::FuturesUnordered;
use futures::{FutureExt, StreamExt};
use spargio::{
    BackendKind, Event, RemoteShard, Runtime, SendError, SendTicket, ShardId, TicketError,
};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Wake, Waker};

/// Everybody who can send to the last shard while that is held up: a foreign thread and, if there is one, a shard.
fn others(setup: &Setup) -> Vec<Option<ShardId>> {
    [None]
        .into_iter()
        .chain((setup.shards > 1).then_some(Some(0)))
        .collect()
}

/// Whether a ticket says that the target has read the pair; else, that it stands in its completion queue.
fn says_read(setup: &Setup, from: Option<ShardId>) -> bool {
    setup.backend == BackendKind::Queue || from.is_none()
}

/// Sends pairs from a shard, or from this foreign thread. They are published when it returns.
fn send(rt: &Runtime, from: Option<ShardId>, to: ShardId, pairs: u64) -> Vec<SendTicket> {
    let port = rt.remote(to).unwrap();
    let job = move || {
        (0..pairs)
            .map(|val| port.send_raw(1, val).unwrap())
            .collect()
    };
    match from {
        None => job(),
        Some(shard) => {
            let tickets = rt
                .block_on(rt.spawn_on(shard, async move { job() }).unwrap())
                .unwrap();
            // The shard's next turn: the one before has published.
            rt.block_on(rt.spawn_on(shard, async {}).unwrap()).unwrap();
            tickets
        }
    }
}

/// Holds a shard up until the gate is opened.
fn hold(rt: &Runtime, shard: ShardId) -> OpenAtEnd {
    let gate = Gate::default();
    let held = gate.clone();
    drop(rt.spawn_on(shard, async move { held.pass() }).unwrap());
    gate.await_waiting(1);
    OpenAtEnd(gate)
}

/// The values of the events that a shard's queue holds now.
fn unread(rt: &Runtime, shard: ShardId) -> Vec<u64> {
    let unread = rt.spawn_local_on(shard, |ctx| async move {
        let next = std::iter::from_fn(|| ctx.next_event().now_or_never());
        next.map(|Event::RingMsg { val, .. }| val).collect()
    });
    rt.block_on(unread.unwrap()).unwrap()
}

#[test]
fn a_ticket_waits_for_its_target() {
    each_backend(&[1, 2, 4, 128], |setup| {
        for from in others(setup) {
            let rt = setup.build();
            let gate = hold(&rt, setup.last());
            // No more than may be under way on a ring at one time, to any number of shards.
            let mut tickets = send(&rt, from, setup.last(), 8);
            for ticket in &mut tickets {
                let resolved = ticket.now_or_never();
                if says_read(setup, from) {
                    assert!(resolved.is_none(), "its target is held up");
                } else {
                    assert_eq!(resolved, Some(Ok(())), "it has arrived");
                }
            }
            tickets.extend(send(&rt, from, setup.last(), 100));
            gate.0.open();
            // Not in order.
            for ticket in tickets.into_iter().rev() {
                assert_eq!(rt.block_on(ticket), Ok(()));
            }
            assert!(
                unread(&rt, setup.last())
                    .into_iter()
                    .eq((0..8).chain(0..100))
            );
        }
    });
}

#[test]
fn a_ticket_of_a_resolved_pair_finds_it_in_the_queue() {
    each_backend(&SHARDS, |setup| {
        let rt = setup.build();
        for from in [None, Some(0), Some(setup.last())] {
            for _ in 0..200 {
                for ticket in send(&rt, from, setup.last(), 3) {
                    assert_eq!(rt.block_on(ticket), Ok(()));
                }
                assert_eq!(unread(&rt, setup.last()), [0, 1, 2]);
            }
        }
    });
}

#[test]
fn a_shard_awaits_its_own_tickets() {
    each_backend(&SHARDS, |setup| {
        let rt = setup.build();
        let target = setup.last();
        for from in 0..setup.shards as ShardId {
            let rounds = rt.spawn_local_on(from, move |ctx| async move {
                let port = ctx.remote(target).unwrap();
                for val in 0..1000 {
                    port.send_raw(0, val).unwrap().await.unwrap();
                }
            });
            rt.block_on(rounds.unwrap()).unwrap();
            assert_eq!(unread(&rt, target).len(), 1000);
        }
    });
}

#[test]
fn a_dropped_ticket_cancels_nothing() {
    each_backend(&SHARDS, |setup| {
        for from in others(setup) {
            let rt = setup.build();
            let gate = hold(&rt, setup.last());
            let mut tickets = send(&rt, from, setup.last(), 1000);
            // Some were waiting, some never.
            for ticket in tickets.iter_mut().step_by(2) {
                assert!(!says_read(setup, from) || ticket.now_or_never().is_none());
            }
            let last = tickets.pop().unwrap();
            drop(tickets);
            gate.0.open();
            assert_eq!(rt.block_on(last), Ok(()));
            assert_eq!(unread(&rt, setup.last()), (0..1000).collect::<Vec<_>>());
        }
    });
}

/// Counts how often it is woken.
#[derive(Default)]
struct Woken(AtomicUsize);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

/// Sends a pair to a shard that is held up, and polls its ticket so often.
fn polled(
    rt: &Runtime,
    from: Option<ShardId>,
    to: ShardId,
    times: usize,
    woken: &Arc<Woken>,
) -> SendTicket {
    let (port, waker) = (rt.remote(to).unwrap(), Waker::from(woken.clone()));
    let poll = move || {
        let mut ticket = port.send_raw(1, 1).unwrap();
        let mut task = Context::from_waker(&waker);
        for _ in 0..times {
            // Nothing is told within a turn.
            assert!(Pin::new(&mut ticket).poll(&mut task).is_pending());
        }
        ticket
    };
    let Some(shard) = from else {
        return poll();
    };
    // Handed out, not awaited.
    let ticket = rt.spawn_on(shard, async move { [poll()] });
    let [ticket] = rt.block_on(ticket.unwrap()).unwrap();
    ticket
}

#[test]
fn a_ticket_is_woken_once_however_often_it_is_polled() {
    each_backend(&[2], |setup| {
        for from in others(setup) {
            let (rt, woken) = (setup.build(), Arc::new(Woken::default()));
            let gate = hold(&rt, setup.last());
            let ticket = polled(&rt, from, setup.last(), 100_000, &woken);
            gate.0.open();
            eventually("it is woken", || woken.0.load(Ordering::SeqCst) > 0);
            assert_eq!(rt.block_on(ticket), Ok(()));
            drop(rt);
            assert_eq!(woken.0.load(Ordering::SeqCst), 1, "from {from:?}");
        }
    });
}

#[test]
fn a_dropped_ticket_leaves_no_waker_behind() {
    each_backend(&[2], |setup| {
        for from in others(setup) {
            let (rt, woken) = (setup.build(), Arc::new(Woken::default()));
            let gate = hold(&rt, setup.last());
            for _ in 0..8 {
                drop(polled(&rt, from, setup.last(), 1, &woken));
            }
            // On a ring the pairs have arrived, and the wakers may be on their way.
            eventually(&format!("no waker is left, from {from:?}"), || {
                Arc::strong_count(&woken) == 1
            });
            gate.0.open();
        }
    });
}

#[test]
fn the_tickets_of_a_shard_that_goes_resolve() {
    each_backend(&SHARDS, |setup| {
        for from in others(setup) {
            for _ in 0..50 {
                let rt = setup.build();
                let tickets = send(&rt, from, setup.last(), 20);
                drop(rt);
                for ticket in tickets {
                    // Either may be true.
                    let result = futures::executor::block_on(ticket);
                    assert!(
                        matches!(result, Ok(()) | Err(TicketError::Closed)),
                        "{result:?}"
                    );
                }
            }
        }
    });
}

#[test]
fn a_pair_that_was_never_taken_is_closed() {
    // With one shard, nobody moves the shutdown on while that is held up.
    each_backend(&[2, 4], |setup| {
        for from in others(setup) {
            let rt = setup.build();
            let gate = hold(&rt, setup.last());
            let tickets = send(&rt, from, setup.last(), 3);
            // Gives the shard up after a while; it ends as soon as it can, and takes nothing any more.
            drop(rt);
            gate.0.open();
            for ticket in tickets {
                let result = futures::executor::block_on(ticket);
                // That it has arrived on a ring stays true.
                let expected = match says_read(setup, from) {
                    true => Err(TicketError::Closed),
                    false => Ok(()),
                };
                assert_eq!(result, expected, "from {from:?}");
            }
        }
    });
}

#[test]
fn after_the_end_no_ticket_is_given() {
    each_backend(&SHARDS, |setup| {
        let rt = setup.build();
        let port = rt.remote(setup.last()).unwrap();
        rt.shutdown().unwrap();
        let refused = port.send_raw(3, 4).map(drop);
        assert!(
            matches!(refused, Err(SendError::Dead((3, 4)))),
            "{refused:?}"
        );
    });
}

const MILLION: u64 = 1_000_000;

#[test]
fn a_million_tickets_from_a_shard() {
    each_backend(&[1, 2, 4], |setup| {
        let rt = setup.build();
        let counted = count_events(&rt, setup.last());
        let port = rt.remote(setup.last()).unwrap();
        let sent = rt.spawn_on(0, send_a_million(port)).unwrap();
        assert_eq!(rt.block_on(sent).unwrap(), MILLION);
        assert_eq!(rt.block_on(counted).unwrap(), MILLION * (MILLION - 1) / 2);
    });
}

#[test]
fn a_million_tickets_from_a_foreign_thread() {
    each_backend(&[1, 2], |setup| {
        let rt = setup.build();
        let counted = count_events(&rt, setup.last());
        let port = rt.remote(setup.last()).unwrap();
        assert_eq!(rt.block_on(send_a_million(port)), MILLION);
        assert_eq!(rt.block_on(counted).unwrap(), MILLION * (MILLION - 1) / 2);
    });
}

/// Sums up what comes until a million has come.
fn count_events(rt: &Runtime, shard: ShardId) -> oneshot::Receiver<u64> {
    let (sender, receiver) = oneshot::channel();
    let read = rt.spawn_local_on(shard, |ctx| async move {
        let mut sum = 0;
        for _ in 0..MILLION {
            let Event::RingMsg { val, .. } = ctx.next_event().await;
            sum += val;
        }
        sender.send(sum).unwrap();
    });
    drop(read.unwrap());
    receiver
}

/// Sends a million pairs, waiting for the oldest tickets where there is no room. Returns how many arrived.
async fn send_a_million(port: RemoteShard) -> u64 {
    let mut tickets = FuturesUnordered::new();
    let mut arrived = 0;
    for val in 0..MILLION {
        loop {
            match port.send_raw(0, val) {
                Ok(ticket) => break tickets.push(ticket),
                Err(SendError::Full(_)) => match tickets.next().await {
                    Some(ticket) => arrived += ticket.map(|()| 1).unwrap(),
                    // All have arrived and are not read.
                    None => yield_now().await,
                },
                Err(error) => panic!("{error}"),
            }
        }
    }
    arrived
        + tickets
            .map(|ticket| ticket.map(|()| 1).unwrap())
            .fold(0, async |a, b| a + b)
            .await
}
