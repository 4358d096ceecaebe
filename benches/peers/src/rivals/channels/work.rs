//! Sets a workload up: threads, channels and the tasks that stand in for actors, and a driver for each.

use super::{Runtime, act, drive};
use crate::measure::Measured;
use crate::rivals::conduct::{Body, Driver, FAN, Order, conduct};
use crate::workload::Workload;
use futures::StreamExt;
use futures::channel::mpsc::{UnboundedReceiver, unbounded};
use std::sync::mpsc;

/// Does a workload on this runtime. `None` if it is not one of messages.
pub fn run<R: Runtime>(workload: Workload, operations: u64) -> Option<Measured> {
    let runtime = R::build(if workload == Workload::FourOnTwo {
        4
    } else {
        2
    });
    let drivers = match workload {
        Workload::AskAcross | Workload::Wake | Workload::Idle => ring(&runtime, 2, 1),
        Workload::FourOnTwo => ring(&runtime, 4, 4),
        Workload::TellAcross => vec![telling::<R, u64>(&runtime)],
        Workload::Body48 => vec![telling::<R, [u64; 6]>(&runtime)],
        Workload::Vec1K => vec![telling::<R, Vec<u8>>(&runtime)],
        Workload::TellHere => vec![telling_here(&runtime)],
        Workload::AskHere => vec![asking_here(&runtime)],
        Workload::Fan => vec![fan(&runtime)],
        Workload::Start => vec![starting(&runtime)],
        _ => return None,
    };
    Some(conduct(workload, operations, &drivers))
}

/// What a driver has of the main thread.
pub struct Orders {
    orders: UnboundedReceiver<Order>,
    report: mpsc::Sender<Measured>,
}

impl Orders {
    /// Both ends. Orders come by a channel that wakes any runtime from any thread, and outside of what is timed.
    pub fn new() -> (Self, Driver) {
        let ((sender, orders), (report, reports)) = (unbounded(), mpsc::channel());
        let order = move |order| sender.unbounded_send(order).expect("the driver lives");
        (Self { orders, report }, Driver::new(order, reports))
    }

    pub async fn next(&mut self) -> Order {
        match self.orders.next().await {
            Some(order) => order,
            // The main thread has what it wants, and the process ends.
            None => std::future::pending().await,
        }
    }

    pub fn report(&self, measured: Measured) {
        self.report.send(measured).expect("the main thread waits");
    }

    /// Obeys for ever.
    pub async fn obey(mut self, mut execute: impl AsyncFnMut(Order) -> Measured) {
        loop {
            let order = self.next().await;
            self.report(execute(order).await);
        }
    }

    /// The same for a driver that does not need to know where.
    pub async fn repeat(self, mut work: impl AsyncFnMut(u64) -> Measured) {
        self.obey(async |order| match order {
            Order::Do(operations) => work(operations).await,
            Order::Where => panic!("only waking needs to know where"),
        })
        .await;
    }
}

/// Starts the actors of a thread that others send to.
async fn act_all<R: Runtime, B: Body>(end: R::MailboxEnd<B>) {
    for mailbox in R::mailboxes::<B>(end).await {
        R::spawn(act(mailbox));
    }
}

/// So many threads with an actor each, the first of which ask the next, round in a ring.
fn ring<R: Runtime>(runtime: &R, threads: usize, askers: usize) -> Vec<Driver> {
    let links: Vec<_> = (0..askers).map(|_| R::across::<u64>(1)).collect();
    let (to_next, mut from_before): (Vec<_>, Vec<_>) =
        links.into_iter().map(|(to, from)| (to, Some(from))).unzip();
    let mut to_next = to_next.into_iter();
    let drive = |thread| {
        // The asker of thread `n` is linked to the actor of the thread after it.
        let end = from_before
            .get_mut((thread + threads - 1) % threads)
            .and_then(Option::take);
        let (asker, (orders, driver)) = (to_next.next(), Orders::new());
        runtime.run_on(thread, move || async move {
            if let Some(end) = end {
                R::spawn(act_all::<R, u64>(end));
            }
            match asker {
                Some(asker) => ask_in_turn::<R>(asker, orders).await,
                None => std::future::pending().await,
            }
        });
        driver
    };
    let mut drivers: Vec<_> = (0..threads).map(drive).collect();
    drivers.truncate(askers);
    drivers
}

async fn ask_in_turn<R: Runtime>(asker: R::AskerEnd<u64>, orders: Orders) {
    let askers = R::askers::<u64>(asker).await;
    orders
        .obey(async |order| match order {
            Order::Do(operations) => drive::asks(&askers[0], operations).await,
            Order::Where => drive::whereabouts(&askers[0]).await,
        })
        .await;
}

fn telling<R: Runtime, B: Body>(runtime: &R) -> Driver {
    let (to_far, from_near) = R::across::<B>(1);
    let (orders, driver) = Orders::new();
    far::<R, B>(runtime, from_near);
    runtime.run_on(0, move || async move {
        let askers = R::askers::<B>(to_far).await;
        orders
            .repeat(async |operations| drive::tells(&askers[0], operations).await)
            .await;
    });
    driver
}

/// The thread that is driven.
fn far<R: Runtime, B: Body>(runtime: &R, end: R::MailboxEnd<B>) {
    runtime.run_on(1, move || async move {
        act_all::<R, B>(end).await;
        std::future::pending().await
    });
}

/// Actors on the thread of the caller.
fn spawn_here<R: Runtime>(actors: usize) -> Vec<R::AskerHere> {
    let start = |(asker, mailbox)| {
        R::spawn(act(mailbox));
        asker
    };
    R::here(actors).into_iter().map(start).collect()
}

fn telling_here<R: Runtime>(runtime: &R) -> Driver {
    let (orders, driver) = Orders::new();
    runtime.run_on(0, move || async move {
        let askers = spawn_here::<R>(1);
        orders
            .repeat(async |operations| drive::tells(&askers[0], operations).await)
            .await;
    });
    driver
}

fn asking_here<R: Runtime>(runtime: &R) -> Driver {
    let (orders, driver) = Orders::new();
    runtime.run_on(0, move || async move {
        let askers = spawn_here::<R>(1);
        orders
            .repeat(async |operations| drive::asks(&askers[0], operations).await)
            .await;
    });
    driver
}

fn fan<R: Runtime>(runtime: &R) -> Driver {
    let (to_far, from_near) = R::across::<u64>(FAN as usize);
    let (orders, driver) = Orders::new();
    far::<R, u64>(runtime, from_near);
    runtime.run_on(0, move || async move {
        let far = R::askers::<u64>(to_far).await;
        let here = spawn_here::<R>(FAN as usize);
        orders
            .repeat(async |operations| drive::rounds(&far, &here, operations).await)
            .await;
    });
    driver
}

fn starting<R: Runtime>(runtime: &R) -> Driver {
    let (orders, driver) = Orders::new();
    runtime.run_on(0, move || async move {
        let mut actors = Vec::new();
        orders
            .repeat(async |operations| drive::starts::<R>(&mut actors, operations).await)
            .await;
    });
    driver
}
