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
    /// A far server that sends back what comes, and one connection to it: 64 bytes there and back, one after the other. The
    /// client is a plain thread on near, the same for every server.
    EchoTrip,
    /// The same server with 64 connections, each with 64 bytes under way; the client is one thread with an `epoll`.
    #[serde(rename = "echo_64")]
    Echo64,
    /// The same server and one connection: blocks of 4 KiB written while those before come back, at most 16 ahead.
    #[serde(rename = "stream_4k")]
    Stream4K,
    /// Near reads random blocks of 4 KiB of a file of 256 MiB in the page cache, one after the other.
    #[serde(rename = "file_1")]
    File1,
    /// The same by 32 tasks of near at once.
    #[serde(rename = "file_32")]
    File32,
    /// Near makes a million timers, cancels every other, and awaits those left, which are due from the fifth second to the
    /// sixth: the CPU time of all that, and the resident memory of each while all are pending.
    Timers,
}

impl Workload {
    pub const ALL: [Self; 17] = [
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
        Self::EchoTrip,
        Self::Echo64,
        Self::Stream4K,
        Self::File1,
        Self::File32,
        Self::Timers,
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
            Self::EchoTrip => "echo_trip",
            Self::Echo64 => "echo_64",
            Self::Stream4K => "stream_4k",
            Self::File1 => "file_1",
            Self::File32 => "file_32",
            Self::Timers => "timers",
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
            Self::EchoTrip => "Echo by one connection",
            Self::Echo64 => "Echo by 64 connections",
            Self::Stream4K => "Echo of a stream",
            Self::File1 => "Read a file, one at a time",
            Self::File32 => "Read a file, 32 at once",
            Self::Timers => "A million timers",
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
            Self::EchoTrip => "ns per round trip",
            Self::Echo64 => "ns per message",
            Self::Stream4K => "ns per 4 KiB",
            Self::File1 | Self::File32 => "ns per read",
            Self::Timers => "CPU ns per timer",
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
            Self::EchoTrip => 50_000,
            Self::Echo64 | Self::Stream4K => 320_000,
            Self::File1 | Self::File32 => 640_000,
            Self::Timers => 1_000_000,
        }
    }

    /// Whether it is compared by CPU time, as it takes the same time for everybody.
    pub fn is_of_cpu_time(self) -> bool {
        matches!(self, Self::Idle | Self::Timers)
    }
}
