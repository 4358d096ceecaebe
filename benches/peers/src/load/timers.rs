//! Timers, all pending at once: half of them are cancelled, and the other half awaited.

use crate::load::{Io, measure};
use crate::measure::{Measured, Stopwatch, resident_bytes};
use futures::channel::oneshot::{Receiver, Sender, channel};
use futures::poll;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;
use std::time::{Duration, Instant};

/// How many tasks share them: glommio allows a task no more than 32,767 wakers.
const TASKS: u64 = 64;
/// From the first that is made to the first that is due: everybody has made all of them by then.
const LEAD: Duration = Duration::from_secs(4);
/// From the first that is due to the last.
const SPREAD: Duration = Duration::from_secs(1);
/// So many are made before others may run: Tokio lets no task do more at a time.
const BATCH: u64 = 64;
/// A prime, to make them in another order than they are due in.
const STEP: u64 = 2_654_435_761;

type Timers<S> = Vec<Option<(Instant, Pin<Box<S>>)>>;

pub fn fire<I: Io>(io: &I, operations: u64) -> Measured {
    measure(io, move || async move {
        round::<I>(operations / 100 / TASKS, LEAD / 20).await;
        let before = resident_bytes();
        let watch = Stopwatch::start();
        let pending = round::<I>(operations / TASKS, LEAD).await;
        let grown = pending.saturating_sub(before);
        Measured {
            resident: Some(grown / operations),
            ..watch.stop(operations)
        }
    })
}

/// Has each task make so many, and then all of them cancel and await theirs. Returns what was resident in between.
async fn round<I: Io>(each: u64, lead: Duration) -> u64 {
    let first = Instant::now() + lead;
    let tasks: Vec<_> = (0..TASKS)
        .map(|_| {
            let ((made, is_made), (go, goes)) = (channel(), channel());
            let (done, ended) = channel();
            I::spawn(keep(I::sleep_until, each, first, (made, goes, done)));
            (is_made, go, ended)
        })
        .collect();
    let (mut start, mut ends) = (Vec::new(), Vec::new());
    for (is_made, go, ended) in tasks {
        is_made.await.expect("all are made in time");
        start.push(go);
        ends.push(ended);
    }
    let resident = resident_bytes();
    for go in start {
        go.send(()).expect("the task waits");
    }
    for ended in ends {
        ended.await.expect("none is early");
    }
    resident
}

/// One of the tasks: says when its timers are made, goes on when it may, and says when the last has fired.
async fn keep<S: Future>(
    sleep_until: impl Fn(Instant) -> S,
    timers: u64,
    first: Instant,
    (made, goes, done): (Sender<()>, Receiver<()>, Sender<()>),
) {
    let list = start(sleep_until, timers, first).await;
    made.send(()).expect("all are waited for");
    goes.await.expect("all are told");
    await_half(list).await;
    done.send(()).expect("all are waited for");
}

/// Starts as many, due in the order of the list.
async fn start<S: Future>(
    sleep_until: impl Fn(Instant) -> S,
    timers: u64,
    first: Instant,
) -> Timers<S> {
    let mut list: Timers<S> = (0..timers).map(|_| None).collect();
    for n in 0..timers {
        let place = n * STEP % timers;
        let due = first + SPREAD.mul_f64(place as f64 / timers as f64);
        let mut timer = Box::pin(sleep_until(due));
        // It begins when it is first polled.
        assert!(poll!(&mut timer).is_pending(), "it is made in time");
        list[place as usize] = Some((due, timer));
        if n % BATCH == BATCH - 1 {
            yield_once().await;
        }
    }
    list
}

/// Cancels every other timer, and awaits those that are left. None may be early.
async fn await_half<S: Future>(mut timers: Timers<S>) {
    for timer in timers.iter_mut().step_by(2) {
        assert!(timer.take().is_some(), "each has a place of its own");
    }
    for (due, timer) in timers.into_iter().flatten() {
        timer.await;
        assert!(Instant::now() >= due, "it is not early");
    }
}

/// Lets others run.
async fn yield_once() {
    let mut yielded = false;
    poll_fn(|task| {
        if std::mem::replace(&mut yielded, true) {
            return Poll::Ready(());
        }
        task.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
