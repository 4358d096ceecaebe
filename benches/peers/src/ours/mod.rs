//! Spargio, on each of its backends, used as its documentation recommends: typed actors, and a driver that is a task of
//! shard 0. Where an actor has no room, the driver waits in `send`.

mod actors;
mod asks;
mod io;
mod quiet;
mod setup;
mod starts;
mod tells;

use crate::contestant::Contestant;
use crate::load;
use crate::measure::Measured;
use crate::workload::Workload;
use spargio::{BackendKind, Carry};

/// A backend and, on io_uring, how actors' messages travel.
pub struct Spargio {
    name: &'static str,
    setting: &'static str,
    backend: BackendKind,
    carry: Carry,
}

/// All of them.
pub static ALL: [Spargio; 3] = [
    Spargio {
        name: "spargio-queue",
        setting: "BackendKind::Queue, the default; a shard spins 20 µs, then parks its thread",
        backend: BackendKind::Queue,
        carry: Carry::Lane,
    },
    Spargio {
        name: "spargio-lane",
        setting: "BackendKind::IoUring, Carry::Lane; a shard spins 20 µs, then sleeps on its ring",
        backend: BackendKind::IoUring,
        carry: Carry::Lane,
    },
    Spargio {
        name: "spargio-completion",
        setting: "BackendKind::IoUring, Carry::Completion: messages are completions, a system call in each turn that sends",
        backend: BackendKind::IoUring,
        carry: Carry::Completion,
    },
];

impl Contestant for Spargio {
    fn name(&self) -> &'static str {
        self.name
    }

    fn setting(&self) -> &'static str {
        self.setting
    }

    fn run(&self, workload: Workload, operations: u64) -> Option<Measured> {
        Some(match workload {
            Workload::AskAcross => asks::across(self, operations),
            Workload::AskHere => asks::here(self, operations),
            Workload::Fan => asks::fan(self, operations),
            Workload::FourOnTwo => asks::four_on_two(self, operations),
            Workload::TellAcross => tells::across(self, operations),
            Workload::TellHere => tells::here(self, operations),
            Workload::Body48 => tells::bodies(self, operations),
            Workload::Vec1K => tells::vecs(self, operations),
            Workload::Start => starts::start(self, operations),
            Workload::Wake => quiet::wake(self, operations),
            Workload::Idle => quiet::idle(self),
            _ => return load::run(&io::Shards::new(self), workload, operations),
        })
    }
}
