//! What every contestant does.

use std::time::{Duration, Instant};

/// How many messages go out before the barrier: several mailboxes of the default size, so that bounded contestants fill
/// up and have to wait.
pub const BURST: u64 = 10_000;

/// How many messages may wait in a bounded channel, as in Spargio's mailboxes by default.
#[cfg(all(feature = "glommio-bench", target_os = "linux"))]
pub const ROOM: usize = 1024;

/// The sum of a burst's messages, with which the far side proves that it has them all.
pub const SUM: u64 = BURST * (BURST - 1) / 2;

/// Two threads, the near one and the far one. Each method returns how long the near one needed for that many rounds.
pub trait Contestant {
    /// The far side sends every pair back.
    fn ping_pong_raw(&self, rounds: u64) -> Duration;

    /// The far side reads bursts of pairs, and answers each burst with one pair: the barrier.
    fn stream_raw(&self, bursts: u64) -> Duration;

    /// An actor, or what stands in for it, answers one ask after the other.
    fn ping_pong_actors(&self, rounds: u64) -> Duration;

    /// An actor, or what stands in for it, is told bursts of numbers; the ask for their sum is the barrier.
    fn stream_actors(&self, bursts: u64) -> Duration;
}

/// Times an exchange on the near side. One round goes first that is not counted: with its answer the far side is there.
pub async fn timed(rounds: u64, mut exchange: impl AsyncFnMut(u64)) -> Duration {
    exchange(1).await;
    let start = Instant::now();
    exchange(rounds).await;
    start.elapsed()
}
