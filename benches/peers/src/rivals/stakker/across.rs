//! The workloads that cross from one thread to another.

use super::actors::{Drives, Message, driver, reachable, start_driver};
use super::shard;
use crate::measure::{Measured, Stopwatch, current_cpu};
use crate::rivals::conduct::{Body, Driver, Order};
use stakker::sync::{Channel, ChannelGuard};
use stakker::{CX, fwd_to};
use std::sync::mpsc;

/// Asks one question after the other.
pub fn asking() -> Driver {
    pair::<u64>(Work::Asks)
}

/// Tells bodies, and then asks for the sum.
pub fn telling<B: Body>() -> Driver {
    pair::<B>(Work::Tells)
}

fn pair<B: Body>(work: Work) -> Driver {
    let far = shard(1, |stakker| reachable::<B>(stakker))
        .recv()
        .expect("far starts");
    driver(
        shard(0, move |stakker| {
            start_driver::<Near<B>>(stakker, (work, far))
        })
        .recv()
        .expect("near starts"),
    )
}

/// Four threads, each of which asks the next.
pub fn ring() -> Vec<Driver> {
    let (to, from): (Vec<_>, Vec<_>) = (0..4).map(|_| mpsc::channel()).unzip();
    let threads = from.into_iter().enumerate().map(|(thread, next)| {
        // The actor of a thread goes to the thread before it.
        let before = to[(thread + 3) % 4].clone();
        shard(thread % 2, move |stakker| {
            before
                .send(reachable::<u64>(stakker))
                .expect("all threads start");
            let next = next.recv().expect("all threads start");
            start_driver::<Near<u64>>(stakker, (Work::Asks, next))
        })
    });
    let threads: Vec<_> = threads.collect();
    threads
        .into_iter()
        .map(|thread| driver(thread.recv().expect("all threads start")))
        .collect()
}

#[derive(Clone, Copy)]
enum Work {
    Asks,
    Tells,
}

/// The driver.
struct Near<B: Body> {
    work: Work,
    far: Channel<Message<B>>,
    order: Order,
    n: u64,
    stopwatch: Option<Stopwatch>,
    report: mpsc::Sender<Measured>,
    _open: ChannelGuard,
}

impl<B: Body> Drives for Near<B> {
    type Setting = (Work, Channel<Message<B>>);

    fn init(cx: CX![], (work, far): Self::Setting, report: mpsc::Sender<Measured>) -> Option<Self> {
        let answered = fwd_to!([cx], answered() as (u64));
        let (answers, _open) = Channel::new(cx, answered);
        far.send(Message::Connect(answers));
        Some(Self {
            work,
            far,
            order: Order::Where,
            n: 0,
            stopwatch: None,
            report,
            _open,
        })
    }

    fn obey(&mut self, _: CX![], order: Order) {
        (self.order, self.n) = (order, 0);
        self.stopwatch = Some(Stopwatch::start());
        match (order, self.work) {
            (Order::Where, _) => self.send(Message::Where),
            (_, Work::Asks) => self.send(Message::Ask(0)),
            (Order::Do(operations), Work::Tells) => {
                (0..operations).for_each(|n| self.send(Message::Tell(B::nth(n))));
                self.send(Message::Sum);
            }
        }
    }
}

impl<B: Body> Near<B> {
    fn send(&self, message: Message<B>) {
        assert!(self.far.send(message), "far lives");
    }

    fn answered(&mut self, _: CX![], answer: u64) {
        match (self.order, self.work) {
            (Order::Where, _) => self.done(0, Some((current_cpu(), answer as u32))),
            (Order::Do(operations), Work::Tells) => {
                assert_eq!(answer, B::total(operations));
                self.done(operations, None);
            }
            (Order::Do(operations), Work::Asks) => {
                self.n += 1;
                assert_eq!(answer, self.n);
                if self.n < operations {
                    self.send(Message::Ask(self.n))
                } else {
                    self.done(operations, None)
                }
            }
        }
    }

    fn done(&mut self, operations: u64, cpus: Option<(u32, u32)>) {
        let measured = self
            .stopwatch
            .take()
            .expect("there was an order")
            .stop(operations);
        self.report
            .send(Measured { cpus, ..measured })
            .expect("the main thread waits");
    }
}
