//! What Spargio means to reach, beside the others.

use crate::workload::Workload;

/// A target: at most so many times something.
pub struct Target {
    pub workload: Workload,
    pub most: f64,
    pub of: Of,
}

/// What a figure is held against.
#[derive(Clone, Copy)]
pub enum Of {
    Bound,
    /// The best contestant whose name begins so.
    Best(&'static [&'static str]),
    BestRival,
    /// The best rival that keeps its threads apart. On a runtime that steals tasks, all may end up on one thread, and then
    /// nothing crosses.
    BestApart,
    /// The best rival whose two threads have a CPU each and sleep in between. To wake one on the own CPU is no match, and
    /// who spins need not be woken.
    BestSleeper,
    /// One of the workload's unit.
    Unit,
    /// A byte in memory.
    Byte,
}

const fn at_most(workload: Workload, most: f64, of: Of) -> Target {
    Target { workload, most, of }
}

/// Who else has sockets and files.
const RUNTIMES: &[&str] = &["monoio", "compio", "glommio", "tokio"];

/// All of them.
pub const TARGETS: [Target; 24] = [
    at_most(Workload::AskAcross, 1.8, Of::Bound),
    at_most(Workload::AskAcross, 0.25, Of::Best(&["spargio-0.5"])),
    at_most(Workload::AskAcross, 0.5, Of::Best(&["tokio-workers"])),
    at_most(Workload::TellAcross, 2.5, Of::Bound),
    at_most(Workload::TellAcross, 1.0, Of::Best(&["stakker"])),
    at_most(
        Workload::TellAcross,
        0.1,
        Of::Best(&["ractor", "actix", "kameo"]),
    ),
    at_most(Workload::TellHere, 3.0, Of::Bound),
    at_most(Workload::TellHere, 0.7, Of::Best(&["stakker"])),
    at_most(Workload::AskHere, 4.0, Of::Bound),
    at_most(Workload::AskHere, 0.9, Of::Best(&["stakker"])),
    at_most(Workload::AskHere, 0.3, Of::Best(&["glommio"])),
    at_most(Workload::Fan, 3.0, Of::Bound),
    at_most(Workload::Fan, 0.12, Of::BestRival),
    at_most(Workload::Start, 100.0, Of::Unit),
    at_most(Workload::Start, 200.0, Of::Byte),
    at_most(Workload::Wake, 1.1, Of::BestSleeper),
    at_most(Workload::Idle, 1.0, Of::Unit),
    at_most(Workload::FourOnTwo, 1.0, Of::BestApart),
    at_most(Workload::EchoTrip, 1.0, Of::Best(RUNTIMES)),
    at_most(Workload::EchoTrip, 0.83, Of::Best(&["tokio"])),
    at_most(Workload::Echo64, 1.0, Of::Best(RUNTIMES)),
    at_most(Workload::Echo64, 0.83, Of::Best(&["tokio"])),
    at_most(Workload::Stream4K, 1.05, Of::Best(RUNTIMES)),
    at_most(Workload::File32, 1.0, Of::Best(RUNTIMES)),
];
