//! Actors: what an actor is, and what its methods are given.

use crate::ctx::ShardCtx;
use crate::door::slots::Address;
use crate::error::StartError;
use crate::handle::{Handle, HandleOf};
use crate::join::JoinHandle;
use crate::message::{Next, RingMsg};
use crate::payload::Payload;
use crate::reply::Reply;
use crate::shard::entry::HeldEntry;

/// A struct whose state lives on one shard and that handles the messages of one protocol.
///
/// Implemented by [`#[shard_actor]`](macro@crate::shard_actor), never by hand.
///
/// It is the bound of code that is about actors of any kind:
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
/// use spargio::{Actor, HandleOf, ShardCtx, StartError};
///
/// /// One actor of a kind on each shard.
/// async fn everywhere<A: Actor + Default + 'static>(cx: &ShardCtx) -> Result<Vec<HandleOf<A>>, StartError> {
///     let mut handles = Vec::new();
///     for shard in (0..).map_while(|id| cx.remote(id)) {
///         handles.push(shard.start(A::default).await?);
///     }
///     Ok(handles)
/// }
///
/// #[spargio::main(shards = 2)]
/// async fn main(cx: ShardCtx) -> Result<(), Box<dyn std::error::Error>> {
///     let counters: Vec<CounterHandle> = everywhere::<Counter>(&cx).await?;
///     assert_eq!((counters.len(), Counter::NAME), (2, "Counter"));
///     Ok(())
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an actor",
    label = "not an actor",
    note = "annotate the struct with `#[shard_actor(msg = ..)]`"
)]
pub trait Actor: Sized {
    /// The messages that it handles.
    type Msg: Dispatch<Self>;

    /// Its name in statistics.
    const NAME: &'static str;

    /// How many messages its mailbox holds; `None` for the builder's `mailbox`.
    const MAILBOX: Option<usize> = None;
}

/// Calls an actor's method for a message. `#[derive(RingMsg)]` implements it for every type with the protocol's
/// behavior.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a protocol",
    label = "not a message enum",
    note = "put `#[derive(RingMsg)]` on the enum of messages"
)]
#[expect(
    async_fn_in_trait,
    reason = "handlers run on one shard and need not be Send"
)]
pub trait Dispatch<A>: RingMsg {
    /// Handles the actor's next message, which has this tag.
    fn __dispatch(actor: &mut A, cx: &Cx<A>, tag: u16) -> impl Future<Output = ()>;
    async fn __started(actor: &mut A, cx: &Cx<A>);
    async fn __stopped(actor: &mut A, cx: &Cx<A>);
}

/// What an actor's methods are given: itself, its shard, and what it may start.
///
/// It stays on its shard: it is neither `Send` nor `Clone`.
///
/// ```
/// use spargio::{Cx, Handle, RingMsg, ShardCtx, blocking, shard_actor};
/// # use std::{cell::Cell, rc::Rc};
///
/// #[derive(RingMsg)]
/// enum JobMsg { Begin { most: u64 }, End { sum: u64 } }
///
/// #[shard_actor(msg = JobMsg)]
/// struct Job { result: Rc<Cell<u64>> }
///
/// impl JobBehavior for Job {
///     async fn begin(&mut self, cx: &Cx<Self>, most: u64) {
///         let job = cx.handle();
///         // A task does not hold the actor, which handles other messages meanwhile.
///         cx.spawn_local(async move {
///             if let Ok(sum) = blocking(move || (1..=most).sum()).await { _ = job.end(sum); }
///         });
///     }
///     async fn end(&mut self, cx: &Cx<Self>, sum: u64) {
///         self.result.set(sum);
///         cx.stop();
///     }
/// }
///
/// #[spargio::main(shards = 1)]
/// async fn main(cx: ShardCtx) -> Result<(), Box<dyn std::error::Error>> {
///     let result = Rc::new(Cell::new(0));
///     let job: JobHandle = cx.start(Job { result: result.clone() })?;
///     job.begin(100)?;
///     job.wait_stopped().await;
///     assert_eq!(result.get(), 5050);
///     Ok(())
/// }
/// ```
pub struct Cx<A> {
    pub(crate) shard: ShardCtx,
    pub(crate) entry: HeldEntry,
    actor: std::marker::PhantomData<fn(&A)>,
}

impl<A: Actor> Cx<A> {
    /// The actor's own handle: to be given away, or to send itself messages with.
    ///
    /// ```
    /// # use spargio::{Cx, RingMsg, ShardCtx, shard_actor};
    /// # #[derive(RingMsg)]
    /// # enum ScanMsg { Look { pages: u32 }, #[ring(reply = u32)] Seen }
    /// # #[shard_actor(msg = ScanMsg)]
    /// # #[derive(Default)]
    /// # struct Scan { seen: u32 }
    /// impl ScanBehavior for Scan {
    ///     async fn look(&mut self, cx: &Cx<Self>, pages: u32) {
    ///         self.seen += 1;
    ///         // A page at a time, so that other messages come in between.
    ///         if pages > 1 { _ = cx.handle().look(pages - 1); }
    ///     }
    ///     async fn seen(&mut self, _: &Cx<Self>) -> u32 { self.seen }
    /// }
    /// # #[spargio::main(shards = 1)]
    /// # async fn main(cx: ShardCtx) -> Result<(), Box<dyn std::error::Error>> {
    /// let scan: ScanHandle = cx.start(Scan::default())?;
    /// scan.look(1000)?;
    /// assert_eq!(scan.seen(&cx).await?, 1);
    /// # Ok(())
    /// # }
    /// ```
    pub fn handle(&self) -> HandleOf<A> {
        HandleOf::<A>::__from_address(self.address())
    }

    /// The actor's shard: to find other shards, to have a client, or to ask with in a task.
    ///
    /// Inside the handler itself it cannot ask: that is refused with [`AskError::Undeclared`](crate::AskError::Undeclared).
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
    /// # use spargio::{Cx, Reply, RingMsg, shard_actor};
    /// # #[derive(RingMsg)]
    /// # enum ReportMsg { #[ring(reply = String, later)] Write }
    /// # #[shard_actor(msg = ReportMsg)]
    /// # struct Report { counter: CounterHandle }
    /// impl ReportBehavior for Report {
    ///     async fn write(&mut self, cx: &Cx<Self>, reply: Reply<String>) {
    ///         let (counter, shard) = (self.counter, cx.shard().clone());
    ///         // The protocol declares no ask: the task waits, and the actor does not.
    ///         cx.spawn_local(async move {
    ///             if let Ok(sum) = counter.get(&shard).await { reply.send(format!("counted {sum}")); }
    ///         });
    ///     }
    /// }
    /// # #[spargio::main(shards = 1)]
    /// # async fn main(cx: spargio::ShardCtx) -> Result<(), Box<dyn std::error::Error>> {
    /// let counter: CounterHandle = cx.start(Counter::default())?;
    /// let report: ReportHandle = cx.start(Report { counter })?;
    /// assert_eq!(report.write(&cx).await?, "counted 0");
    /// # Ok(())
    /// # }
    /// ```
    pub fn shard(&self) -> &ShardCtx {
        &self.shard
    }

    /// Starts another actor on this shard. It is not linked to this one: it goes on when this one stops. Its handle is
    /// good at once.
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
    /// # use spargio::{Cx, Handle, RingMsg, shard_actor};
    /// # #[derive(RingMsg)]
    /// # enum PoolMsg { #[ring(reply = Option<CounterHandle>)] Hire }
    /// # #[shard_actor(msg = PoolMsg)]
    /// # #[derive(Default)]
    /// # struct Pool { hired: Vec<CounterHandle> }
    /// impl PoolBehavior for Pool {
    ///     async fn hire(&mut self, cx: &Cx<Self>) -> Option<CounterHandle> {
    ///         let counter = cx.start(Counter::default()).ok()?;
    ///         self.hired.push(counter);
    ///         Some(counter)
    ///     }
    ///     // They would go on without it.
    ///     async fn stopped(&mut self, _: &Cx<Self>) {
    ///         for counter in &self.hired { counter.stop(); }
    ///     }
    /// }
    /// # #[spargio::main(shards = 1)]
    /// # async fn main(cx: spargio::ShardCtx) -> Result<(), Box<dyn std::error::Error>> {
    /// # let pool: PoolHandle = cx.start(Pool::default())?;
    /// let counter = pool.hire(&cx).await?.ok_or("nobody to hire")?;
    /// pool.stop();
    /// counter.wait_stopped().await;
    /// assert!(!counter.is_alive());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`ShardCtx::start`].
    pub fn start<B: Actor + 'static>(&self, actor: B) -> Result<HandleOf<B>, StartError> {
        self.shard.start(actor)
    }

    /// Spawns a task on this shard that ends with this actor. The task does not hold the actor: it may ask through
    /// [`ShardCtx`] and tell the actor what came of it.
    ///
    /// A panic of the task is its own: the handle gives [`JoinError::Panicked`](crate::JoinError::Panicked), the actor goes on.
    ///
    /// ```
    /// # use spargio::{Cx, Handle, RingMsg, ShardCtx, shard_actor};
    /// # use std::rc::Rc;
    /// # #[derive(RingMsg)]
    /// # enum SessionMsg { Serve }
    /// # #[shard_actor(msg = SessionMsg)]
    /// # struct Session { connection: Rc<()> }
    /// impl SessionBehavior for Session {
    ///     async fn serve(&mut self, cx: &Cx<Self>) {
    ///         let connection = self.connection.clone();
    ///         cx.spawn_local(async move { _ = (std::future::pending::<()>().await, connection) });
    ///     }
    /// }
    /// # #[spargio::main(shards = 1)]
    /// # async fn main(cx: ShardCtx) -> Result<(), Box<dyn std::error::Error>> {
    /// let connection = Rc::new(());
    /// let session: SessionHandle = cx.start(Session { connection: connection.clone() })?;
    /// session.serve()?;
    /// session.stop();
    /// session.wait_stopped().await;
    /// // Neither the actor nor its task has it any more.
    /// assert_eq!(Rc::strong_count(&connection), 1);
    /// # Ok(())
    /// # }
    /// ```
    pub fn spawn_local<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        let (handle, task) = self.shard.spawn(future);
        if let Some(task) = task {
            self.shard.core.adopt(&self.entry.get(), task);
        }
        handle
    }

    /// Stops the actor after the present handler: no more messages are accepted from now on, what is in the mailbox is
    /// undelivered, and `stopped` runs.
    ///
    /// ```
    /// # use spargio::{Cx, Handle, RingMsg, ShardCtx, shard_actor};
    /// # use std::{cell::Cell, rc::Rc};
    /// # #[derive(RingMsg)]
    /// # enum DoorMsg { Enter }
    /// # #[shard_actor(msg = DoorMsg)]
    /// # struct Door { inside: Rc<Cell<u32>> }
    /// impl DoorBehavior for Door {
    ///     async fn enter(&mut self, cx: &Cx<Self>) {
    ///         self.inside.set(self.inside.get() + 1);
    ///         if self.inside.get() == 2 { cx.stop(); }
    ///     }
    /// }
    /// # #[spargio::main(shards = 1)]
    /// # async fn main(cx: ShardCtx) -> Result<(), Box<dyn std::error::Error>> {
    /// let inside = Rc::new(Cell::new(0));
    /// let door: DoorHandle = cx.start(Door { inside: inside.clone() })?;
    /// for _ in 0..3 { door.enter()?; }
    /// door.wait_stopped().await;
    /// // The third was in the mailbox.
    /// assert_eq!(inside.get(), 2);
    /// # Ok(())
    /// # }
    /// ```
    pub fn stop(&self) {
        self.shard.core.stop_after_this(self.entry.get());
    }
}

impl<A> Cx<A> {
    pub(crate) fn new(shard: ShardCtx, entry: HeldEntry) -> Self {
        Self {
            shard,
            entry,
            actor: std::marker::PhantomData,
        }
    }

    fn address(&self) -> Address {
        let address = self.entry.get().address();
        address.expect("an actor has its slot for as long as its code runs")
    }
}

/// For the macros' code: how a handler's message is opened.
impl<A> Cx<A> {
    /// Opens a tell. `inline` unpacks the fields where they travel in the val, and is `Some` exactly then.
    #[doc(hidden)]
    #[inline(always)]
    pub fn __tell<F: Payload>(&self, inline: Option<fn(u64) -> Option<F>>) -> Option<F> {
        self.open(|next| next.open_tell(inline))
    }

    /// Opens an ask.
    #[doc(hidden)]
    #[inline(always)]
    pub fn __ask<T: Payload, F: Payload>(
        &self,
        inline: Option<fn(u64) -> Option<F>>,
    ) -> Option<(Reply<T>, F)> {
        self.open(|next| next.open_ask(inline))
    }

    /// Counts and drops a message that no variant of the protocol is.
    #[doc(hidden)]
    #[cold]
    pub fn __refuse(&self) {
        let entry = self.entry.get();
        let record = entry.mailbox.borrow_mut().pop();
        self.shard.core.begin(entry);
        if let Some(record) = record {
            self.shard.core.undeliver(record);
        }
    }

    /// Opens the next message: it is handled if it is what its tag says, else undelivered.
    #[inline(always)]
    fn open<R>(&self, open: impl FnOnce(Next<'_>) -> Option<R>) -> Option<R> {
        let (core, entry) = (&self.shard.core, self.entry.get());
        let opened = open(Next {
            mailbox: &entry.mailbox,
            seats: &core.shared.seats,
        });
        // After it was taken out of the mailbox: its room may be given to one that waits for it.
        core.begin(entry);
        match &opened {
            Some(_) => core.entered(&entry),
            None => core.counters().undelivered.add(1),
        }
        opened
    }
}

impl<A> std::fmt::Debug for Cx<A> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Cx({:?})", self.address())
    }
}
