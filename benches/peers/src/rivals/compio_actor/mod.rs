//! Compio-actor 0.2 (beta): actors on the workers of Compio's dispatcher.
//!
//! A cluster leaves it to chance which of its workers starts an actor, so each thread here is a cluster with a single
//! worker, pinned by `DispatcherBuilder::thread_affinity`. Tells are casts by `Mailbox::send`, asks are calls by
//! `Mailbox::call`, as its README has them. A cast to a full mailbox fails instead of waiting, so the teller keeps to the
//! room by calls in between (see `drive`). Drivers are actors as well, so that they run on their worker.

mod adder;
mod drive;
mod driver;

use super::conduct::{Body, Driver, FAN, conduct};
use crate::contestant::Contestant;
use crate::measure::Measured;
use crate::workload::{ROOM, Workload};
use adder::Adder;
use compio::actor::{Cluster, Mailbox};
use compio::dispatcher::Dispatcher;
use driver::{Work, start_driver};
use futures::executor::block_on;
use std::num::NonZeroUsize;

pub struct CompioActor;

impl Contestant for CompioActor {
    fn name(&self) -> &'static str {
        "compio-actor"
    }

    fn setting(&self) -> &'static str {
        "a pinned cluster of one worker per thread; casts and calls; Start: default room of 64"
    }

    fn operations(&self, workload: Workload) -> u64 {
        match workload {
            Workload::AskAcross | Workload::FourOnTwo => workload.operations() / 10,
            _ => workload.operations(),
        }
    }

    fn run(&self, workload: Workload, operations: u64) -> Option<Measured> {
        let (near, far) = (cluster(0), cluster(1));
        let work = match workload {
            Workload::AskAcross | Workload::Wake | Workload::Idle => Work::Asks(start(&far)),
            Workload::TellAcross => Work::Tells(start(&far)),
            Workload::TellHere => Work::Tells(start(&near)),
            Workload::AskHere => Work::Asks(start(&near)),
            Workload::Fan => Work::Rounds(
                (0..FAN)
                    .map(|_| start(&far))
                    .chain((0..FAN).map(|_| start(&near)))
                    .collect(),
            ),
            Workload::Start => Work::Starts(Vec::new()),
            Workload::Body48 => return Some(tell::<[u64; 6]>(workload, operations, &near, &far)),
            Workload::Vec1K => return Some(tell::<Vec<u8>>(workload, operations, &near, &far)),
            Workload::FourOnTwo => return Some(conduct(workload, operations, &ring())),
            // It has compio for I/O.
            _ => return None,
        };
        Some(conduct(
            workload,
            operations,
            &[start_driver::<u64>(&near, work)],
        ))
    }
}

fn tell<B: Body>(workload: Workload, operations: u64, near: &Cluster, far: &Cluster) -> Measured {
    conduct(
        workload,
        operations,
        &[start_driver::<B>(near, Work::Tells(start(far)))],
    )
}

/// Four threads with an actor each, which the thread before it asks.
fn ring() -> Vec<Driver> {
    let clusters: Vec<_> = (0..4).map(|thread| cluster(thread % 2)).collect();
    let actors: Vec<_> = clusters.iter().map(start).collect();
    let next = actors.iter().cycle().skip(1).cloned();
    clusters
        .iter()
        .zip(next)
        .map(|(cluster, next)| start_driver::<u64>(cluster, Work::Asks(next)))
        .collect()
}

/// A worker on the CPU. It ends with the process.
fn cluster(cpu: usize) -> Cluster {
    let one = NonZeroUsize::MIN;
    let dispatcher = Dispatcher::builder()
        .worker_threads(one)
        .thread_affinity(move |_| [cpu].into());
    let cluster = Cluster::from_dispatcher(dispatcher.build().expect("the worker starts"));
    std::mem::forget(cluster.clone());
    cluster
}

fn start(cluster: &Cluster) -> Mailbox<Adder> {
    let room = NonZeroUsize::new(ROOM).expect("there is room");
    let (mailbox, _) = block_on(
        cluster
            .spawn(|| Adder, ())
            .with_capacity(room)
            .into_future(),
    )
    .expect("it starts");
    mailbox
}
