//! Wake-ups: every single message of each kind ends its shard's sleep, however close to falling asleep that was.

use crate::common::eventually;
use crate::{assert_sound, each_carry, hold};
use spargio::{AskError, Cx, Event, RingMsg, Runtime, ShardCtx, ShardId, shard_actor};
use std::sync::mpsc::{Sender, channel};
use std::time::Duration;

/// Of each kind, with each setup.
const ROUNDS: u64 = 2_000;

/// How long a message may take. A lost wake-up takes for ever.
const PATIENCE: Duration = Duration::from_secs(30);

#[derive(RingMsg)]
enum SleeperMsg {
    Tell(u64),
    /// Its record goes through the lane on every carry.
    Page([u64; 3]),
    #[ring(reply = u64)]
    Ask(u64),
    /// Comes back to whom it is from.
    Ball(SleeperHandle),
    Parcel(SleeperHandle, [u64; 2]),
}

/// Says outside what it was told, and when it has had a ball or a parcel so often.
#[shard_actor(msg = SleeperMsg)]
struct Sleeper {
    heard: Sender<u64>,
    balls: u64,
}

impl SleeperBehavior for Sleeper {
    async fn tell(&mut self, _: &Cx<Self>, value: u64) {
        _ = self.heard.send(value);
    }
    async fn page(&mut self, _: &Cx<Self>, value: [u64; 3]) {
        _ = self.heard.send(value[2]);
    }
    async fn ask(&mut self, _: &Cx<Self>, value: u64) -> u64 {
        pause(value);
        value
    }
    async fn ball(&mut self, cx: &Cx<Self>, value: SleeperHandle) {
        self.balls += 1;
        pause(self.balls);
        match self.balls {
            ROUNDS => _ = self.heard.send(ROUNDS),
            balls if balls % 2 == 0 => value.ball(cx.handle()).unwrap(),
            _ => value.parcel(cx.handle(), [0; 2]).unwrap(),
        }
    }
    async fn parcel(&mut self, cx: &Cx<Self>, arg0: SleeperHandle, _: [u64; 2]) {
        self.ball(cx, arg0).await;
    }
}

/// Blocks for a time that is another in each round, so that some messages meet a shard as it falls asleep; in each third,
/// for so long that the next meets it asleep even where it takes its time, as under a sanitizer.
fn pause(round: u64) {
    match round % 3 {
        0 => std::thread::sleep(Duration::from_micros(100)),
        _ => (0..round * 7919 % 2_000).for_each(|_| std::hint::spin_loop()),
    }
}

fn sleeper(rt: &Runtime, shard: ShardId, heard: &Sender<u64>) -> SleeperHandle {
    let heard = heard.clone();
    let start = rt
        .remote(shard)
        .unwrap()
        .start(|| Sleeper { heard, balls: 0 });
    rt.block_on(start).unwrap()
}

fn parks(rt: &Runtime, shard: ShardId) -> u64 {
    rt.stats().shards[usize::from(shard)].parks
}

/// Never spinning, and as by default.
fn each_spin(setup: &crate::common::Setup, test: impl Fn(&Runtime)) {
    for spin in [Duration::ZERO, Duration::from_micros(20)] {
        let rt = setup.builder().spin(spin).build().unwrap();
        test(&rt);
        assert_sound(&rt);
        if spin.is_zero() {
            let parks = parks(&rt, setup.last());
            assert!(parks > ROUNDS / 4, "it slept {parks} times");
        }
    }
}

#[test]
fn every_message_from_outside_wakes_its_shard() {
    each_carry(&[1, 2], |setup| {
        each_spin(setup, |rt| {
            let to = setup.last();
            let (heard, hears) = channel();
            let (sleeper, port) = (sleeper(rt, to, &heard), rt.remote(to).unwrap());
            let listen = async move |ctx: ShardCtx| loop {
                let Event::RingMsg { val, .. } = ctx.next_event().await;
                _ = heard.send(val);
            };
            drop(rt.spawn_local_on(to, listen).unwrap());
            let client = rt.client();
            for round in 0..4 * ROUNDS {
                let before = parks(rt, to);
                match round % 4 {
                    0 => drop(port.send_raw(0, round).unwrap()),
                    1 => sleeper.tell(round).unwrap(),
                    2 => sleeper.page([0, 0, round]).unwrap(),
                    _ => {
                        let ask = sleeper.ask(&client, round).timeout(PATIENCE);
                        assert_eq!(rt.block_on(ask), Ok(round));
                        continue;
                    }
                }
                assert_eq!(hears.recv_timeout(PATIENCE), Ok(round));
                // The next meets it asleep, or as it falls asleep.
                if round / 4 % 2 == 0 {
                    eventually("it sleeps again", || parks(rt, to) > before);
                }
                pause(round);
            }
        });
    });
}

#[test]
fn every_event_from_a_shard_wakes_its_target() {
    each_carry(&[2, 4], |setup| {
        each_spin(setup, |rt| {
            let to = setup.last();
            let players = [(0, to), (to, 0)].map(|(at, other)| {
                let play = move |ctx| play(ctx, other, at == 0);
                rt.spawn_local_on(at, play).unwrap()
            });
            for player in players {
                rt.block_on(player).unwrap();
            }
        });
    });
}

/// Sends an event to and fro with another shard; each sleeps while the other has it.
async fn play(ctx: ShardCtx, other: ShardId, serves: bool) {
    let port = ctx.remote(other).unwrap();
    if serves {
        drop(port.send_raw(0, 0).unwrap());
    }
    for round in 1..=ROUNDS {
        let Event::RingMsg { from, val, .. } = ctx.next_event().await;
        let expected = if serves { round } else { round - 1 };
        assert_eq!((from, val), (Some(other), expected));
        pause(round);
        if !(serves && round == ROUNDS) {
            drop(port.send_raw(0, round).unwrap());
        }
    }
}

#[test]
fn every_tell_from_a_shard_wakes_its_target() {
    each_carry(&[2, 4], |setup| {
        each_spin(setup, |rt| {
            let (heard, hears) = channel();
            let [first, last] = [0, setup.last()].map(|shard| sleeper(rt, shard, &heard));
            first.ball(last).unwrap();
            assert_eq!(hears.recv_timeout(PATIENCE), Ok(ROUNDS));
        });
    });
}

#[test]
fn every_ask_from_a_shard_wakes_its_target_and_its_reply_the_asker() {
    each_carry(&[2, 4], |setup| {
        each_spin(setup, |rt| {
            let last = sleeper(rt, setup.last(), &channel().0);
            let asks = rt.spawn_local_on(0, move |ctx| async move {
                for round in 0..ROUNDS {
                    let reply = last.ask(&ctx, round).timeout(PATIENCE).await;
                    assert_eq!(reply, Ok(round));
                    pause(round * 31);
                }
            });
            rt.block_on(asks.unwrap()).unwrap();
        });
    });
}

#[test]
fn a_sleep_that_a_timer_ends_has_not_failed() {
    each_carry(&[2, 4], |setup| {
        let rt = setup.build();
        let last = sleeper(&rt, setup.last(), &channel().0);
        let held = hold(&rt, setup.last());
        let asks = rt.spawn_local_on(0, move |ctx| async move {
            for round in 0..20 {
                let ask = last.ask(&ctx, round).timeout(Duration::from_millis(5));
                assert_eq!(ask.await, Err(AskError::Timeout));
            }
        });
        rt.block_on(asks.unwrap()).unwrap();
        held.0.open();
        assert_sound(&rt);
    });
}
