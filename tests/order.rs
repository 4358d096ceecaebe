//! The promise: order is that of acceptance. If one send was accepted before another to the same actor began, both from
//! one shard or both from outside the shards, it is handled first: tells, asks and stops alike.

mod common;

use common::{SHARDS, Setup, each_backend, eventually, yield_now};
use futures::FutureExt;
use spargio::{Asker, Cx, Handle, RingMsg, Runtime, SendError, ShardCtx, ShardId, shard_actor};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;

#[derive(RingMsg)]
enum LogMsg {
    Tell {
        sender: u16,
        number: u32,
    },
    Wide {
        sender: u16,
        number: u32,
        ballast: [u64; 8],
    },
    Owned {
        sender: u16,
        number: u32,
        text: String,
    },
    #[ring(reply = (u16, u32))]
    Ask {
        sender: u16,
        number: u32,
    },
    #[ring(reply = String)]
    AskOwned {
        sender: u16,
        number: u32,
        text: String,
    },
    Slow {
        sender: u16,
        number: u32,
    },
}

type Entries = Arc<Mutex<Vec<(u16, u32)>>>;

#[shard_actor(msg = LogMsg)]
struct Log(Entries);

impl Log {
    fn note(&self, sender: u16, number: u32) {
        self.0.lock().unwrap().push((sender, number));
    }
}

impl LogBehavior for Log {
    async fn tell(&mut self, _: &Cx<Self>, sender: u16, number: u32) {
        self.note(sender, number);
    }
    async fn wide(&mut self, _: &Cx<Self>, sender: u16, number: u32, ballast: [u64; 8]) {
        assert_eq!(ballast, [u64::from(number); 8]);
        self.note(sender, number);
    }
    async fn owned(&mut self, _: &Cx<Self>, sender: u16, number: u32, text: String) {
        assert_eq!(text, number.to_string());
        self.note(sender, number);
    }
    async fn ask(&mut self, _: &Cx<Self>, sender: u16, number: u32) -> (u16, u32) {
        self.note(sender, number);
        (sender, number)
    }
    async fn ask_owned(&mut self, _: &Cx<Self>, sender: u16, number: u32, text: String) -> String {
        self.note(sender, number);
        text + "!"
    }
    /// A handler that lets others run meanwhile must not let messages overtake.
    async fn slow(&mut self, _: &Cx<Self>, sender: u16, number: u32) {
        yield_now().await;
        self.note(sender, number);
        yield_now().await;
    }
}

fn start(rt: &Runtime, shard: ShardId) -> (LogHandle, Entries) {
    let entries = Entries::default();
    let log = entries.clone();
    (
        rt.block_on(rt.remote(shard).unwrap().start(|| Log(log)))
            .unwrap(),
        entries,
    )
}

fn nth(sender: u16, number: u32) -> LogMsg {
    match number % 7 {
        0 | 1 => LogMsg::Tell { sender, number },
        2 => LogMsg::Wide {
            sender,
            number,
            ballast: [number.into(); 8],
        },
        3 => LogMsg::Slow { sender, number },
        4 => LogMsg::Owned {
            sender,
            number,
            text: number.to_string(),
        },
        // Asks sent as plain values.
        5 => LogMsg::Ask { sender, number },
        _ => LogMsg::AskOwned {
            sender,
            number,
            text: String::new(),
        },
    }
}

/// Tries until there is room.
fn insist(to: LogHandle, mut message: LogMsg) {
    while let Err(refused) = to.try_send(message) {
        assert!(matches!(refused, SendError::Full(_)), "{refused:?}");
        message = refused.into_inner();
        thread::yield_now();
    }
}

/// Sends batches of every kind, asks among them, and awaits the asks from the last to the first.
async fn send_mixed(to: LogHandle, sender: u16, asker: impl Asker<LogMsg>) {
    for batch in 0..200 {
        let (mut asks, mut texts) = (Vec::new(), Vec::new());
        for number in batch * 16..(batch + 1) * 16 {
            match number % 4 {
                0 => asks.push((number, to.ask(&asker, sender, number))),
                1 => texts.push((
                    number,
                    to.ask_owned(&asker, sender, number, number.to_string()),
                )),
                _ => to
                    .try_send(nth(sender, number))
                    .expect("the mailbox is larger than all batches"),
            }
        }
        for (number, ask) in asks.into_iter().rev() {
            assert_eq!(ask.await, Ok((sender, number)));
        }
        for (number, text) in texts.into_iter().rev() {
            assert_eq!(text.await, Ok(format!("{number}!")));
        }
    }
}

fn assert_in_order(entries: &[(u16, u32)], sender: u16, count: u32) {
    let of_sender: Vec<_> = entries
        .iter()
        .filter(|entry| entry.0 == sender)
        .map(|entry| entry.1)
        .collect();
    assert_eq!(of_sender.len(), count as usize, "from sender {sender}");
    let wrong = of_sender
        .iter()
        .zip(0..)
        .find(|&(&number, expected)| number != expected);
    assert_eq!(wrong, None, "from sender {sender}: what came, what was due");
}

fn mixed_from_everywhere(setup: &Setup, to: &[ShardId]) {
    let rt = setup.builder().mailbox(16_384).build().unwrap();
    for &target in to {
        let (log, entries) = start(&rt, target);
        let send = |shard| {
            rt.spawn_local_on(shard, move |ctx| send_mixed(log, shard, ctx))
                .unwrap()
        };
        let tasks: Vec<_> = (0..setup.shards as ShardId).map(send).collect();
        let (outside, client) = (setup.shards as u16, rt.client());
        rt.block_on(send_mixed(log, outside, client));
        for task in tasks {
            rt.block_on(task).unwrap();
        }
        eventually("all are handled", || {
            entries.lock().unwrap().len() == 3200 * (setup.shards + 1)
        });
        for sender in 0..=outside {
            assert_in_order(&entries.lock().unwrap(), sender, 3200);
        }
    }
}

#[test]
fn tells_and_asks_inline_and_with_bodies_are_handled_as_sent() {
    each_backend(&SHARDS, |setup| {
        mixed_from_everywhere(setup, &[0, setup.last()])
    });
}

#[test]
fn so_they_are_with_a_hundred_and_twenty_eight_shards() {
    each_backend(&[128], |setup| {
        let rt = setup.build();
        let (log, entries) = start(&rt, 77);
        let send = |shard: ShardId| async move {
            for number in 0..500 {
                log.send(nth(shard, number)).await.unwrap();
            }
        };
        let tasks: Vec<_> = (0..128)
            .map(|shard| rt.spawn_on(shard, send(shard)).unwrap())
            .collect();
        for task in tasks {
            rt.block_on(task).unwrap();
        }
        rt.shutdown().unwrap();
        (0..128).for_each(|sender| assert_in_order(&entries.lock().unwrap(), sender, 500));
    });
}

#[test]
fn threads_that_hand_over_to_each_other_keep_one_order() {
    const THREADS: u16 = 4;
    const ROUNDS: u32 = 4000;
    each_backend(&SHARDS, |setup| {
        // There is room for all: a refused ask would be lost.
        let rt = setup.builder().mailbox(ROUNDS as usize).build().unwrap();
        let (log, entries) = start(&rt, setup.last());
        let (senders, receivers): (Vec<_>, Vec<_>) =
            (0..THREADS).map(|_| mpsc::channel::<u32>()).unzip();
        let mut next = senders.clone();
        next.rotate_left(1);
        let threads: Vec<_> = receivers
            .into_iter()
            .zip(next)
            .zip(0..THREADS)
            .map(|((mine, next), me)| {
                let client = rt.client();
                thread::spawn(move || {
                    for number in mine {
                        match me {
                            // An ask takes its place when it is made, whoever awaits it and when.
                            0 => drop(log.ask(&client, 0, number)),
                            _ => insist(log, nth(0, number)),
                        }
                        if number + 1 == ROUNDS || next.send(number + 1).is_err() {
                            return;
                        }
                    }
                })
            })
            .collect();
        senders[0].send(0).unwrap();
        drop(senders);
        threads
            .into_iter()
            .for_each(|thread| thread.join().unwrap());
        rt.shutdown().unwrap();
        assert_in_order(&entries.lock().unwrap(), 0, ROUNDS);
    });
}

#[test]
fn a_stop_stands_in_the_order_like_a_tell() {
    each_backend(&SHARDS, |setup| {
        let rt = setup.build();
        for shard in 0..setup.shards as ShardId {
            let (log, entries) = start(&rt, setup.last());
            let sent = rt.spawn_local_on(shard, move |ctx: ShardCtx| async move {
                let asked = log.ask(&ctx, 0, 0);
                (1..200).for_each(|number| log.try_send(nth(0, number)).unwrap());
                log.stop();
                // Accepted, or dead already: never handled.
                (200..300).for_each(|number| drop(log.try_send(nth(0, number))));
                log.wait_stopped().await;
                asked.await
            });
            assert_eq!(rt.block_on(sent.unwrap()), Ok(Ok((0, 0))));
            assert_in_order(&entries.lock().unwrap(), 0, 200);
        }
    });
}

#[test]
fn a_stop_from_outside_stands_between_what_two_threads_send() {
    each_backend(&SHARDS, |setup| {
        let rt = setup.build();
        for count in 0..50 {
            let (log, entries) = start(&rt, setup.last());
            thread::scope(|scope| {
                (0..count).for_each(|number| insist(log, nth(0, number)));
                scope.spawn(|| log.stop()).join().unwrap();
                _ = log.try_send(nth(0, 1000));
            });
            rt.block_on(log.wait_stopped());
            assert_in_order(&entries.lock().unwrap(), 0, count);
        }
    });
}

#[test]
fn a_send_that_waits_is_handled_between_what_came_before_it_and_what_comes_after() {
    each_backend(&SHARDS, |setup| {
        let rt = setup.builder().mailbox(4).build().unwrap();
        let (log, entries) = start(&rt, setup.last());
        let mixed = |sender: u16| async move {
            let mut waits = 0;
            for number in 0..2000 {
                let mut send = log.send(nth(sender, number));
                // What finds room at once, right behind one that waited, must not overtake it either.
                if let Some(sent) = (&mut send).now_or_never() {
                    sent.unwrap();
                } else {
                    waits += 1;
                    send.await.unwrap();
                }
            }
            waits
        };
        let tasks: Vec<_> = (0..setup.shards as ShardId)
            .map(|shard| rt.spawn_on(shard, mixed(shard)).unwrap())
            .collect();
        let mut waits = rt.block_on(mixed(setup.shards as u16));
        for task in tasks {
            waits += rt.block_on(task).unwrap();
        }
        assert!(waits > 0, "the test is about sends that wait");
        rt.shutdown().unwrap();
        (0..=setup.shards as u16)
            .for_each(|sender| assert_in_order(&entries.lock().unwrap(), sender, 2000));
    });
}
