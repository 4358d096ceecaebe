//! The bound: what two pinned threads with a lane each way can do at most. No futures, no panic guard, no accounting; a
//! message is handled by a call through a table. What an actor framework adds on top is its price. And what a server can do
//! at most that is one loop around `epoll`.

mod bell;
mod echo;
mod message;
mod pair;
mod side;
mod sleep;
mod work;

use crate::contestant::Contestant;
use crate::load;
use crate::measure::Measured;
use crate::workload::Workload;

/// The contestant.
pub struct Bound;

impl Contestant for Bound {
    fn name(&self) -> &'static str {
        "bound"
    }

    fn setting(&self) -> &'static str {
        "a bare prototype: two pinned threads, an rtrb lane each way, a call through a table; spins 20 µs, then sleeps on io_uring. As a server a loop around epoll_wait, recv and send"
    }

    fn run(&self, workload: Workload, operations: u64) -> Option<Measured> {
        match workload {
            Workload::AskAcross => Some(work::ask_across(operations)),
            Workload::Wake => Some(work::wake(operations)),
            Workload::TellAcross => Some(work::tell_across::<u64>(operations)),
            Workload::Body48 => Some(work::tell_across::<[u64; 6]>(operations)),
            Workload::Vec1K => Some(work::tell_across::<Vec<u8>>(operations)),
            Workload::TellHere => Some(work::tell_here(operations)),
            Workload::AskHere => Some(work::ask_here(operations)),
            Workload::Fan => Some(work::fan(operations)),
            Workload::Idle => Some(work::idle()),
            Workload::EchoTrip | Workload::Echo64 => load::echo(echo::serve, workload, operations),
            // It has no actors to start, no more than two threads, no files and no timers. And to ask epoll before each block
            // of a stream is not the least that can be done.
            _ => None,
        }
    }
}
