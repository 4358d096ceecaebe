//! What a runtime counts.

use crate::ShardId;
use crate::door::counters::RingCounters;
use crate::door::seat::UNPOISONED;
use crate::door::shared::Shared;
use crate::handle::ActorId;
use crate::value::RingVal;

/// What a runtime's shards and actors have counted, from [`Runtime::stats`](crate::Runtime::stats).
///
/// Counts are taken one after another while the shards go on, so they agree exactly only when nothing happens. Taking
/// them costs time in proportion to the shards, the lanes between them and the slots of actors.
///
/// With the `Counter` of the [crate's example](crate):
///
/// ```
/// # #[derive(spargio::RingMsg)]
/// # pub enum CounterMsg { Add { n: u32 }, #[ring(reply = u64)] Get }
/// # #[spargio::shard_actor(msg = CounterMsg)]
/// # #[derive(Default)]
/// # pub struct Counter { total: u64 }
/// # impl CounterBehavior for Counter {
/// #     async fn add(&mut self, _: &spargio::Cx<Self>, n: u32) { self.total += u64::from(n); }
/// #     async fn get(&mut self, _: &spargio::Cx<Self>) -> u64 { self.total }
/// # }
/// #
/// use spargio::{Runtime, Stats};
///
/// let rt = Runtime::builder().shards(2).build()?;
/// let client = rt.client();
/// let counter = rt.block_on(rt.remote(1).ok_or("no shard 1")?.start(Counter::default))?;
/// rt.block_on(counter.get(&client))?;
///
/// let stats: Stats = rt.stats();
/// let handled: Vec<u64> = stats.shards.iter().map(|shard| shard.handled).collect();
/// assert_eq!(handled, [0, 1]);
/// assert_eq!(stats.actors.len(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// One for each shard, in their order.
    pub shards: Vec<ShardStats>,
    /// One for each living actor.
    pub actors: Vec<ActorStats>,
}

/// What one shard has counted since its runtime was built. Messages are counted at the shard that they were sent to.
///
/// ```
/// use spargio::{Runtime, ShardStats};
///
/// /// Of the messages that were sent to a shard, the share that it could not take, in percent.
/// fn refused(shard: &ShardStats) -> u64 {
///     100 * shard.full / (shard.full + shard.accepted).max(1)
/// }
///
/// let rt = Runtime::builder().shards(2).build()?;
/// assert!(rt.stats().shards.iter().all(|shard| refused(shard) == 0 && shard.panics == 0));
/// # Ok::<(), spargio::BuildError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ShardStats {
    /// The shard.
    pub shard: ShardId,
    /// Messages to its actors that were accepted.
    pub accepted: u64,
    /// Those whose handler was entered.
    pub handled: u64,
    /// Those that were dropped without a handler: their actor stopped first, or they were none of its messages.
    pub undelivered: u64,
    /// Sends that were refused because a mailbox or a lane had no room.
    pub full: u64,
    /// Times the shard went to sleep.
    pub parks: u64,
    /// Times it was woken from its sleep by a sender.
    pub bells: u64,
    /// Panics of user code that were caught there.
    pub panics: u64,
    /// What its ring went through; all zero on the queue backend.
    pub ring: RingStats,
}

/// What one shard's ring went through. Every fault was made good; counts that grow fast say why a shard is slow.
///
/// ```
/// use spargio::{RingStats, Runtime};
///
/// let rt = Runtime::builder().shards(1).build()?;
/// for shard in rt.stats().shards {
///     if shard.ring.sq_full > 0 {
///         eprintln!("shard {}: give the builder more `ring_entries`", shard.shard);
///     }
///     // The queue backend has no rings.
///     assert_eq!(shard.ring, RingStats::default());
/// }
/// # Ok::<(), spargio::BuildError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RingStats {
    /// Calls of `io_uring_enter`, the sleeps among them.
    pub enters: u64,
    /// SQEs that the kernel took.
    pub submitted: u64,
    /// Times the submission queue was full, so that it was submitted early: `ring_entries` is small for what a turn sends.
    pub sq_full: u64,
    /// Enters that took fewer SQEs than there were.
    pub short_submits: u64,
    /// Enters that a signal interrupted.
    pub interrupted: u64,
    /// Enters that the kernel put off, for want of memory or because completions waited (EAGAIN, EBUSY, ENOMEM).
    pub put_off: u64,
    /// Enters that failed for another reason: something like a seccomp filter came in between.
    pub failed: u64,
    /// Times the kernel was asked for completions that had found no room in the completion queue.
    pub overflows: u64,
    /// Words to other shards that failed and were sent once more.
    pub resent: u64,
    /// Bells that failed and were rung once more, through the eventfd.
    pub bells_retried: u64,
    /// Completions that made no sense, and were dropped.
    pub strays: u64,
}

impl RingStats {
    fn of(ring: &RingCounters) -> Self {
        Self {
            enters: ring.enters.get(),
            submitted: ring.submitted.get(),
            sq_full: ring.sq_full.get(),
            short_submits: ring.short_submits.get(),
            interrupted: ring.interrupted.get(),
            put_off: ring.put_off.get(),
            failed: ring.failed.get(),
            overflows: ring.overflows.get(),
            resent: ring.resent.get(),
            bells_retried: ring.bells_retried.get(),
            strays: ring.strays.get(),
        }
    }
}

/// A living actor.
///
/// With the `Counter` of the [crate's example](crate):
///
/// ```
/// # #[derive(spargio::RingMsg)]
/// # pub enum CounterMsg { Add { n: u32 }, #[ring(reply = u64)] Get }
/// # #[spargio::shard_actor(msg = CounterMsg)]
/// # #[derive(Default)]
/// # pub struct Counter { total: u64 }
/// # impl CounterBehavior for Counter {
/// #     async fn add(&mut self, _: &spargio::Cx<Self>, n: u32) { self.total += u64::from(n); }
/// #     async fn get(&mut self, _: &spargio::Cx<Self>) -> u64 { self.total }
/// # }
/// #
/// use spargio::{Handle, Runtime};
///
/// let rt = Runtime::builder().shards(1).build()?;
/// let counter = rt.block_on(rt.remote(0).ok_or("no shard 0")?.start(Counter::default))?;
/// // Those that fall behind most, first.
/// let mut actors = rt.stats().actors;
/// actors.sort_by_key(|actor| std::cmp::Reverse(actor.depth));
/// let slowest = actors.first().ok_or("no actors")?;
/// assert_eq!((slowest.id, slowest.name, slowest.shard), (counter.id(), "Counter", 0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ActorStats {
    /// Which actor.
    pub id: ActorId,
    /// Its struct's name, or what `#[shard_actor(name = ..)]` says.
    pub name: &'static str,
    /// The shard that it lives on.
    pub shard: ShardId,
    /// Messages that were accepted and not begun. While senders or the actor are busy, up to an eighth of the mailbox
    /// more: credits on lease, or not yet returned.
    pub depth: usize,
}

impl Stats {
    pub(crate) fn of(shared: &Shared) -> Self {
        let shards = shared
            .seats
            .iter()
            .map(|seat| ShardStats::of(shared, seat.shard))
            .collect();
        let mut actors = Vec::new();
        for seat in &shared.seats {
            for page in &*seat.pages.lock().expect(UNPOISONED) {
                actors.extend(page.actors().map(|(address, name, depth)| ActorStats {
                    id: ActorId(address.to_bits()),
                    name,
                    shard: seat.shard,
                    depth: depth as usize,
                }));
            }
        }
        Self { shards, actors }
    }
}

impl ShardStats {
    fn of(shared: &Shared, shard: ShardId) -> Self {
        let own = &shared.counters[usize::from(shard)];
        let [_, full] = shared.seats[usize::from(shard)].outside.counts();
        // Before the acceptances, so that no message seems handled that was not accepted.
        let (handled, undelivered) = (own.handled.get(), own.undelivered.get());
        Self {
            shard,
            accepted: shared.accepted(Some(shard)),
            handled,
            undelivered,
            full,
            parks: own.parks.get(),
            bells: own.bells.get(),
            panics: own.panics.get(),
            ring: RingStats::of(&own.ring),
        }
    }
}
