//! Tickets of what a shard sends on io_uring: they say that the pair stands in the target's completion queue.

use crate::common::Gate;
use crate::ledger::{OUTSIDE, Order, read};
use crate::{assert_sound, each_carry, hold};
use futures::FutureExt;
use spargio::{Runtime, SendError, SendTicket, ShardId, TicketError};
use std::sync::mpsc::channel;
use std::time::Duration;

/// Sends events from shard 0 and waits for their tickets there.
fn send_and_wait(rt: &Runtime, to: ShardId, numbers: std::ops::Range<u64>) {
    let sent = rt.spawn_local_on(0, move |ctx| async move {
        let port = ctx.remote(to).unwrap();
        let tickets: Vec<_> = numbers
            .map(|number| port.send_raw(0, number).unwrap())
            .collect();
        for ticket in tickets {
            ticket.await.unwrap();
        }
    });
    rt.block_on(sent.unwrap()).unwrap();
}

#[test]
fn a_ticket_of_a_shard_resolves_though_its_target_reads_nothing() {
    each_carry(&[2, 4], |setup| {
        let (rt, to) = (setup.build(), setup.last());
        let held = hold(&rt, to);
        for round in 0..5 {
            send_and_wait(&rt, to, 2 * round..2 * round + 2);
        }
        let mut outside = rt.remote(to).unwrap().send_raw(OUTSIDE, 0).unwrap();
        let early = (&mut outside).now_or_never();
        assert_eq!(early, None, "those from outside wait for the target");
        held.0.open();
        assert_eq!(rt.block_on(outside), Ok(()));
        let read = rt.spawn_local_on(to, |ctx| read(ctx, 11)).unwrap();
        let order = rt.block_on(read).unwrap();
        let mut expected = Order::default();
        (0..10).for_each(|number| expected.note(0, number));
        expected.note(OUTSIDE, 0);
        assert_eq!(order, expected);
        assert_sound(&rt);
    });
}

#[test]
fn more_tickets_than_fit_into_a_ring_resolve_when_the_target_reads() {
    each_carry(&[2, 4], |setup| {
        for ring_entries in [1, 64] {
            let builder = setup.builder().ring_entries(ring_entries);
            let (rt, to) = (builder.build().unwrap(), setup.last());
            let held = hold(&rt, to);
            let (sender, receiver) = channel();
            let sent = rt.spawn_local_on(0, move |ctx| async move {
                let port = ctx.remote(to).unwrap();
                let sends = (0..1_000).map_while(|number| port.send_raw(0, number).ok());
                let tickets: Vec<_> = sends.collect();
                sender.send(tickets.len()).unwrap();
                let all = futures::future::join_all(tickets).await;
                assert!(all.iter().all(Result::is_ok));
            });
            let events = receiver.recv().unwrap() as u64;
            assert!(ring_entries == 1 || events > 256, "more than stand in it");
            held.0.open();
            rt.block_on(sent.unwrap()).unwrap();
            let read = rt.spawn_local_on(to, move |ctx| read(ctx, events)).unwrap();
            rt.block_on(read).unwrap().assert([0], events);
            assert_sound(&rt);
        }
    });
}

/// The target ends while its sender is held up: what that sent in the same turn leaves when nobody reads any more.
#[test]
fn the_tickets_to_a_shard_that_has_ended_resolve() {
    each_carry(&[2], |setup| {
        // So small that what is sent does not all fit into the target's queue.
        let rt = setup.builder().ring_entries(8).build().unwrap();
        let port = rt.remote(1).unwrap();
        let (gate, (sender, receiver)) = (Gate::default(), channel());
        let held = gate.clone();
        let sends = rt.spawn_on(0, async move {
            let sends = (0..40).map(|number| port.send_raw(0, number).unwrap());
            let early: Vec<_> = sends.collect();
            held.pass();
            let late = port.send_raw(0, 1).map(drop);
            sender.send((early, late)).unwrap();
        });
        drop(sends.unwrap());
        gate.await_waiting(1);
        // Gives shard 0 up after a while; the other has ended by then.
        drop(rt);
        gate.open();
        let (early, late) = receiver.recv_timeout(Duration::from_secs(10)).unwrap();
        assert!(matches!(late, Err(SendError::Dead((0, 1)))), "{late:?}");
        // The completions of some come, for the queue is there, though nobody reads it.
        assert_arrived_or_closed(early);
    });
}

/// The source ends while its target is held up: what did not fit into that one's queue never leaves.
#[test]
fn the_tickets_of_a_shard_that_has_ended_resolve() {
    each_carry(&[2], |setup| {
        let rt = setup.builder().ring_entries(8).build().unwrap();
        let held = hold(&rt, 1);
        let sent = rt.spawn_local_on(0, |ctx| async move {
            let port = ctx.remote(1).unwrap();
            let sends = (0..40).map(|number| port.send_raw(0, number).unwrap());
            sends.collect::<Vec<_>>()
        });
        let tickets = rt.block_on(sent.unwrap()).unwrap();
        // Gives shard 1 up after a while.
        drop(rt);
        assert_arrived_or_closed(tickets);
        held.0.open();
    });
}

/// Some have arrived in a queue of 32, the others never will.
#[track_caller]
fn assert_arrived_or_closed(tickets: Vec<SendTicket>) {
    let results = tickets.into_iter().map(futures::executor::block_on);
    let results: Vec<_> = results.collect();
    let arrived = results.iter().take_while(|result| result.is_ok()).count();
    let closed = &results[arrived..];
    assert!(
        closed
            .iter()
            .all(|&result| result == Err(TicketError::Closed))
    );
    assert!(arrived <= 8, "{arrived}");
}
