//! The report of a runtime's end.

use crate::ShardId;

/// What became of a runtime's messages. `accepted` is `handled` and `undelivered` together, unless a shard is stuck.
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
/// use spargio::Runtime;
///
/// let rt = Runtime::builder().shards(1).build()?;
/// let counter = rt.block_on(rt.remote(0).ok_or("no shard 0")?.start(Counter::default))?;
/// for _ in 0..10 { counter.add(1)?; }
/// // What was accepted is handled first.
/// let report = rt.shutdown()?;
/// assert_eq!((report.accepted, report.handled, report.undelivered), (10, 10, 0));
/// assert!(report.stuck().is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ShutdownReport {
    /// Messages to actors that were accepted.
    pub accepted: u64,
    /// Those whose handler was entered.
    pub handled: u64,
    /// Those that were dropped because their actor had stopped.
    pub undelivered: u64,
    /// Operations of the kernel that could not be ended, whose memory was left to them. Always 0 on the queue backend.
    pub leaked_ops: u64,
    /// Shards whose user code did not return; their threads go on.
    pub stuck_shards: u64,
    pub(crate) stuck: Vec<ShardId>,
}

impl ShutdownReport {
    /// Which shards are stuck, in their order.
    ///
    /// ```
    /// use spargio::Runtime;
    /// use std::{sync::mpsc, time::Duration};
    ///
    /// let rt = Runtime::builder().shards(2).drain(Duration::ZERO).build()?;
    /// # let (begin, begun) = mpsc::channel();
    /// let (_sender, receiver) = mpsc::channel::<()>();
    /// // It blocks its shard, and for ever: the channel neither has anything nor ends.
    /// rt.spawn_on(1, async move {
    /// #     _ = begin.send(());
    ///     receiver.recv()
    /// })?;
    /// # begun.recv()?;
    /// let report = rt.shutdown()?;
    /// assert_eq!((report.stuck_shards, report.stuck()), (1, &[1][..]));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn stuck(&self) -> &[ShardId] {
        &self.stuck
    }
}
