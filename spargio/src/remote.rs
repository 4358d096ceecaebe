//! A shard, seen from elsewhere.

use crate::ShardId;
use crate::actor::Actor;
use crate::ctx::ShardCtx;
use crate::door::seat::Parcel;
use crate::door::shared::Shared;
use crate::error::{SendError, SpawnError, StartError};
use crate::handle::HandleOf;
use crate::join::{JoinHandle, pair};
use crate::life;
use crate::message::{Encoder, InlineMsg, NoReply, ToPair};
use crate::shard::outbox::Stream;
use crate::shard::send::credit;
use crate::shard::{current, oneshot};
use crate::ticket::SendTicket;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

/// A shard, seen from elsewhere: another shard, or a thread that is none. Cheap to clone; keeps no runtime alive.
///
/// ```
/// use spargio::ShardCtx;
/// use std::rc::Rc;
///
/// #[spargio::main(shards = 2)]
/// async fn main(cx: ShardCtx) -> Result<(), Box<dyn std::error::Error>> {
///     let other = cx.remote(1).ok_or("no shard 1")?;
///     let sum = other.spawn(async { 1 + 2 })?;
///     // The closure goes there; what it makes stays there, and need not be `Send`.
///     let len = other.spawn_local(|_| async { Rc::<str>::from("local").len() })?;
///     // And a pair, to its event queue.
///     other.send_raw(7, 1)?.await?;
///     assert_eq!((sum.await?, len.await?), (3, 5));
///     Ok(())
/// }
/// ```
#[derive(Clone)]
pub struct RemoteShard {
    shared: Arc<Shared>,
    id: ShardId,
}

impl RemoteShard {
    pub(crate) fn new(shared: &Arc<Shared>, id: ShardId) -> Option<Self> {
        (usize::from(id) < shared.seats.len()).then(|| Self {
            shared: shared.clone(),
            id,
        })
    }

    /// The shard's number, counted from 0.
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
    /// # use spargio::{RemoteShard, Runtime};
    /// let rt = Runtime::builder().shards(2).build()?;
    /// # let counter: CounterHandle = rt.block_on(rt.remote(0).ok_or("no shard 0")?.start(Counter::default))?;
    /// # counter.add(1)?;
    /// let shards: Vec<RemoteShard> = (0..).map_while(|id| rt.remote(id)).collect();
    /// // The shard that the fewest messages were sent to: all went to a counter on shard 0.
    /// let stats = rt.stats().shards;
    /// let accepted = |shard: &&RemoteShard| stats[usize::from(shard.shard_id())].accepted;
    /// let idlest = shards.iter().min_by_key(accepted).ok_or("no shards")?;
    /// assert_eq!(idlest.shard_id(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn shard_id(&self) -> ShardId {
        self.id
    }

    /// Runs the closure on that shard and starts the actor that it makes. Sent when called; the future resolves when
    /// the actor's `started` hook has ended, and dropping it cancels nothing.
    ///
    /// ```
    /// # use spargio::{Cx, RingMsg, Runtime, shard_actor};
    /// # use std::rc::Rc;
    /// # #[derive(RingMsg)]
    /// # enum NameMsg { #[ring(reply = Option<String>)] Get(usize) }
    /// # #[shard_actor(msg = NameMsg)]
    /// # struct Names { names: Rc<[String]> }
    /// # impl NameBehavior for Names {
    /// #     async fn get(&mut self, _: &Cx<Self>, value: usize) -> Option<String> { self.names.get(value).cloned() }
    /// # }
    /// # let rt = Runtime::builder().shards(2).build()?;
    /// let words = vec!["ada".to_owned(), "alan".to_owned()];
    /// // What the closure takes along is `Send`; the actor, with its `Rc`, is made there and is not.
    /// let starting = rt.remote(1).ok_or("no shard 1")?.start(move || Names { names: Rc::from(words) });
    /// let names: NameHandle = rt.block_on(starting)?;
    /// assert_eq!(rt.block_on(names.get(&rt.client(), 1))?.as_deref(), Some("alan"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`StartError::Panicked`] if the closure or the hook panicked, [`StartError::Closed`] if the runtime is shutting
    /// down, [`StartError::NoSlots`] if the process has as many actors and tasks as it can.
    pub fn start<A, F>(&self, make: F) -> Starting<HandleOf<A>>
    where
        A: Actor + 'static,
        F: FnOnce() -> A + Send + 'static,
    {
        let (sender, receiver) = oneshot::channel();
        self.run(move |ctx| {
            // Whatever comes of it, the sender is told.
            _ = match ctx.core.guard(make) {
                Some(actor) => life::start(&ctx.core, actor, Some(sender)).map(|_| ()),
                None => sender
                    .send(Err(StartError::Panicked))
                    .map_err(|_| StartError::Panicked),
            };
        });
        Starting(receiver)
    }

    /// Spawns a `Send` future on that shard. It runs there until it ends, is aborted through the handle, or the runtime
    /// stops.
    ///
    /// ```
    /// # #[spargio::main(shards = 2)]
    /// # async fn main(cx: spargio::ShardCtx) -> Result<(), Box<dyn std::error::Error>> {
    /// let other = cx.remote(1).ok_or("no shard 1")?;
    /// let text = String::from("one two three four");
    /// // It is begun there while this shard goes on here.
    /// let task = other.spawn(async move { text.split(' ').count() })?;
    /// let own = "five six".split(' ').count();
    /// assert_eq!(own + task.await?, 6);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`SpawnError::Closed`] if the runtime is shutting down.
    pub fn spawn<F>(&self, future: F) -> Result<JoinHandle<F::Output>, SpawnError>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        self.spawn_local(move |_| future)
    }

    /// Spawns the future that the closure makes on that shard; the future need not be `Send`. A panic of the closure is
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
    /// # #[spargio::main(shards = 2)]
    /// # async fn main(cx: spargio::ShardCtx) -> Result<(), Box<dyn std::error::Error>> {
    /// let other = cx.remote(1).ok_or("no shard 1")?;
    /// // A conversation with an actor there, of which only the end comes back.
    /// let sum = other.spawn_local(|there| async move {
    ///     let counter: CounterHandle = there.start(Counter::default()).ok()?;
    ///     for n in 1..=10 { counter.add(n).ok()?; }
    ///     counter.get(&there).await.ok()
    /// })?;
    /// assert_eq!(sum.await?, Some(55));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`spawn`](Self::spawn).
    pub fn spawn_local<F, Fut>(&self, make: F) -> Result<JoinHandle<Fut::Output>, SpawnError>
    where
        F: FnOnce(ShardCtx) -> Fut + Send + 'static,
        Fut: Future + 'static,
        Fut::Output: Send + 'static,
    {
        let (handle, report) = pair();
        let sent = self.run(move |ctx| {
            let core = ctx.core.clone();
            // Made in the task, so that a panic of the closure is the task's.
            core.spawn(Box::pin(report.on(async move { make(ctx).await })));
        });
        if sent {
            Ok(handle)
        } else {
            Err(SpawnError::Closed)
        }
    }

    /// Runs a closure on that shard, not at all if the runtime is shutting down. `false`: it is known now not to run.
    fn run(&self, f: impl FnOnce(ShardCtx) + Send + 'static) -> bool {
        let seat = self.shared.seats[usize::from(self.id)];
        let runtime = self.shared.id;
        let outside = current::with(|core| core.is_none_or(|core| core.shared.id != runtime));
        if outside && self.shared.is_closing() {
            return false;
        }
        let job = move || {
            let ctx = ShardCtx::current().expect("a job runs on its shard");
            // Not on a shard of another runtime that has rented the seat since.
            if ctx.core.shared.id == runtime {
                f(ctx);
            }
        };
        seat.inject(Parcel::Job(Box::new(job))).is_ok()
    }

    /// Sends a pair to the shard's event queue; never blocks. It is an event there, never an actor's message.
    ///
    /// ```
    /// # use spargio::{Event, Runtime, SendError};
    /// let rt = Runtime::builder().shards(1).mailbox(2).build()?;
    /// let sent = rt.spawn_local_on(0, |cx| async move {
    ///     let own = cx.remote(0)?;
    ///     for val in [10, 20] { own.send_raw(1, val).ok()?; }
    ///     // There is room for two: the third is handed back, until one is read.
    ///     let Err(SendError::Full((tag, val))) = own.send_raw(1, 30) else { return None };
    ///     let Event::RingMsg { val: first, .. } = cx.next_event().await;
    ///     own.send_raw(tag, val).ok()?.await.ok()?;
    ///     Some(first)
    /// })?;
    /// assert_eq!(rt.block_on(sent)?, Some(10));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// `Full` if the event queue (its size is the builder's `mailbox`) or the lane to it has no room, `Dead` if the
    /// shard has ended, `Closed` if the runtime is shutting down and this thread is outside it. The pair is handed
    /// back.
    pub fn send_raw(&self, tag: u16, val: u64) -> Result<SendTicket, SendError<(u16, u64)>> {
        self.send_event((tag, val), |pair| pair)
    }

    /// Sends a message as a pair to the shard's event queue, where `M::decode` reads it; never blocks.
    ///
    /// ```
    /// # use spargio::{Event, RingMsg, Runtime};
    /// #[derive(Debug, PartialEq, RingMsg)]
    /// enum LampMsg { Off, Dim { percent: u8 } }
    ///
    /// let rt = Runtime::builder().shards(1).build()?;
    /// // Who receives it needs no actor, and no enum but this.
    /// let seen = rt.spawn_local_on(0, |cx| async move {
    ///     let Event::RingMsg { tag, val, .. } = cx.next_event().await;
    ///     LampMsg::decode(tag, val)
    /// })?;
    /// rt.remote(0).ok_or("no shard 0")?.send(LampMsg::Dim { percent: 40 })?;
    /// assert_eq!(rt.block_on(seen)?, Ok(LampMsg::Dim { percent: 40 }));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`send_raw`](Self::send_raw).
    pub fn send<M: InlineMsg>(&self, message: M) -> Result<SendTicket, SendError<M>> {
        self.send_event(message, |message| {
            message
                .__encode(Encoder::new(0, NoReply, ToPair))
                .expect("an inline message has neither a body nor a reply")
        })
    }

    fn send_event<M>(
        &self,
        message: M,
        pair: impl FnOnce(M) -> (u16, u64),
    ) -> Result<SendTicket, SendError<M>> {
        let queue = self.shared.events[usize::from(self.id)];
        current::with(|core| match credit(core, queue, Stream::Events) {
            Err(refused) => Err(refused.with(message)),
            Ok(credit) => {
                let (tag, val) = pair(message);
                Ok(SendTicket::send(credit, tag, val))
            }
        })
    }
}

impl std::fmt::Debug for RemoteShard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RemoteShard({})", self.id)
    }
}

/// The future of [`RemoteShard::start`].
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
/// use spargio::ShardCtx;
///
/// #[spargio::main(shards = 2)]
/// async fn main(cx: ShardCtx) -> Result<(), Box<dyn std::error::Error>> {
///     let (one, two) = (cx.remote(0).ok_or("no shard 0")?, cx.remote(1).ok_or("no shard 1")?);
///     // Both begin now, each on its shard.
///     let (first, second) = (one.start(Counter::default), two.start(Counter::default));
///     let (first, second) = (first.await?, second.await?);
///     assert_ne!(first, second);
///     Ok(())
/// }
/// ```
#[must_use = "the actor starts, but its handle and its error are lost"]
pub struct Starting<H>(oneshot::Receiver<Result<H, StartError>>);

impl<H> Future for Starting<H> {
    type Output = Result<H, StartError>;

    fn poll(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<Self::Output> {
        // Dropped with the shard.
        Pin::new(&mut self.0)
            .poll(task)
            .map(|result| result.unwrap_or(Err(StartError::Closed)))
    }
}
