//! What the main thread does in every workload, whatever the rival: it warms the drivers up, tells them how much to do,
//! and collects what they measured.

use crate::measure::{Measured, Stopwatch};
use crate::workload::Workload;
use std::sync::mpsc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// Operations before the first that is timed. A multiple of 64.
const WARM_UP: u64 = 1_024;

/// Wakes before the first that is timed.
const FIRST_WAKES: u64 = 10;

/// How many actors `Workload::Fan` asks on either side.
pub const FAN: u64 = 32;

/// What a driver is told.
#[derive(Clone, Copy, Debug)]
pub enum Order {
    /// Does so many operations, and reports them.
    Do(u64),
    /// Reports the CPU of the driver and of the actor it drives.
    Where,
}

/// The main thread's end of a driver.
pub struct Driver {
    order: Box<dyn Fn(Order)>,
    report: mpsc::Receiver<Measured>,
}

impl Driver {
    /// `order` hands an order to the driver and does not wait for its execution.
    pub fn new(order: impl Fn(Order) + 'static, report: mpsc::Receiver<Measured>) -> Self {
        Self {
            order: Box::new(order),
            report,
        }
    }

    /// Gives an order and waits for the report.
    pub fn execute(&self, order: Order) -> Measured {
        (self.order)(order);
        self.report.recv().expect("the driver lives")
    }
}

/// Has the drivers do the workload. All but `FourOnTwo` have a single one.
pub fn conduct(workload: Workload, operations: u64, drivers: &[Driver]) -> Measured {
    let [driver, ..] = drivers else {
        panic!("there is a driver")
    };
    match workload {
        Workload::Wake => wake(operations, driver),
        Workload::Idle => idle(driver),
        Workload::FourOnTwo => all_at_once(operations, drivers),
        _ => {
            driver.execute(Order::Do(WARM_UP));
            driver.execute(Order::Do(operations))
        }
    }
}

fn wake(operations: u64, driver: &Driver) -> Measured {
    let one = |_| {
        thread::sleep(Duration::from_millis(1));
        driver.execute(Order::Do(1)).nanos
    };
    for n in 0..FIRST_WAKES {
        one(n);
    }
    let stopwatch = Stopwatch::start();
    let nanos = (0..operations).map(one).sum();
    let measured = stopwatch.stop(operations);
    let cpus = driver.execute(Order::Where).cpus;
    Measured {
        nanos,
        cpus,
        ..measured
    }
}

fn idle(driver: &Driver) -> Measured {
    driver.execute(Order::Do(1));
    let stopwatch = Stopwatch::start();
    thread::sleep(Duration::from_secs(3));
    stopwatch.stop(1)
}

fn all_at_once(operations: u64, drivers: &[Driver]) -> Measured {
    let each = |operations| {
        drivers
            .iter()
            .for_each(|driver| (driver.order)(Order::Do(operations)));
        for driver in drivers {
            driver.report.recv().expect("the driver lives");
        }
    };
    let share = operations / drivers.len() as u64;
    each(share.min(WARM_UP));
    let stopwatch = Stopwatch::start();
    each(share);
    stopwatch.stop(operations)
}

/// Runs `body` on a thread of its own that is pinned to a CPU.
pub fn on_cpu<R: Send + 'static>(
    cpu: usize,
    body: impl FnOnce() -> R + Send + 'static,
) -> JoinHandle<R> {
    thread::spawn(move || {
        crate::measure::pin(cpu);
        body()
    })
}

/// What a tell carries.
pub trait Body: Send + Sync + 'static {
    /// The body of the n-th message.
    fn nth(n: u64) -> Self;

    /// What the actor adds to its sum.
    fn value(&self) -> u64;

    /// What the first `count` bodies add up to.
    fn total(count: u64) -> u64 {
        count * count.saturating_sub(1) / 2
    }
}

impl Body for u64 {
    fn nth(n: u64) -> Self {
        n
    }

    fn value(&self) -> u64 {
        *self
    }
}

impl Body for [u64; 6] {
    fn nth(n: u64) -> Self {
        [n, 1, 2, 3, 4, 5]
    }

    fn value(&self) -> u64 {
        self[0]
    }
}

impl Body for Vec<u8> {
    fn nth(_: u64) -> Self {
        vec![0; 1024]
    }

    fn value(&self) -> u64 {
        self.len() as u64
    }

    fn total(count: u64) -> u64 {
        count * 1024
    }
}
