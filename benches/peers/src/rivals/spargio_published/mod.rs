//! The published crate `spargio` 0.5.13, another project of that name: a work-stealing runtime on io_uring.
//!
//! It has no actors. Its benches, like its tests, start a task on a shard and talk to it in two ways: by anybody's channel
//! (`spargio-0.5.13-queue`), where a wake goes through the queue of the shard; and by messages of 16 and 32 bits through
//! its rings (`spargio-0.5.13-uring`: see `ring`). The channel here is flume's, bounded, which does as well as the one of
//! `futures` that its benches have, and better for tells; answers come by a `futures` oneshot as there. Its own `boundary`
//! channel polls every millisecond and is no match. Its only backend is io_uring, in both cases. A shard is pinned by
//! `thread_affinity`, and by default never sleeps: it yields to other threads when it finds nothing to do.

mod io;
mod queue;
mod ring;

use crate::contestant::Contestant;
use crate::load;
use crate::measure::Measured;
use crate::rivals::conduct::conduct;
use crate::workload::{ROOM, Workload};
use spargio_published::Runtime;

pub struct SpargioQueue;

impl Contestant for SpargioQueue {
    fn name(&self) -> &'static str {
        "spargio-0.5.13-queue"
    }

    fn setting(&self) -> &'static str {
        "the published crate, another project: a task as an actor, flume and a futures oneshot; never sleeps"
    }

    fn run(&self, workload: Workload, operations: u64) -> Option<Measured> {
        super::channels::run::<queue::Shards>(workload, operations)
    }
}

/// Shards on the two CPUs in turn.
fn build(shards: usize) -> Runtime {
    // Room for questions beside the messages.
    let builder = Runtime::builder()
        .shards(shards)
        .thread_affinity([0, 1])
        .msg_ring_queue_capacity(ROOM + 64);
    builder.build().expect("the runtime starts")
}

pub struct SpargioUring;

impl Contestant for SpargioUring {
    fn name(&self) -> &'static str {
        "spargio-0.5.13-uring"
    }

    fn setting(&self) -> &'static str {
        "the same by send_raw_nowait (tells: send_many_raw_nowait) and next_event: 48 bits by io_uring, actors in a table of the shard's task"
    }

    fn operations(&self, workload: Workload) -> u64 {
        match workload {
            Workload::AskHere => workload.operations() / 10,
            _ => workload.operations(),
        }
    }

    fn run(&self, workload: Workload, operations: u64) -> Option<Measured> {
        match workload {
            // It is not made for so many: each is an operation of its ring, and a sample of 64,000 had not ended after a
            // minute.
            Workload::Timers => None,
            _ => load::run(&io::OneShard, workload, operations)
                .or_else(|| pass_messages(workload, operations)),
        }
    }
}

fn pass_messages(workload: Workload, operations: u64) -> Option<Measured> {
    let runtime = build(if workload == Workload::FourOnTwo {
        4
    } else {
        2
    });
    let drivers = ring::drivers(&runtime, workload)?;
    Some(conduct(workload, operations, &drivers))
}
