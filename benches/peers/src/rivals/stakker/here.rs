//! The workloads on a single thread.

use super::actors::{Adder, Drives, driver, start_driver};
use super::shard;
use crate::measure::{Measured, Stopwatch, resident_bytes};
use crate::rivals::conduct::{Body, Driver, Order};
use crate::workload::ROOM;
use stakker::{ActorOwn, CX, actor, call, ret_nop, ret_some_to};
use std::sync::mpsc;

pub fn asking() -> Driver {
    alone(Work::Asks)
}

pub fn telling() -> Driver {
    alone(Work::Tells)
}

pub fn starting() -> Driver {
    alone(Work::Starts)
}

fn alone(work: Work) -> Driver {
    driver(
        shard(0, move |stakker| start_driver::<Alone>(stakker, work))
            .recv()
            .expect("it starts"),
    )
}

#[derive(Clone, Copy, PartialEq)]
enum Work {
    Asks,
    Tells,
    Starts,
}

struct Alone {
    work: Work,
    actors: Vec<ActorOwn<Adder>>,
    operations: u64,
    n: u64,
    resident: u64,
    stopwatch: Option<Stopwatch>,
    report: mpsc::Sender<Measured>,
}

impl Drives for Alone {
    type Setting = Work;

    fn init(cx: CX![], work: Work, report: mpsc::Sender<Measured>) -> Option<Self> {
        let actors = vec![actor!(cx, Adder::init(), ret_nop!())];
        Some(Self {
            work,
            actors,
            operations: 0,
            n: 0,
            resident: 0,
            stopwatch: None,
            report,
        })
    }

    fn obey(&mut self, cx: CX![], order: Order) {
        let Order::Do(operations) = order else {
            panic!("only waking needs to know where")
        };
        (self.operations, self.n, self.resident) = (operations, 0, resident_bytes());
        self.stopwatch = Some(Stopwatch::start());
        self.go_on(cx);
    }
}

impl Alone {
    fn go_on(&mut self, cx: CX![]) {
        match self.work {
            Work::Asks => self.ask(cx),
            Work::Tells | Work::Starts if self.n == self.operations => self.check(cx),
            Work::Tells | Work::Starts => {
                // As much as there would be room for; then the queue runs before the next lot.
                let next = self.operations.min(self.n + ROOM as u64);
                while self.n < next {
                    self.add_one(cx);
                    self.n += 1;
                }
                call!([cx], go_on());
            }
        }
    }

    fn add_one(&mut self, cx: CX![]) {
        match self.work {
            Work::Starts => self.actors.push(actor!(cx, Adder::init(), ret_nop!())),
            _ => call!([self.actors[0]], tell(u64::nth(self.n))),
        }
    }

    fn ask(&mut self, cx: CX![]) {
        let ret = ret_some_to!([cx], answered() as (u64));
        call!([self.actors[0]], ask(self.n, ret));
    }

    fn answered(&mut self, cx: CX![], answer: u64) {
        self.n += 1;
        assert_eq!(answer, self.n);
        if self.n < self.operations {
            self.ask(cx)
        } else {
            self.done()
        }
    }

    /// All that was told or started is through once the last actor has answered.
    fn check(&mut self, cx: CX![]) {
        let ret = ret_some_to!([cx], checked() as (u64));
        call!([self.actors.last().expect("there is an actor")], sum(ret));
    }

    fn checked(&mut self, _: CX![], sum: u64) {
        assert_eq!(
            sum,
            if self.work == Work::Tells {
                u64::total(self.operations)
            } else {
                0
            }
        );
        self.done();
    }

    fn done(&mut self) {
        let measured = self
            .stopwatch
            .take()
            .expect("there was an order")
            .stop(self.operations);
        let resident = (self.work == Work::Starts)
            .then(|| (resident_bytes() - self.resident) / self.operations);
        self.report
            .send(Measured {
                resident,
                ..measured
            })
            .expect("the main thread waits");
    }
}
