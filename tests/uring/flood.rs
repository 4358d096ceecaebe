//! Floods: what is in flight stays bounded, nothing is lost, and each sender's order is kept.

use crate::common::yield_now;
use crate::ledger::{
    LedgerHandle, OUTSIDE, Order, fits, flood, flood_from_outside, noted, open, read,
};
use crate::{assert_sound, each_carry, hold};
use spargio::{Carry, RemoteShard, Runtime, ShardId};
use std::fs;
use std::thread;
use std::time::{Duration, Instant};

/// Sends what `send` sends until there is no room. Returns how many went.
fn fill(mut send: impl FnMut(u64) -> bool) -> u64 {
    (0..).find(|&number| !send(number)).expect("it is bounded")
}

/// Fills the event queue and the mailbox of a shard that is held up, from another shard or from outside.
fn fill_both(rt: &Runtime, from: Option<ShardId>, to: ShardId, ledger: LedgerHandle) -> (u64, u64) {
    let port = rt.remote(to).unwrap();
    let tag = from.unwrap_or(OUTSIDE);
    let fill = move || {
        let events = fill(|number| fits(port.send_raw(tag, number)));
        let messages = fill(|number| fits(ledger.note(tag, number as u32)));
        (events, messages)
    };
    match from {
        None => fill(),
        Some(from) => {
            let filled = rt.spawn_on(from, async move { fill() }).unwrap();
            rt.block_on(filled).unwrap()
        }
    }
}

#[test]
fn a_small_ring_holds_all_that_its_mailboxes_promise() {
    const MAILBOX: u64 = 200;
    each_carry(&[2, 4], |setup| {
        let (to, senders) = (setup.last(), [Some(0), None]);
        for from in senders {
            let builder = setup.builder().ring_entries(64).mailbox(MAILBOX as usize);
            let rt = builder.build().unwrap();
            let ledger = open(&rt, to);
            let held = hold(&rt, to);
            let filled = fill_both(&rt, from, to, ledger);
            assert_eq!(filled, (MAILBOX, MAILBOX), "one sender fills all");
            for other in senders {
                assert_eq!(fill_both(&rt, other, to, ledger), (0, 0), "it is full");
            }
            held.0.open();
            let read = rt.spawn_local_on(to, |ctx| read(ctx, MAILBOX)).unwrap();
            let tag = [from.unwrap_or(OUTSIDE)];
            rt.block_on(read).unwrap().assert(tag, MAILBOX);
            noted(&rt, ledger, MAILBOX).assert(tag, MAILBOX);
            assert_sound(&rt);
            assert_no_overflow(&rt);
        }
    });
}

/// All shards at once, to one that reads nothing: as much as one of them may have under way is what all may have.
#[test]
fn the_queue_of_a_shard_that_is_blocked_never_overflows() {
    const MOST: u64 = 100;
    each_carry(&[2, 4, 8], |setup| {
        for ring_entries in [8, 64] {
            let builder = setup.builder().ring_entries(ring_entries);
            let (rt, to) = (builder.build().unwrap(), setup.last());
            let ledger = open(&rt, to);
            let held = hold(&rt, to);
            let sent = (0..to).map(|from| {
                let port = rt.remote(to).unwrap();
                let sent = rt.spawn_on(from, async move {
                    let events = (0..MOST).take_while(|&number| fits(port.send_raw(from, number)));
                    let events = events.count() as u64;
                    let notes =
                        (0..MOST).take_while(|&number| fits(ledger.note(from, number as u32)));
                    (from, events, notes.count() as u64)
                });
                rt.block_on(sent.unwrap()).unwrap()
            });
            let sent: Vec<_> = sent.collect();
            held.0.open();
            let events: u64 = sent.iter().map(|&(_, events, _)| events).sum();
            let notes: u64 = sent.iter().map(|&(_, _, notes)| notes).sum();
            // As completions they go the same way, which the events may fill.
            let enough = notes > 0 || setup.carry == Carry::Completion;
            assert!(events > u64::from(to) * 30 && enough, "{sent:?}");
            let mut expected = [Order::default(), Order::default()];
            for (from, events, notes) in sent {
                (0..events).for_each(|number| expected[0].note(from, number));
                (0..notes).for_each(|number| expected[1].note(from, number));
            }
            let read = rt.spawn_local_on(to, move |ctx| read(ctx, events)).unwrap();
            let read = rt.block_on(read).unwrap();
            assert_eq!([read, noted(&rt, ledger, notes)], expected);
            assert_sound(&rt);
            assert_no_overflow(&rt);
        }
    });
}

/// The windows of all senders together are no larger than the completion queue.
#[track_caller]
fn assert_no_overflow(rt: &Runtime) {
    for shard in rt.stats().shards {
        assert_eq!(shard.ring.overflows, 0, "{shard:?}");
    }
}

/// Resident memory in KiB.
fn resident() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

#[test]
fn a_small_ring_takes_a_flood_while_its_shard_computes() {
    const EACH: u64 = 20_000;
    const MAILBOX: u64 = 256;
    each_carry(&[2, 4], |setup| {
        let builder = setup.builder().ring_entries(64).mailbox(MAILBOX as usize);
        let rt = builder.build().unwrap();
        let to = setup.last();
        let ledger = open(&rt, to);
        let outside = [OUTSIDE, OUTSIDE + 1];
        let senders = || (0..to).chain(outside);
        // And as many messages.
        let events = EACH * senders().count() as u64;
        let read = rt.spawn_local_on(to, move |ctx| read(ctx, events)).unwrap();
        // Of every quarter of a second that its shard has, it computes for most.
        let computes = rt.spawn_local_on(to, |_| async {
            for _ in 0..5 {
                let begin = Instant::now();
                while begin.elapsed() < Duration::from_millis(200) {
                    std::hint::spin_loop();
                }
                for _ in 0..50 {
                    yield_now().await;
                }
            }
        });
        let before = resident();
        let floods: Vec<_> = (0..to)
            .map(|from| rt.spawn_local_on(from, move |ctx| flood(ctx, to, ledger, EACH)))
            .collect();
        let port = rt.remote(to).unwrap();
        let threads = outside.map(|from| flooding(&port, ledger, from, EACH));
        let mut most = before;
        while !threads.iter().all(|thread| thread.is_finished()) {
            let depth: usize = rt.stats().actors.iter().map(|actor| actor.depth).sum();
            // An eighth of it may be on lease.
            assert!(depth as u64 <= MAILBOX + MAILBOX / 8, "{depth}");
            most = most.max(resident());
            thread::sleep(Duration::from_millis(5));
        }
        for thread in threads {
            thread.join().unwrap();
        }
        for flood in floods {
            rt.block_on(flood.unwrap()).unwrap();
        }
        rt.block_on(computes.unwrap()).unwrap();
        rt.block_on(read).unwrap().assert(senders(), EACH);
        noted(&rt, ledger, events).assert(senders(), EACH);
        assert!(most - before < 16 * 1024, "{} KiB more", most - before);
        assert_sound(&rt);
        assert_no_overflow(&rt);
    });
}

fn flooding(
    port: &RemoteShard,
    ledger: LedgerHandle,
    from: u16,
    each: u64,
) -> thread::JoinHandle<()> {
    let port = port.clone();
    thread::spawn(move || flood_from_outside(&port, ledger, from, each))
}

#[test]
fn a_shard_that_only_receives_hears_all() {
    const EACH: u64 = 20_000;
    each_carry(&[4], |setup| {
        for ring_entries in [1, 8, 1024] {
            let rt = setup.builder().ring_entries(ring_entries).build().unwrap();
            let to = setup.last();
            let ledger = open(&rt, to);
            let outside = [OUTSIDE, OUTSIDE + 1];
            let senders = || (0..to).chain(outside);
            // And as many messages.
            let events = EACH * senders().count() as u64;
            let read = rt.spawn_local_on(to, move |ctx| read(ctx, events)).unwrap();
            let floods: Vec<_> = (0..to)
                .map(|from| rt.spawn_local_on(from, move |ctx| flood(ctx, to, ledger, EACH)))
                .collect();
            let port = rt.remote(to).unwrap();
            let threads = outside.map(|from| flooding(&port, ledger, from, EACH));
            for thread in threads {
                thread.join().unwrap();
            }
            for flood in floods {
                rt.block_on(flood.unwrap()).unwrap();
            }
            rt.block_on(read).unwrap().assert(senders(), EACH);
            noted(&rt, ledger, events).assert(senders(), EACH);
            assert_sound(&rt);
        }
    });
}

/// A task that sends in rounds for long, without a pause, to a shard that sleeps between them: each round rings a bell.
#[test]
fn a_long_turn_that_rings_often_leaves_nothing_to_the_kernel() {
    each_carry(&[2], |setup| {
        let rt = setup
            .builder()
            .ring_entries(8)
            .spin(Duration::ZERO)
            .mailbox(4096)
            .build()
            .unwrap();
        let ledger = open(&rt, 1);
        let sent = rt.spawn_on(0, async move {
            let mut number = 0;
            for _ in 0..1000 {
                for _ in 0..64 {
                    number += u32::from(fits(ledger.note(0, number)));
                }
                thread::sleep(Duration::from_micros(300));
            }
        });
        rt.block_on(sent.unwrap()).unwrap();
        assert_sound(&rt);
        assert_no_overflow(&rt);
    });
}
