//! The workloads.

use crate::bound::message::{ADD, CPU, Message, NEXT, SUM, Value};
use crate::bound::pair::{run, with_caller};
use crate::bound::side::Side;
use crate::measure::{Measured, Stopwatch, current_cpu};
use std::sync::atomic::AtomicU64;
use std::sync::mpsc::channel;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// The actor that is asked and told.
const ACTOR: u32 = 3;
/// How many tells go out before the peer is looked after: what a turn of an event loop would send.
const TURN: u64 = 64;
/// How many actors of each side a round asks.
const HALF: u32 = 32;

pub fn ask_across(operations: u64) -> Measured {
    run(|side| {
        ask_each(side, operations / 10);
        let watch = Stopwatch::start();
        ask_each(side, operations);
        watch.stop(operations)
    })
}

fn ask_each(side: &mut Side<u64>, operations: u64) {
    for n in 0..operations {
        assert_eq!(ask(side, NEXT, n), n + 1);
    }
}

#[inline]
fn ask<V: Value>(side: &mut Side<V>, kind: u32, value: V) -> u64 {
    side.send(Message::new(ACTOR, kind, value));
    side.flush();
    side.await_replies(side.replied + 1);
    side.replies[ACTOR as usize]
}

pub fn tell_across<V: Value>(operations: u64) -> Measured {
    run::<V, _>(|side| {
        let before = tell_and_sum(side, operations / 10);
        let watch = Stopwatch::start();
        let after = tell_and_sum(side, operations);
        let measured = watch.stop(operations);
        let sum: u64 = (0..operations).map(|n| V::nth(n).summand()).sum();
        assert_eq!(after - before, sum);
        measured
    })
}

/// Tells, and returns the sum of all that was ever told.
fn tell_and_sum<V: Value>(side: &mut Side<V>, operations: u64) -> u64 {
    for n in 0..operations {
        side.send(Message::new(ACTOR, ADD, V::nth(n)));
        if n % TURN == 0 {
            side.flush();
        }
    }
    ask(side, SUM, V::reply(0))
}

pub fn tell_here(operations: u64) -> Measured {
    run(|side| {
        let before = tell_here_and_sum(side, operations / 10);
        let watch = Stopwatch::start();
        let after = tell_here_and_sum(side, operations);
        let measured = watch.stop(operations);
        assert_eq!(after - before, (0..operations).sum::<u64>());
        measured
    })
}

fn tell_here_and_sum(side: &mut Side<u64>, operations: u64) -> u64 {
    for n in 0..operations {
        side.send_here(Message::new(ACTOR, ADD, n));
        if n % TURN == TURN - 1 {
            side.serve_here();
        }
    }
    side.send_here(Message::new(ACTOR, SUM, 0));
    side.serve_here();
    side.replies[ACTOR as usize]
}

pub fn ask_here(operations: u64) -> Measured {
    run(|side| {
        ask_each_here(side, operations / 10);
        let watch = Stopwatch::start();
        ask_each_here(side, operations);
        watch.stop(operations)
    })
}

fn ask_each_here(side: &mut Side<u64>, operations: u64) {
    for n in 0..operations {
        side.send_here(Message::new(ACTOR, NEXT, n));
        side.serve_here();
        assert_eq!(side.replies[ACTOR as usize], n + 1);
    }
}

pub fn fan(operations: u64) -> Measured {
    let rounds = operations / u64::from(2 * HALF);
    run(|side| {
        fan_out(side, rounds / 10);
        let watch = Stopwatch::start();
        fan_out(side, rounds);
        watch.stop(operations)
    })
}

fn fan_out(side: &mut Side<u64>, rounds: u64) {
    for round in 0..rounds {
        let replied = side.replied + u64::from(2 * HALF);
        for actor in 0..HALF {
            side.send(Message::new(actor, NEXT, round));
        }
        side.flush();
        for actor in HALF..2 * HALF {
            side.send_here(Message::new(actor, NEXT, round));
        }
        side.await_replies(replied);
        assert!(side.replies.iter().all(|&reply| reply == round + 1));
    }
}

/// Each time near is called, it asks once; the caller sleeps in between, so that both sides do.
pub fn wake(operations: u64) -> Measured {
    let (answered, answers) = channel();
    let near = move |side: &mut Side<u64>, called: &AtomicU64| {
        let far = ask(side, CPU, 0) as u32;
        for n in 0..operations {
            side.sleep_until_called(called, n + 1);
            let start = Instant::now();
            assert_eq!(ask(side, NEXT, n), n + 1);
            answered.send(start.elapsed()).expect("the caller waits");
        }
        (current_cpu(), far)
    };
    let (cpus, (took, measured)) = with_caller(near, |caller| {
        let watch = Stopwatch::start();
        let ask_once = |_| {
            sleep(Duration::from_millis(1));
            caller.call();
            answers.recv().expect("near answers")
        };
        let took: Duration = (0..operations).map(ask_once).sum();
        (took, watch.stop(operations))
    });
    Measured {
        nanos: took.as_nanos() as u64,
        cpus: Some(cpus),
        ..measured
    }
}

pub fn idle() -> Measured {
    let near = |side: &mut Side<u64>, called: &AtomicU64| {
        assert_eq!(ask(side, NEXT, 1), 2);
        side.sleep_until_called(called, 1);
    };
    let ((), measured) = with_caller(near, |caller| {
        // By then both sleep.
        sleep(Duration::from_millis(100));
        let watch = Stopwatch::start();
        sleep(Duration::from_secs(3));
        let measured = watch.stop(1);
        caller.call();
        measured
    });
    measured
}
