//! The actor that every workload drives, from its own thread and from another.

use crate::measure::{Measured, current_cpu};
use crate::rivals::conduct::{Body, Driver, Order};
use stakker::sync::Channel;
use stakker::{CX, Core, Ret, actor, actor_new, call, fwd_to, ret, ret_nop};
use std::sync::mpsc;

/// What another thread may send.
pub enum Message<B> {
    /// From now on answers go there: sent once, for a channel is too dear to clone for each ask.
    Connect(Channel<u64>),
    Tell(B),
    /// Answered by `n + 1`.
    Ask(u64),
    /// Answered by the sum, which then starts anew.
    Sum,
    /// Answered by the CPU.
    Where,
}

/// Adds up what it is told.
pub struct Adder {
    sum: u64,
    asker: Option<Channel<u64>>,
}

impl Adder {
    pub fn init(_: CX![]) -> Option<Self> {
        Some(Self {
            sum: 0,
            asker: None,
        })
    }

    pub fn tell<B: Body>(&mut self, _: CX![], body: B) {
        self.sum += body.value();
    }

    pub fn ask(&mut self, _: CX![], n: u64, ret: Ret<u64>) {
        ret!([ret], n + 1);
    }

    pub fn sum(&mut self, _: CX![], ret: Ret<u64>) {
        ret!([ret], std::mem::take(&mut self.sum));
    }

    pub fn deliver<B: Body>(&mut self, cx: CX![], message: Message<B>) {
        match message {
            Message::Connect(asker) => self.asker = Some(asker),
            Message::Tell(body) => self.tell(cx, body),
            Message::Ask(n) => self.answer(n + 1),
            Message::Sum => {
                let sum = std::mem::take(&mut self.sum);
                self.answer(sum);
            }
            Message::Where => self.answer(u64::from(current_cpu())),
        }
    }

    fn answer(&self, n: u64) {
        let asker = self.asker.as_ref().expect("who asks has connected");
        assert!(asker.send(n), "who asks lives");
    }
}

/// An actor that other threads reach by a channel. It lives as long as the process.
pub fn reachable<B: Body>(core: &mut Core) -> Channel<Message<B>> {
    let actor = actor!(core, Adder::init(), ret_nop!());
    let (channel, guard) = Channel::new(core, fwd_to!([actor], deliver() as (Message<B>)));
    std::mem::forget((actor, guard));
    channel
}

/// An actor that drives a workload.
pub trait Drives: Sized + 'static {
    type Setting: 'static;

    fn init(cx: CX![], setting: Self::Setting, report: mpsc::Sender<Measured>) -> Option<Self>;

    fn obey(&mut self, cx: CX![], order: Order);
}

/// Starts a driver, which lives as long as the process. What is returned is for the main thread.
pub fn start_driver<D: Drives>(
    core: &mut Core,
    setting: D::Setting,
) -> (Channel<Order>, mpsc::Receiver<Measured>) {
    let (sender, report) = mpsc::channel();
    let driver = actor_new!(core, D, ret_nop!());
    call!([driver], D::init(setting, sender));
    let (orders, guard) = Channel::new(core, fwd_to!([driver], obey() as (Order)));
    std::mem::forget((driver, guard));
    (orders, report)
}

/// The main thread's end of a driver.
pub fn driver((orders, report): (Channel<Order>, mpsc::Receiver<Measured>)) -> Driver {
    Driver::new(
        move |order| assert!(orders.send(order), "the driver lives"),
        report,
    )
}
