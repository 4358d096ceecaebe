//! The runtime: its shards, from the outside.

use crate::ShardId;
use crate::builder::Builder;
use crate::client::Client;
use crate::ctx::ShardCtx;
use crate::door::backend::{BackendKind, Carry};
use crate::door::shared::{Shared, Tenancy};
use crate::door::threads::block_on;
use crate::error::{ShutdownError, SpawnError};
use crate::join::JoinHandle;
use crate::remote::RemoteShard;
use crate::shard::current;
use crate::shutdown::ShutdownReport;
use crate::stats::Stats;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

/// The shards of a runtime, one thread each. Dropping it stops them: as [`shutdown`](Self::shutdown) with a drain of
/// zero.
///
/// It may be used from any thread, the shards' own included; only [`block_on`](Self::block_on) and `shutdown` are for
/// threads outside.
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
/// let rt = Runtime::builder().shards(2).build()?;
/// let client = rt.client();
/// let sum = rt.block_on(async {
///     let counter = rt.remote(1).ok_or("no shard 1")?.start(Counter::default).await?;
///     counter.add(5)?;
///     Ok::<_, Box<dyn std::error::Error>>(counter.get(&client).await?)
/// })?;
/// assert_eq!(sum, 5);
/// assert_eq!(rt.shutdown()?.handled, 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Runtime {
    shared: Arc<Shared>,
    threads: Vec<thread::JoinHandle<()>>,
    /// The seats are kept until the report is made.
    _tenancy: Arc<Tenancy>,
}

impl Runtime {
    pub(crate) fn new(tenancy: Arc<Tenancy>, threads: Vec<thread::JoinHandle<()>>) -> Self {
        Self {
            shared: tenancy.0.clone(),
            threads,
            _tenancy: tenancy,
        }
    }

    /// The settings of a runtime to be built; each has a default.
    ///
    /// ```
    /// use spargio::{BackendKind, Runtime};
    ///
    /// let rt = Runtime::builder().build()?;
    /// // A shard for each CPU that the process may use, and the backend that runs everywhere.
    /// assert_eq!(rt.shard_count(), std::thread::available_parallelism()?.get());
    /// assert_eq!(rt.backend(), BackendKind::Queue);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// A client, with which code outside the shards asks, and futures that may run on any of them.
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
    /// # use spargio::{Runtime, SpawnError};
    /// let rt = Runtime::builder().shards(2).build()?;
    /// # let counter: CounterHandle = rt.block_on(rt.remote(0).ok_or("no shard 0")?.start(Counter::default))?;
    /// let client = rt.client();
    /// // On shard 1, this asks an actor of shard 0.
    /// let asks = client.clone();
    /// let sum = rt.spawn_on(1, async move { counter.get(&asks).await })?;
    /// assert_eq!(rt.block_on(sum)?, Ok(0));
    ///
    /// // It keeps no runtime alive.
    /// drop(rt);
    /// let shard = client.remote(0).ok_or("no shard 0")?;
    /// assert_eq!(shard.spawn(async {}).err(), Some(SpawnError::Closed));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn client(&self) -> Client {
        Client {
            shared: self.shared.clone(),
        }
    }

    /// The shard of this number, counted from 0, or `None` if there is none.
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
    /// # use spargio::{Handle, Runtime};
    /// let rt = Runtime::builder().shards(2).build()?;
    /// // A counter on each shard.
    /// let mut counters: Vec<CounterHandle> = Vec::new();
    /// for shard in (0..).map_while(|id| rt.remote(id)) {
    ///     counters.push(rt.block_on(shard.start(Counter::default))?);
    /// }
    /// assert!(counters.iter().map(Handle::shard).eq([0, 1]));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn remote(&self, shard: ShardId) -> Option<RemoteShard> {
        RemoteShard::new(&self.shared, shard)
    }

    /// How many shards there are, at least 1.
    ///
    /// ```
    /// use spargio::Runtime;
    ///
    /// let rt = Runtime::builder().shards(2).build()?;
    /// let numbers: Vec<u64> = (1..=1000).collect();
    /// // Each shard sums up its part.
    /// let part = numbers.len().div_ceil(rt.shard_count());
    /// let parts: Vec<_> = numbers.chunks(part).map(<[u64]>::to_vec).collect();
    /// assert_eq!(parts.len(), 2);
    /// let mut sum = 0;
    /// for (shard, part) in (0..).zip(parts) {
    ///     sum += rt.block_on(rt.spawn_on(shard, async move { part.iter().sum::<u64>() })?)?;
    /// }
    /// assert_eq!(sum, 500_500);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn shard_count(&self) -> usize {
        self.shared.seats.len()
    }

    /// The backend that carries pairs between the shards: what `Auto` came to, never `Auto` itself.
    ///
    /// ```
    /// use spargio::{BackendKind, IoUringReport, Runtime};
    ///
    /// let rt = Runtime::builder().shards(1).backend(BackendKind::Auto).build()?;
    /// if rt.backend() == BackendKind::Queue {
    ///     eprintln!("files are read by threads here:\n{}", IoUringReport::probe());
    /// }
    /// assert_ne!(rt.backend(), BackendKind::Auto);
    /// # Ok::<(), spargio::BuildError>(())
    /// ```
    #[must_use]
    pub fn backend(&self) -> BackendKind {
        self.shared.settings.backend
    }

    /// How actor messages travel: on the queue backend always [`Carry::Lane`].
    ///
    /// ```
    /// use spargio::{BackendKind, Carry, Runtime};
    ///
    /// let rt = Runtime::builder().shards(1).backend(BackendKind::Auto).carry(Carry::Completion).build()?;
    /// // `Auto` takes the ring only if that carries so, too.
    /// let expected = if rt.backend() == BackendKind::IoUring { Carry::Completion } else { Carry::Lane };
    /// assert_eq!(rt.carry(), expected);
    /// # Ok::<(), spargio::BuildError>(())
    /// ```
    #[must_use]
    pub fn carry(&self) -> Carry {
        self.shared.settings.carry
    }

    /// Spawns a `Send` future on a shard.
    ///
    /// ```
    /// use spargio::Runtime;
    ///
    /// let rt = Runtime::builder().shards(2).build()?;
    /// let halves = [rt.spawn_on(0, async { (0..500).sum::<u32>() })?, rt.spawn_on(1, async { (500..1000).sum::<u32>() })?];
    /// let mut sum = 0;
    /// for half in halves { sum += rt.block_on(half)?; }
    /// assert_eq!(sum, 499_500);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`SpawnError::NoSuchShard`], or [`SpawnError::Closed`] if the runtime is shutting down.
    pub fn spawn_on<F>(
        &self,
        shard: ShardId,
        future: F,
    ) -> Result<JoinHandle<F::Output>, SpawnError>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        self.shard(shard)?.spawn(future)
    }

    /// Spawns the future that a `Send` closure makes on a shard; the future need not be `Send`. A panic of the closure is
    /// the task's.
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
    /// # use spargio::Runtime;
    /// let rt = Runtime::builder().shards(1).build()?;
    /// let sum = rt.spawn_local_on(0, |cx| async move {
    ///     // All that belongs to the shard may be used here: `cx` itself stays on it.
    ///     let counter: CounterHandle = cx.start(Counter::default()).ok()?;
    ///     for n in 1..=10 { counter.add(n).ok()?; }
    ///     counter.get(&cx).await.ok()
    /// })?;
    /// assert_eq!(rt.block_on(sum)?, Some(55));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`spawn_on`](Self::spawn_on).
    pub fn spawn_local_on<F, Fut>(
        &self,
        shard: ShardId,
        make: F,
    ) -> Result<JoinHandle<Fut::Output>, SpawnError>
    where
        F: FnOnce(ShardCtx) -> Fut + Send + 'static,
        Fut: Future + 'static,
        Fut::Output: Send + 'static,
    {
        self.shard(shard)?.spawn_local(make)
    }

    fn shard(&self, shard: ShardId) -> Result<RemoteShard, SpawnError> {
        let shards = self.shard_count();
        self.remote(shard)
            .ok_or(SpawnError::NoSuchShard { shard, shards })
    }

    /// Runs a future on the calling thread until it ends. It need not be `Send`, may borrow, and has no limit on its time
    /// but those of what it waits for.
    ///
    /// ```
    /// use spargio::Runtime;
    ///
    /// let rt = Runtime::builder().shards(2).build()?;
    /// let mut squares = Vec::new();
    /// rt.block_on(async {
    ///     // The tasks run on the shards, both at once; what they give is collected here.
    ///     let tasks = [rt.spawn_on(0, async { 3 * 3 })?, rt.spawn_on(1, async { 4 * 4 })?];
    ///     for task in tasks { squares.push(task.await?); }
    ///     Ok::<(), Box<dyn std::error::Error>>(())
    /// })?;
    /// assert_eq!(squares, [9, 16]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Panics
    ///
    /// On a shard's thread, which has actors and tasks to run and must not block: await there, or use
    /// [`ShardCtx::spawn_local`].
    pub fn block_on<F: Future>(&self, future: F) -> F::Output {
        assert!(
            current::with(|core| core.is_none()),
            "`block_on` was called on a shard's thread, which it would block: use `spawn_local` there"
        );
        block_on(future)
    }

    /// What the shards and actors have counted so far. The shards are not held up.
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
    /// # use spargio::Runtime;
    /// # let rt = Runtime::builder().shards(1).build()?;
    /// # let client = rt.client();
    /// # let counter: CounterHandle = rt.block_on(rt.remote(0).ok_or("no shard 0")?.start(Counter::default))?;
    /// let handled = || rt.stats().shards.iter().map(|shard| shard.handled).sum::<u64>();
    /// let before = handled();
    /// for n in 1..=3 { counter.add(n)?; }
    /// rt.block_on(counter.get(&client))?;
    /// // Counts only grow: two of them say what came between.
    /// assert_eq!(handled() - before, 4);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn stats(&self) -> Stats {
        Stats::of(&self.shared)
    }

    /// Stops the runtime and says what became of its messages.
    ///
    /// Sends from outside get `Closed` from now on. Actors finish what was accepted, for at most the builder's `drain`;
    /// then tasks are dropped, actors run their `stopped` hooks, for at most a second all together, and what is left is
    /// undelivered. Afterwards every handle gives `Dead`.
    ///
    /// A shard whose user code does not return is left running and reported, two and a half seconds after the drain.
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
    /// # use spargio::{Runtime, SendError};
    /// # let rt = Runtime::builder().shards(1).build()?;
    /// # let counter: CounterHandle = rt.block_on(rt.remote(0).ok_or("no shard 0")?.start(Counter::default))?;
    /// for n in 1..=100 { counter.add(n)?; }
    /// let report = rt.shutdown()?;
    /// // Nothing was lost, and nothing more is taken.
    /// assert_eq!((report.accepted, report.handled), (100, 100));
    /// assert!(matches!(counter.add(1), Err(SendError::Dead(_))));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ShutdownError::OnOwnShard`] on one of the runtime's own shards, which it would have to wait for. The runtime is
    /// then dropped.
    pub fn shutdown(mut self) -> Result<ShutdownReport, ShutdownError> {
        if self.is_own_shard() {
            return Err(ShutdownError::OnOwnShard);
        }
        let drain = self.shared.settings.drain;
        let stuck_shards = self.end(drain);
        let totals = self.shared.totals();
        Ok(ShutdownReport {
            accepted: totals.accepted,
            handled: totals.handled,
            undelivered: totals.undelivered,
            leaked_ops: totals.leaked_ops,
            stuck_shards: stuck_shards.len() as u64,
            stuck: stuck_shards,
        })
    }

    fn is_own_shard(&self) -> bool {
        current::with(|core| core.is_some_and(|core| core.shared.id == self.shared.id))
    }

    /// Ends the shards; returns those that do not.
    fn end(&mut self, drain: Duration) -> Vec<ShardId> {
        self.shared.begin_closing(drain);
        let stuck = self.shared.closing.wait(drain);
        for (id, thread) in (0..).zip(self.threads.drain(..)) {
            if !stuck.contains(&id) {
                // It cannot have panicked: that aborts.
                _ = thread.join();
            }
        }
        self.shared.clock.end();
        self.shared.clock.join();
        stuck
    }
}

impl Drop for Runtime {
    fn drop(&mut self) {
        if self.shared.is_closing() {
            // `shutdown` has seen to it.
        } else if self.is_own_shard() {
            // The shards end by themselves; this one cannot wait for itself.
            self.shared.begin_closing(Duration::ZERO);
        } else {
            self.end(Duration::ZERO);
        }
    }
}

impl std::fmt::Debug for Runtime {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "Runtime({} shards, {:?})",
            self.shard_count(),
            self.backend()
        )
    }
}
