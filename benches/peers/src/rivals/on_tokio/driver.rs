//! The workloads, written once for every crate whose actors are tasks of tokio.

use super::actors::{Body, Family, Handle, Query, started};
use super::threads::Threads;
use crate::contestant::Contestant;
use crate::measure::{Measured, Stopwatch, current_cpu, pin, resident_bytes};
use crate::workload::Workload;
use std::marker::PhantomData;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::mpsc::unbounded_channel;

/// How many operations go ahead of the timed ones.
const WARM: u64 = 1_024;

/// Actors of one crate on one kind of threads.
pub struct Rival<F, T> {
    name: &'static str,
    setting: &'static str,
    kind: PhantomData<fn() -> (F, T)>,
}

impl<F, T> Rival<F, T> {
    pub const fn new(name: &'static str, setting: &'static str) -> Self {
        Self {
            name,
            setting,
            kind: PhantomData,
        }
    }
}

impl<F: Family, T: Threads + 'static> Contestant for Rival<F, T> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn setting(&self) -> &'static str {
        self.setting
    }

    fn operations(&self, workload: Workload) -> u64 {
        match workload {
            // Each ask puts two threads to sleep and wakes them, or has one CPU change threads: 10 to 30 us and more.
            Workload::AskAcross if T::APART => workload.operations() / 10,
            Workload::FourOnTwo if T::APART => workload.operations() / 4,
            _ => workload.operations(),
        }
    }

    fn run(&self, workload: Workload, operations: u64) -> Option<Measured> {
        Some(match workload {
            Workload::AskAcross => ask::<F, T>(2, operations),
            Workload::AskHere => ask::<F, T>(1, operations),
            Workload::TellAcross => tell::<u64, F, T>(2, operations),
            Workload::TellHere => tell::<u64, F, T>(1, operations),
            Workload::Body48 => tell::<[u64; 6], F, T>(2, operations),
            Workload::Vec1K => tell::<Vec<u8>, F, T>(2, operations),
            Workload::Wake => wake::<F, T>(operations),
            Workload::Fan => fan::<F, T>(operations),
            Workload::Start => start::<F, T>(operations),
            Workload::Idle => idle::<F, T>(),
            Workload::FourOnTwo => four_on_two::<F, T>(operations),
            // Their actors have tokio for I/O.
            _ => return None,
        })
    }
}

async fn asks<H: Handle<u64>>(actor: &H, count: u64) {
    for n in 0..count {
        assert_eq!(actor.ask(n).await, n + 1);
    }
}

/// The driver is on thread 0, the actor on the last one.
fn ask<F: Family, T: Threads>(count: usize, operations: u64) -> Measured {
    let threads = T::open(count);
    let actor = threads.wait(count - 1, F::Handle::<u64>::start());
    threads.wait(0, async move {
        asks(&actor, WARM).await;
        let watch = Stopwatch::start();
        asks(&actor, operations).await;
        watch.stop(operations)
    })
}

fn tell<B: Body, F: Family, T: Threads>(count: usize, operations: u64) -> Measured {
    let threads = T::open(count);
    let actor = threads.wait(count - 1, F::Handle::<B>::start());
    threads.wait(0, async move {
        tells(&actor, WARM).await;
        assert_eq!(actor.query(Query::Sum).await, B::total(WARM));
        let watch = Stopwatch::start();
        tells(&actor, operations).await;
        let sum = actor.query(Query::Sum).await;
        let measured = watch.stop(operations);
        assert_eq!(sum, B::total(WARM) + B::total(operations));
        measured
    })
}

async fn tells<B: Body, H: Handle<B>>(actor: &H, count: u64) {
    for n in 0..count {
        actor.tell(B::of(n)).await;
    }
}

/// The main thread pokes, and asks nothing back, so that it wakes nobody and nobody wakes it: it looks after its sleep
/// whether the ask has been answered.
fn wake<F: Family, T: Threads>(operations: u64) -> Measured {
    let threads = T::open(2);
    let actor = threads.wait(1, F::Handle::<u64>::start());
    let warm = actor.clone();
    threads.wait(0, async move { asks(&warm, WARM).await });
    let (poke, mut pokes) = unbounded_channel();
    let answered = Arc::new(AtomicU64::new(0));
    let done = answered.clone();
    let result = threads.run(0, async move {
        let mut nanos = 0;
        for n in 0..operations {
            pokes.recv().await.expect("the main thread pokes");
            let start = Instant::now();
            assert_eq!(actor.ask(n).await, n + 1);
            nanos += start.elapsed().as_nanos() as u64;
            answered.store(n + 1, Ordering::Release);
        }
        pokes.recv().await.expect("the main thread pokes");
        let far = actor.query(Query::Cpu).await as u32;
        (nanos, Some((current_cpu(), far)))
    });
    pin(0);
    let watch = Stopwatch::start();
    for n in 1..=operations {
        std::thread::sleep(Duration::from_millis(1));
        poke.send(()).expect("near waits for it");
        while done.load(Ordering::Acquire) < n {
            std::thread::sleep(Duration::from_millis(1));
        }
    }
    let measured = watch.stop(operations);
    poke.send(()).expect("near waits for it");
    let (nanos, cpus) = result.recv().expect("near has timed them");
    Measured {
        nanos,
        cpus,
        ..measured
    }
}

/// In each round the far actors are asked first, so that they are at work while near sends the rest.
fn fan<F: Family, T: Threads>(operations: u64) -> Measured {
    let threads = T::open(2);
    let actor = |n| threads.wait(usize::from(n < 32), F::Handle::<u64>::start());
    let actors: Vec<_> = (0..64).map(actor).collect();
    threads.wait(0, async move {
        rounds(&actors, 16).await;
        let watch = Stopwatch::start();
        rounds(&actors, operations / 64).await;
        watch.stop(operations / 64 * 64)
    })
}

async fn rounds<H: Handle<u64>>(actors: &[H], count: u64) {
    let mut answers = Vec::with_capacity(actors.len());
    for round in 0..count {
        for (actor, n) in actors.iter().zip(round..) {
            answers.push(actor.post(n).await);
        }
        for (answer, n) in answers.drain(..).zip(round..) {
            assert_eq!(answer.await, n + 1);
        }
    }
}

fn start<F: Family, T: Threads>(operations: u64) -> Measured {
    T::open(1).wait(0, async move {
        let warm = starts::<F::Handle<u64>>(WARM).await;
        let before = resident_bytes();
        let watch = Stopwatch::start();
        let actors = starts::<F::Handle<u64>>(operations).await;
        let measured = watch.stop(operations);
        let resident = Some((resident_bytes() - before) / operations);
        for (actor, n) in actors.iter().chain(&warm).zip(0..) {
            assert_eq!(actor.ask(n).await, n + 1);
        }
        Measured {
            resident,
            ..measured
        }
    })
}

/// Starts actors and waits until each has come to run.
async fn starts<H: Handle<u64>>(count: u64) -> Vec<H> {
    let all = started() + count;
    let mut actors = Vec::with_capacity(count as usize);
    for _ in 0..count {
        actors.push(H::start().await);
    }
    while started() < all {
        tokio::task::yield_now().await;
    }
    actors
}

fn idle<F: Family, T: Threads>() -> Measured {
    let threads = T::open(2);
    let actors = [0, 1].map(|t| threads.wait(t, F::Handle::<u64>::start()));
    for t in [0, 1] {
        let other = actors[1 - t].clone();
        threads.wait(t, async move { asks(&other, 1).await });
    }
    let watch = Stopwatch::start();
    std::thread::sleep(Duration::from_secs(3));
    watch.stop(1)
}

fn four_on_two<F: Family, T: Threads>(operations: u64) -> Measured {
    let threads = T::open(4);
    let actors = [0, 1, 2, 3].map(|t| threads.wait(t, F::Handle::<u64>::start()));
    let round = |asks_each| {
        let drivers = [0, 1, 2, 3].map(|t| {
            let next = actors[(t + 1) % 4].clone();
            threads.run(t, async move { asks(&next, asks_each).await })
        });
        drivers.map(|done| done.recv().expect("the driver does not panic"))
    };
    round(WARM / 4);
    let watch = Stopwatch::start();
    round(operations / 4);
    watch.stop(operations / 4 * 4)
}
