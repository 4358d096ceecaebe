//! A shard whose user code blocks its thread: the others go on, and all that was accepted arrives afterwards.

use crate::common::yield_now;
use crate::ledger::{LedgerHandle, OUTSIDE, fits, noted, open, read};
use crate::{assert_sound, each_carry, hold};
use spargio::{Event, Runtime, ShardCtx, ShardId};
use std::thread;
use std::time::{Duration, Instant};

const MAILBOX: u64 = 100;
const BLOCKED: ShardId = 2;

/// Events go to and fro between two shards, and an ask with each.
async fn play(ctx: ShardCtx, other: ShardId, ledger: LedgerHandle, rounds: u64) {
    for round in 0..rounds {
        let ball = ctx.remote(other).unwrap().send_raw(ctx.shard_id(), round);
        ball.unwrap().await.unwrap();
        let Event::RingMsg { from, val, .. } = ctx.next_event().await;
        assert_eq!((from, val), (Some(other), round));
        ledger.order(&ctx).await.unwrap();
    }
}

fn play_between_0_and_1(rt: &Runtime, ledgers: [LedgerHandle; 2], rounds: u64) {
    let players = [(0, 1), (1, 0)].map(|(at, other)| {
        let ledger = ledgers[usize::from(other)];
        rt.spawn_local_on(at, move |ctx| play(ctx, other, ledger, rounds))
            .unwrap()
    });
    for player in players {
        rt.block_on(player).unwrap();
    }
}

#[test]
fn others_go_on_while_a_shard_is_blocked_for_a_second() {
    each_carry(&[3], |setup| {
        for ring_entries in [4, 1024] {
            let builder = setup.builder().ring_entries(ring_entries);
            let rt = builder.mailbox(MAILBOX as usize).build().unwrap();
            let players = [0, 1].map(|shard| open(&rt, shard));
            let from_outside = open(&rt, BLOCKED);
            let from_shards = open(&rt, BLOCKED);
            let begin = Instant::now();
            let held = hold(&rt, BLOCKED);

            let accepted = (0..).take_while(|&number| fits(from_outside.note(OUTSIDE, number)));
            assert_eq!(accepted.count() as u64, MAILBOX, "up to its mailbox");
            // Two shards send all the time, and give others their turn.
            let senders = [0, 1].map(|from| {
                let sent = rt.spawn_local_on(from, move |_| nag(from_shards, from, 1_000));
                sent.unwrap()
            });
            let events = rt.spawn_local_on(0, move |ctx| async move {
                let port = ctx.remote(BLOCKED).unwrap();
                for number in 0..1_000 {
                    while !fits(port.send_raw(0, number)) {
                        yield_now().await;
                    }
                }
            });

            play_between_0_and_1(&rt, players, 1_000);
            assert!(!fits(from_outside.note(OUTSIDE, 0)), "still full");
            // What is played while the shard is blocked for a second, however fast that goes.
            while begin.elapsed() < Duration::from_secs(1) {
                play_between_0_and_1(&rt, players, 100);
                thread::yield_now();
            }
            let handled = rt.stats().shards[usize::from(BLOCKED)].handled;
            assert_eq!(handled, 0, "it is blocked");

            held.0.open();
            let read = rt.spawn_local_on(BLOCKED, |ctx| read(ctx, 1_000)).unwrap();
            for sender in senders {
                rt.block_on(sender).unwrap();
            }
            rt.block_on(events.unwrap()).unwrap();
            rt.block_on(read).unwrap().assert([0], 1_000);
            noted(&rt, from_outside, MAILBOX).assert([OUTSIDE], MAILBOX);
            noted(&rt, from_shards, 2_000).assert([0, 1], 1_000);
            assert_sound(&rt);
        }
    });
}

/// Sends so many notes, asking again and again whether there is room.
async fn nag(ledger: LedgerHandle, from: ShardId, notes: u32) {
    for number in 0..notes {
        while !fits(ledger.note(from, number)) {
            yield_now().await;
        }
    }
}
