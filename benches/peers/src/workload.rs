//! What every contestant does.

use serde::{Deserialize, Serialize};

/// How many messages may wait in a mailbox, channel or lane: the same for everybody that is bounded.
pub const ROOM: usize = 8192;

/// A piece of work, the same for everybody. "Near" is the thread pinned to the first CPU, where the work is driven and
/// timed; "far" is the one pinned to the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Workload {
    /// Near asks a far actor for `n + 1`, waits for the answer, and asks again: a round trip, both sides awake.
    AskAcross,
    /// The same with both sides asleep before each ask: a thread that is neither sleeps a millisecond, then has near ask
    /// once. What is timed is the ask alone.
    Wake,
    /// Near tells a far actor numbers that it adds up, waiting for room where it must; then asks for the sum: the barrier.
    TellAcross,
    /// The same with the actor on near's own thread.
    TellHere,
    /// Near asks an actor of its own thread, one ask after the other.
    AskHere,
    /// Near asks 32 actors of its own and 32 far ones all at once, and then waits for all answers: a round.
    Fan,
    /// Near starts actors on its own thread and keeps them: time and resident memory of each.
    Start,
    /// As `TellAcross`, each message a body of 48 bytes (`[u64; 6]`), the actor adds up the first of each.
    Body48,
    /// As `TellAcross`, each message a `Vec<u8>` of 1 KiB that near has allocated for it; the actor adds up the lengths,
    /// and frees it.
    Vec1K,
    /// Two threads with an actor each that have once exchanged an ask, left alone for three seconds: the CPU time.
    Idle,
    /// Four threads (shards) on the two CPUs, two each. On each a driver asks an actor of the next thread, in a ring, one
    /// ask after the other; all four at once.
    FourOnTwo,
}

impl Workload {
    pub const ALL: [Self; 11] = [
        Self::AskAcross,
        Self::Wake,
        Self::TellAcross,
        Self::TellHere,
        Self::AskHere,
        Self::Fan,
        Self::Start,
        Self::Body48,
        Self::Vec1K,
        Self::Idle,
        Self::FourOnTwo,
    ];

    /// Its name on the command line, as `ask_across`.
    pub fn name(self) -> &'static str {
        match self {
            Self::AskAcross => "ask_across",
            Self::Wake => "wake",
            Self::TellAcross => "tell_across",
            Self::TellHere => "tell_here",
            Self::AskHere => "ask_here",
            Self::Fan => "fan",
            Self::Start => "start",
            Self::Body48 => "body48",
            Self::Vec1K => "vec1_k",
            Self::Idle => "idle",
            Self::FourOnTwo => "four_on_two",
        }
    }

    /// The workload of this name.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|workload| workload.name() == name)
    }

    /// What it is, as a heading.
    pub fn title(self) -> &'static str {
        match self {
            Self::AskAcross => "Ask across threads",
            Self::Wake => "Ask when both sides sleep",
            Self::TellAcross => "Tell across threads",
            Self::TellHere => "Tell on one thread",
            Self::AskHere => "Ask on one thread",
            Self::Fan => "64 actors asked at once",
            Self::Start => "Start an actor",
            Self::Body48 => "Tell 48 bytes across",
            Self::Vec1K => "Tell a Vec of 1 KiB across",
            Self::Idle => "Three idle seconds",
            Self::FourOnTwo => "Four threads on two CPUs",
        }
    }

    /// What its figure counts.
    pub fn unit(self) -> &'static str {
        match self {
            Self::AskAcross | Self::Wake | Self::AskHere | Self::Fan | Self::FourOnTwo => {
                "ns per ask"
            }
            Self::TellAcross | Self::TellHere | Self::Body48 | Self::Vec1K => "ns per tell",
            Self::Start => "ns per actor",
            Self::Idle => "ms of CPU time",
        }
    }

    /// How many operations one sample does. A contestant whose threads sleep in the middle of it may do a tenth: see
    /// [`Contestant::operations`](crate::contestant::Contestant::operations).
    pub fn operations(self) -> u64 {
        match self {
            Self::AskAcross => 100_000,
            Self::Wake => 200,
            Self::TellAcross | Self::TellHere | Self::Body48 => 1_000_000,
            Self::AskHere => 1_000_000,
            // Asks, in rounds of 64.
            Self::Fan => 640_000,
            Self::Start => 100_000,
            Self::Vec1K => 200_000,
            Self::Idle => 1,
            // Asks of all four drivers together.
            Self::FourOnTwo => 80_000,
        }
    }
}
