//! A shard, seen from the code that runs on it.

use crate::ShardId;
use crate::actor::Actor;
use crate::client::Client;
use crate::door::slots::Address;
use crate::error::StartError;
use crate::handle::HandleOf;
use crate::join::{JoinHandle, pair};
use crate::life;
use crate::remote::RemoteShard;
use crate::shard::events::{Event, NextEvent};
use crate::shard::{Core, current};
use std::rc::Rc;

/// A shard, seen from the code that runs on it: tasks and actors. Cheap to clone; stays on its shard.
///
/// ```
/// use spargio::ShardCtx;
/// use std::{cell::Cell, rc::Rc};
///
/// #[spargio::main(shards = 2)]
/// async fn main(cx: ShardCtx) -> Result<(), Box<dyn std::error::Error>> {
///     // What tasks of one shard share needs no lock.
///     let count = Rc::new(Cell::new(0));
///     let task = cx.spawn_local({
///         let count = count.clone();
///         async move { count.set(count.get() + 1) }
///     });
///     task.await?;
///     assert_eq!(count.get(), 1);
///
///     let other = cx.remote(1).ok_or("no shard 1")?;
///     let there = other.spawn_local(|cx| async move { cx.shard_id() })?.await?;
///     assert_eq!((cx.shard_id(), there), (0, 1));
///     Ok(())
/// }
/// ```
#[derive(Clone)]
pub struct ShardCtx {
    pub(crate) core: Rc<Core>,
}

impl ShardCtx {
    /// The shard that the calling code runs on, or `None` on a thread that is no shard.
    ///
    /// ```
    /// use spargio::{Runtime, ShardCtx};
    ///
    /// assert!(ShardCtx::current().is_none());
    /// let rt = Runtime::builder().shards(1).build()?;
    /// let id = rt.spawn_on(0, async { ShardCtx::current().map(|cx| cx.shard_id()) })?;
    /// assert_eq!(rt.block_on(id)?, Some(0));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn current() -> Option<Self> {
        current::with(|core| core.map(|core| Self { core: core.hold() }))
    }

    /// The shard's number, counted from 0.
    ///
    /// ```
    /// # use spargio::ShardCtx;
    /// /// Every shard looks after its own keys, which no other does.
    /// fn is_mine(cx: &ShardCtx, key: u64) -> bool {
    ///     key % cx.shard_count() as u64 == u64::from(cx.shard_id())
    /// }
    ///
    /// # #[spargio::main(shards = 2)]
    /// # async fn main(cx: ShardCtx) -> Result<(), Box<dyn std::error::Error>> {
    /// let mut keys = Vec::new();
    /// for shard in (0..).map_while(|id| cx.remote(id)) {
    ///     let own = shard.spawn_local(|cx| async move { (0..6).filter(|&key| is_mine(&cx, key)).collect::<Vec<_>>() })?;
    ///     keys.push(own.await?);
    /// }
    /// assert_eq!(keys, [[0, 2, 4], [1, 3, 5]]);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn shard_id(&self) -> ShardId {
        self.core.id
    }

    /// How many shards the runtime has, at least 1.
    ///
    /// ```
    /// # use spargio::ShardCtx;
    /// /// The neighbour; of the last shard, the first.
    /// fn next(cx: &ShardCtx) -> spargio::ShardId {
    ///     ((usize::from(cx.shard_id()) + 1) % cx.shard_count()) as spargio::ShardId
    /// }
    ///
    /// # #[spargio::main(shards = 3)]
    /// # async fn main(cx: spargio::ShardCtx) -> Result<(), Box<dyn std::error::Error>> {
    /// let last = cx.remote(2).ok_or("no shard 2")?;
    /// assert_eq!((next(&cx), last.spawn_local(|cx| async move { next(&cx) })?.await?), (1, 0));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn shard_count(&self) -> usize {
        self.core.shared.seats.len()
    }

    /// A client of this runtime, which may go to any thread, as this cannot.
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
    /// # #[spargio::main(shards = 2)]
    /// # async fn main(cx: spargio::ShardCtx) -> Result<(), Box<dyn std::error::Error>> {
    /// let counter: CounterHandle = cx.start(Counter::default())?;
    /// let client = cx.client();
    /// // A future that is `Send` asks with a client, wherever it runs.
    /// let sum = cx.remote(1).ok_or("no shard 1")?.spawn(async move {
    ///     counter.add(5).ok()?;
    ///     counter.get(&client).await.ok()
    /// })?;
    /// assert_eq!(sum.await?, Some(5));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn client(&self) -> Client {
        Client {
            shared: self.core.shared.clone(),
        }
    }

    /// The shard of this number, this one included, or `None` if the runtime has no such shard.
    ///
    /// ```
    /// # #[spargio::main(shards = 2)]
    /// # async fn main(cx: spargio::ShardCtx) -> Result<(), Box<dyn std::error::Error>> {
    /// // The same on every shard, all at once.
    /// let mut tasks = Vec::new();
    /// for shard in (0..).map_while(|id| cx.remote(id)) {
    ///     tasks.push(shard.spawn_local(|cx| async move { u64::from(cx.shard_id()) + 1 })?);
    /// }
    /// let mut product = 1;
    /// for task in tasks { product *= task.await?; }
    /// assert_eq!(product, 2);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn remote(&self, shard: ShardId) -> Option<RemoteShard> {
        RemoteShard::new(&self.core.shared, shard)
    }

    /// Starts an actor on this shard. Its handle is good at once: what is sent is handled after its `started` hook.
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
    /// # #[spargio::main(shards = 1)]
    /// # async fn main(cx: spargio::ShardCtx) -> Result<(), Box<dyn std::error::Error>> {
    /// let counter: CounterHandle = cx.start(Counter::default())?;
    /// counter.add(5)?;
    /// counter.add(6)?;
    /// assert_eq!(counter.get(&cx).await?, 11);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`StartError::Closed`] if the runtime is shutting down, [`StartError::NoSlots`] if the process has as many
    /// actors and tasks as it can (16,777,216).
    pub fn start<A: Actor + 'static>(&self, actor: A) -> Result<HandleOf<A>, StartError> {
        life::start(&self.core, actor, None)
    }

    /// Spawns a task on this shard; its future need not be `Send`. It runs until it ends, is aborted through the
    /// handle, or the runtime stops.
    ///
    /// ```
    /// # use spargio::ShardCtx;
    /// # #[spargio::main(shards = 1)]
    /// # async fn main(cx: ShardCtx) -> Result<(), Box<dyn std::error::Error>> {
    /// use std::{cell::RefCell, rc::Rc};
    ///
    /// let words = Rc::new(RefCell::new(Vec::new()));
    /// let task = cx.spawn_local({
    ///     let words = words.clone();
    ///     async move { words.borrow_mut().push("task") }
    /// });
    /// // It begins once this one waits.
    /// words.borrow_mut().push("main");
    /// task.await?;
    /// assert_eq!(*words.borrow(), ["main", "task"]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn spawn_local<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        self.spawn(future).0
    }

    /// Spawns a task and says where it is, if it was spawned.
    pub(crate) fn spawn<F>(&self, future: F) -> (JoinHandle<F::Output>, Option<Address>)
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        let (handle, report) = pair();
        (handle, self.core.spawn(Box::pin(report.on(future))))
    }

    /// The next pair of this shard's event queue. Several who wait are served in turn.
    ///
    /// ```
    /// use spargio::{Event, Runtime};
    ///
    /// let rt = Runtime::builder().shards(1).build()?;
    /// // Adds what comes, until a pair of tag 0.
    /// let sum = rt.spawn_local_on(0, |cx| async move {
    ///     let mut sum = 0;
    ///     while let Event::RingMsg { tag: 1, val, .. } = cx.next_event().await { sum += val; }
    ///     sum
    /// })?;
    /// let shard = rt.remote(0).ok_or("no shard 0")?;
    /// for pair in [(1, 20), (1, 22), (0, 0)] { shard.send_raw(pair.0, pair.1)?; }
    /// assert_eq!(rt.block_on(sum)?, 42);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Cancellation
    ///
    /// Dropping the future loses no event.
    pub fn next_event(&self) -> impl Future<Output = Event> + use<> {
        NextEvent::new(self.core.clone())
    }
}

impl std::fmt::Debug for ShardCtx {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ShardCtx({})", self.core.id)
    }
}
