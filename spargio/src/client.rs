//! Clients: how threads that are no shards, and tasks that may run anywhere, ask and reach shards.

use crate::ShardId;
use crate::door::shared::Shared;
use crate::remote::RemoteShard;
use std::sync::Arc;

/// A way into a runtime from anywhere: it asks, and finds shards. Cheap to clone; keeps no runtime alive.
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
/// let client = rt.client();
/// let counter = rt.block_on(client.remote(0).ok_or("no shard 0")?.start(Counter::default))?;
/// // Threads that know nothing of shards.
/// std::thread::scope(|scope| {
///     for _ in 0..2 { scope.spawn(|| counter.add(1)); }
/// });
/// assert_eq!(rt.block_on(counter.get(&client))?, 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Client {
    pub(crate) shared: Arc<Shared>,
}

impl Client {
    /// The shard of this number, counted from 0, or `None` if the runtime has no such shard.
    ///
    /// ```
    /// use spargio::{Client, Runtime};
    ///
    /// /// Called by threads that know nothing of shards: does the work on one of them.
    /// fn on_a_shard(client: &Client, n: u64) -> Option<spargio::JoinHandle<u64>> {
    ///     client.remote(1)?.spawn(async move { n * n }).ok()
    /// }
    ///
    /// let rt = Runtime::builder().shards(2).build()?;
    /// let client = rt.client();
    /// let square = std::thread::spawn(move || on_a_shard(&client, 7)).join().map_err(|_| "the thread panicked")?;
    /// assert_eq!(rt.block_on(square.ok_or("the runtime is gone")?)?, 49);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn remote(&self, shard: ShardId) -> Option<RemoteShard> {
        RemoteShard::new(&self.shared, shard)
    }

    /// How many shards the runtime has, or had.
    ///
    /// ```
    /// use spargio::{Client, RemoteShard, Runtime, ShardId};
    ///
    /// /// The shard that a key belongs to.
    /// fn home(client: &Client, key: u64) -> Option<RemoteShard> {
    ///     client.remote((key % client.shard_count() as u64) as ShardId)
    /// }
    ///
    /// let rt = Runtime::builder().shards(2).build()?;
    /// let client = rt.client();
    /// let homes = [4, 5, 6].map(|key| home(&client, key).map(|shard| shard.shard_id()));
    /// assert_eq!(homes, [Some(0), Some(1), Some(0)]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn shard_count(&self) -> usize {
        self.shared.seats.len()
    }
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Client({} shards)", self.shard_count())
    }
}
