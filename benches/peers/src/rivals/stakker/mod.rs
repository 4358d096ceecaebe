//! Stakker 0.2: actors whose calls are closures on one queue for each thread.
//!
//! Its documentation has a `Stakker` on each thread (feature `multi-thread`, which it prefers to `multi-stakker`), calls by
//! `call!`, answers by `Ret` on one thread, and `sync::Channel` for messages from another thread: a `Vec` behind a mutex,
//! with a `Waker` that wakes the loop of the thread. It leaves that loop to the user: here, as in its tutorial, it runs
//! the queue and then sleeps, in `park`, until the poll waker unparks it. Nothing spins.
//!
//! Its queue and its channel are unbounded. On one thread the teller lets the queue run every `ROOM` messages; across, the
//! channel takes whatever comes.

mod across;
mod actors;
mod fan;
mod here;

use crate::contestant::Contestant;
use crate::measure::Measured;
use crate::rivals::conduct::{conduct, on_cpu};
use crate::workload::Workload;
use stakker::Stakker;
use std::sync::mpsc;
use std::thread;
use std::time::Instant;

pub struct Stakkers;

impl Contestant for Stakkers {
    fn name(&self) -> &'static str {
        "stakker"
    }

    fn setting(&self) -> &'static str {
        "a Stakker per thread, sync::Channel between them, parks when idle; unbounded"
    }

    fn operations(&self, workload: Workload) -> u64 {
        match workload {
            Workload::AskAcross | Workload::FourOnTwo => workload.operations() / 10,
            // It is so quick that a sample would be too short.
            Workload::Start => workload.operations() * 10,
            Workload::TellHere => workload.operations() * 5,
            _ => workload.operations(),
        }
    }

    fn run(&self, workload: Workload, operations: u64) -> Option<Measured> {
        let drivers = match workload {
            Workload::AskAcross | Workload::Wake | Workload::Idle => vec![across::asking()],
            Workload::TellAcross => vec![across::telling::<u64>()],
            Workload::Body48 => vec![across::telling::<[u64; 6]>()],
            Workload::Vec1K => vec![across::telling::<Vec<u8>>()],
            Workload::FourOnTwo => across::ring(),
            Workload::Fan => vec![fan::fan()],
            Workload::TellHere => vec![here::telling()],
            Workload::AskHere => vec![here::asking()],
            Workload::Start => vec![here::starting()],
            // I/O is left to the user, as the loop is.
            _ => return None,
        };
        Some(conduct(workload, operations, &drivers))
    }
}

/// A thread with a Stakker on the CPU, which ends with the process; and the place where the result of its setting up comes.
fn shard<R: Send + 'static>(
    cpu: usize,
    set_up: impl FnOnce(&mut Stakker) -> R + Send + 'static,
) -> mpsc::Receiver<R> {
    let (sender, result) = mpsc::channel();
    on_cpu(cpu, move || {
        let mut stakker = Stakker::new(Instant::now());
        let this = thread::current();
        stakker.set_poll_waker(move || this.unpark());
        sender
            .send(set_up(&mut stakker))
            .expect("somebody waits for it");
        while stakker.not_shutdown() {
            stakker.poll_wake();
            stakker.run(Instant::now(), false);
            thread::park();
        }
    });
    result
}
