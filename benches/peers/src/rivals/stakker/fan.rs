//! `Workload::Fan`: 32 actors here and 32 on the other thread.

use super::actors::{Adder, Drives, Message, driver, reachable, start_driver};
use super::shard;
use crate::measure::{Measured, Stopwatch};
use crate::rivals::conduct::{Driver, FAN, Order};
use stakker::sync::{Channel, ChannelGuard};
use stakker::{ActorOwn, CX, actor, call, fwd_to, ret_nop, ret_some_to};
use std::sync::mpsc;

pub fn fan() -> Driver {
    let far = shard(1, |stakker| {
        (0..FAN).map(|_| reachable::<u64>(stakker)).collect()
    })
    .recv()
    .expect("far starts");
    driver(
        shard(0, |stakker| start_driver::<Fan>(stakker, far))
            .recv()
            .expect("near starts"),
    )
}

struct Fan {
    here: Vec<ActorOwn<Adder>>,
    far: Vec<Channel<Message<u64>>>,
    round: u64,
    rounds: u64,
    answers: u64,
    sum: u64,
    stopwatch: Option<Stopwatch>,
    report: mpsc::Sender<Measured>,
    _open: ChannelGuard,
}

impl Drives for Fan {
    type Setting = Vec<Channel<Message<u64>>>;

    fn init(cx: CX![], far: Self::Setting, report: mpsc::Sender<Measured>) -> Option<Self> {
        let answered = fwd_to!([cx], answered() as (u64));
        let (answers, _open) = Channel::new(cx, answered);
        for far in &far {
            far.send(Message::Connect(answers.clone()));
        }
        let here = (0..FAN)
            .map(|_| actor!(cx, Adder::init(), ret_nop!()))
            .collect();
        Some(Self {
            here,
            far,
            round: 0,
            rounds: 0,
            answers: 0,
            sum: 0,
            stopwatch: None,
            report,
            _open,
        })
    }

    fn obey(&mut self, cx: CX![], order: Order) {
        let Order::Do(operations) = order else {
            panic!("only waking needs to know where")
        };
        (self.round, self.rounds) = (0, operations / (2 * FAN));
        self.stopwatch = Some(Stopwatch::start());
        self.ask_all(cx);
    }
}

impl Fan {
    fn ask_all(&mut self, cx: CX![]) {
        for far in &self.far {
            assert!(far.send(Message::Ask(self.round)), "far lives");
        }
        for here in &self.here {
            let ret = ret_some_to!([cx], answered() as (u64));
            call!([here], ask(self.round, ret));
        }
    }

    fn answered(&mut self, cx: CX![], answer: u64) {
        self.answers += 1;
        self.sum += answer;
        if self.answers < 2 * FAN {
            return;
        }
        self.round += 1;
        assert_eq!(self.sum, self.round * 2 * FAN);
        (self.answers, self.sum) = (0, 0);
        if self.round < self.rounds {
            self.ask_all(cx)
        } else {
            self.done()
        }
    }

    fn done(&mut self) {
        let measured = self
            .stopwatch
            .take()
            .expect("there was an order")
            .stop(self.rounds * 2 * FAN);
        self.report.send(measured).expect("the main thread waits");
    }
}
