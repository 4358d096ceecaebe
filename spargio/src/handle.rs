//! Handles: how the rest of the world talks to an actor.

use crate::ShardId;
use crate::actor::Actor;
use crate::door::seat::Parcel;
use crate::door::slots::Address;
use crate::error::SendError;
use crate::message::{Encoder, NoReply, Packed, RingMsg};
use crate::payload::Payload;
use crate::sending::Sending;
use crate::shard::outbox::Stream;
use crate::shard::send::{Refused, credit, stop};
use crate::shard::{current, oneshot};
use crate::value::RingVal;
use std::fmt::{self, Debug, Display};
use std::hash::Hash;
use std::pin::Pin;
use std::task::{Context, Poll};

/// What every handle can do beside sending its protocol's messages. Bring it into scope to use it.
///
/// A handle is 8 bytes, `Copy`, `Send` and `Sync`. It names an actor and does not keep it alive.
///
/// Messages from one shard to one actor are handled in the order in which they were accepted, and so are messages from
/// outside the shards. Between two shards, or a shard and the outside, there is no order: to know that what a shard sent
/// has been handled, have that shard ask, or send a last message.
///
/// Variants of a protocol cannot be named so that they would hide these methods, nor `watch`, `link`, `restart`, `kill`,
/// `priority` or `forward`, which are reserved.
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
/// use spargio::{Handle, ShardCtx};
///
/// /// Stops actors of any kind, all at once, and waits for them.
/// async fn retire<H: Handle>(actors: &[H]) {
///     for actor in actors { actor.stop(); }
///     for actor in actors { actor.wait_stopped().await; }
/// }
///
/// #[spargio::main(shards = 1)]
/// async fn main(cx: ShardCtx) -> Result<(), Box<dyn std::error::Error>> {
///     let (one, two): (CounterHandle, CounterHandle) = (cx.start(Counter::default())?, cx.start(Counter::default())?);
///     assert!(one.is_alive() && one.shard() == cx.shard_id() && one.id() != two.id());
///     retire(&[one, two]).await;
///     assert!(one.add(1).is_err() && !one.is_alive());
///     Ok(())
/// }
/// ```
pub trait Handle: Copy + Send + Sync + Eq + Hash + Debug + RingVal + 'static {
    /// The protocol that the actor understands.
    type Msg: RingMsg<Handle = Self>;

    #[doc(hidden)]
    fn __from_address(address: Address) -> Self;

    #[doc(hidden)]
    fn __address(self) -> Address;

    /// Sends a message as a plain value; never blocks. An ask that is sent so is handled and its reply dropped.
    ///
    /// ```
    /// # use spargio::{Cx, Handle, RingMsg, SendError, ShardCtx, shard_actor};
    /// # #[derive(RingMsg)]
    /// # enum LineMsg { Put { n: u32 } }
    /// # #[shard_actor(msg = LineMsg, mailbox = 2)]
    /// # struct Line;
    /// # impl LineBehavior for Line { async fn put(&mut self, _: &Cx<Self>, _: u32) {} }
    /// # #[spargio::main(shards = 1)]
    /// # async fn main(cx: ShardCtx) -> Result<(), Box<dyn std::error::Error>> {
    /// # let line: LineHandle = cx.start(Line)?;
    /// let mut left = vec![LineMsg::Put { n: 3 }, LineMsg::Put { n: 2 }, LineMsg::Put { n: 1 }];
    /// while let Some(message) = left.pop() {
    ///     match line.try_send(message) {
    ///         // There is room for two: the rest is kept for later.
    ///         Err(SendError::Full(message)) => { left.push(message); break; }
    ///         sent => sent?,
    ///     }
    /// }
    /// assert!(matches!(left[..], [LineMsg::Put { n: 3 }]));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`SendError`] hands the message back and says why: `Full` (the mailbox or the lane to it has no room now),
    /// `Dead` (the actor has stopped, for ever) or `Closed` (the runtime shuts down and this thread is outside it).
    fn try_send(&self, message: Self::Msg) -> Result<(), SendError<Self::Msg>> {
        try_send(self.__address(), message).map_err(|(refused, message)| refused.with(message))
    }

    /// Sends a message and waits for room if there is none, at most the builder's `ask_timeout`.
    ///
    /// While a send waits, other sends from the same shard to this actor give `Full`, and those that wait are served in
    /// turn. A wait inside the actor's own handler could never end: it gives `Full` at once.
    ///
    /// ```
    /// # use futures_channel::oneshot;
    /// # use spargio::{Cx, Handle, RingMsg, ShardCtx, shard_actor, time};
    /// # use std::{cell::RefCell, rc::Rc, time::Duration};
    /// # #[derive(RingMsg)]
    /// # enum PressMsg { Print { page: u32 } }
    /// # #[shard_actor(msg = PressMsg, mailbox = 1)]
    /// # struct Press { jam: Option<oneshot::Receiver<()>>, printed: Rc<RefCell<Vec<u32>>> }
    /// # impl PressBehavior for Press {
    /// #     async fn print(&mut self, _: &Cx<Self>, page: u32) {
    /// #         if let Some(jam) = self.jam.take() { _ = jam.await; }
    /// #         self.printed.borrow_mut().push(page);
    /// #     }
    /// # }
    /// # #[spargio::main(shards = 1)]
    /// # async fn main(cx: ShardCtx) -> Result<(), Box<dyn std::error::Error>> {
    /// # let (mend, jam) = oneshot::channel();
    /// # let printed = Rc::new(RefCell::default());
    /// # let press: PressHandle = cx.start(Press { jam: Some(jam), printed: printed.clone() })?;
    /// // One page may wait while another is printed: the second is sent when the first is begun.
    /// for page in 1..=2 { press.send(PressMsg::Print { page }).await?; }
    /// // The press is jammed. The third is given up.
    /// let third = press.send(PressMsg::Print { page: 3 });
    /// assert!(time::timeout(Duration::from_millis(1), third).await.is_err());
    /// # mend.send(()).map_err(|()| "nobody waits")?;
    /// press.send(PressMsg::Print { page: 4 }).await?;
    /// # press.stop();
    /// # press.wait_stopped().await;
    /// assert_eq!(*printed.borrow(), [1, 2, 4]);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`try_send`](Self::try_send); `Full` after the time is over.
    ///
    /// # Cancellation
    ///
    /// Dropped while it waits, the message is dropped with it and was never accepted.
    fn send(&self, message: Self::Msg) -> Sending<Self::Msg>
    where
        Self::Msg: Send,
    {
        Sending::new(self.__address(), message)
    }

    /// Stops the actor, in order with what this thread has sent it: that is handled first, what others send after it is
    /// undelivered. Needs no room and never blocks; stopping a stopped actor does nothing.
    ///
    /// A handler that waits is not interrupted: what may take for ever it should do in a task of
    /// [`Cx::spawn_local`](crate::Cx::spawn_local), which ends with the actor, or within
    /// [`timeout`](crate::time::timeout).
    ///
    /// ```
    /// # use spargio::{Cx, Handle, RingMsg, ShardCtx, shard_actor};
    /// # use std::{cell::Cell, rc::Rc};
    /// # #[derive(RingMsg)]
    /// # enum TillMsg { Put { coin: u32 } }
    /// # #[shard_actor(msg = TillMsg)]
    /// # struct Till { sum: Rc<Cell<u32>> }
    /// # impl TillBehavior for Till {
    /// #     async fn put(&mut self, _: &Cx<Self>, coin: u32) { self.sum.set(self.sum.get() + coin); }
    /// # }
    /// # #[spargio::main(shards = 1)]
    /// # async fn main(cx: ShardCtx) -> Result<(), Box<dyn std::error::Error>> {
    /// let sum = Rc::new(Cell::new(0));
    /// let till: TillHandle = cx.start(Till { sum: sum.clone() })?;
    /// for coin in [1, 2, 5] { till.put(coin)?; }
    /// till.stop();
    /// till.wait_stopped().await;
    /// // What was sent before is handled; after it, nothing is.
    /// assert_eq!(sum.get(), 8);
    /// assert!(till.put(10).is_err());
    /// # Ok(())
    /// # }
    /// ```
    fn stop(&self) {
        stop(self.__address());
    }

    /// Resolves when the actor has stopped, with its `stopped` hook done and its state dropped; also when it has
    /// panicked, and at once if it had stopped before. It waits from the call on, without a limit of its own.
    ///
    /// ```
    /// # use spargio::{Cx, Handle, RingMsg, ShardCtx, shard_actor};
    /// # #[derive(RingMsg)]
    /// # enum WorkerMsg { #[ring(reply = u32)] Divide { by: u32 } }
    /// # #[shard_actor(msg = WorkerMsg)]
    /// # struct Worker;
    /// # impl WorkerBehavior for Worker {
    /// #     async fn divide(&mut self, _: &Cx<Self>, by: u32) -> u32 { 100 / by }
    /// # }
    /// # #[spargio::main(shards = 1)]
    /// # async fn main(cx: ShardCtx) -> Result<(), Box<dyn std::error::Error>> {
    /// let mut worker: WorkerHandle = cx.start(Worker)?;
    /// // It divides by zero, and panics ...
    /// worker.try_send(WorkerMsg::Divide { by: 0 })?;
    /// worker.wait_stopped().await;
    /// // ... and another takes its place.
    /// worker = cx.start(Worker)?;
    /// assert_eq!(worker.divide(&cx, 4).await?, 25);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Cancellation
    ///
    /// Dropping the future does nothing to the actor.
    fn wait_stopped(&self) -> WaitStopped {
        WaitStopped(watch(self.__address()))
    }

    /// Whether the actor takes messages. `false` is for ever; `true` may be over as soon as it is said: what a send
    /// returns is certain.
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
    /// # use spargio::Handle;
    /// # #[spargio::main(shards = 1)]
    /// # async fn main(cx: spargio::ShardCtx) -> Result<(), Box<dyn std::error::Error>> {
    /// let mut subscribers: Vec<CounterHandle> = vec![cx.start(Counter::default())?, cx.start(Counter::default())?];
    /// subscribers[0].stop();
    /// subscribers[0].wait_stopped().await;
    /// // From time to time, those that are gone are forgotten.
    /// subscribers.retain(Handle::is_alive);
    /// assert_eq!(subscribers.len(), 1);
    /// # Ok(())
    /// # }
    /// ```
    fn is_alive(&self) -> bool {
        let address = self.__address();
        let generation = address.generation().get();
        address
            .page()
            .is_some_and(|page| page.word(address.place()).is_alive(generation))
    }

    /// The shard that the actor lives, or lived, on, counted within its own runtime.
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
    /// # use spargio::Handle;
    /// # #[spargio::main(shards = 2)]
    /// # async fn main(cx: spargio::ShardCtx) -> Result<(), Box<dyn std::error::Error>> {
    /// # let counter = cx.remote(1).ok_or("no shard 1")?.start(Counter::default).await?;
    /// // Beside the counter, a task talks to it without a way between shards.
    /// let home = cx.remote(counter.shard()).ok_or("of another runtime")?;
    /// let sum = home.spawn_local(move |cx| async move {
    ///     for n in 1..=10 { counter.add(n).ok()?; }
    ///     counter.get(&cx).await.ok()
    /// })?;
    /// assert_eq!((counter.shard(), sum.await?), (1, Some(55)));
    /// # Ok(())
    /// # }
    /// ```
    fn shard(&self) -> ShardId {
        self.__address().page().map_or(0, |page| page.seat.shard)
    }

    /// Tells this actor from every other of the process, the stopped ones included.
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
    /// # use spargio::Handle;
    /// # use std::collections::HashMap;
    /// # #[spargio::main(shards = 1)]
    /// # async fn main(cx: spargio::ShardCtx) -> Result<(), Box<dyn std::error::Error>> {
    /// let former: CounterHandle = cx.start(Counter::default())?;
    /// // A table of actors of any kind.
    /// let mut owners = HashMap::from([(former.id(), "ada")]);
    /// former.stop();
    /// former.wait_stopped().await;
    /// let next: CounterHandle = cx.start(Counter::default())?;
    /// // It may live where the former lived, but not under its id.
    /// assert_eq!(owners.get(&next.id()), None);
    /// assert_eq!(owners.remove(&former.id()), Some("ada"));
    /// # Ok(())
    /// # }
    /// ```
    fn id(&self) -> ActorId {
        ActorId(self.__address().to_bits())
    }
}

/// The handle of an actor type.
///
/// What generic code calls it. With the `Counter` of the [crate's example](crate):
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
/// fn two<A: Actor + Default + 'static>(cx: &ShardCtx) -> Result<[HandleOf<A>; 2], StartError> {
///     Ok([cx.start(A::default())?, cx.start(A::default())?])
/// }
///
/// #[spargio::main(shards = 1)]
/// async fn main(cx: ShardCtx) -> Result<(), Box<dyn std::error::Error>> {
///     let [one, other]: [CounterHandle; 2] = two::<Counter>(&cx)?;
///     assert_ne!(one, other);
///     Ok(())
/// }
/// ```
pub type HandleOf<A> = <<A as Actor>::Msg as RingMsg>::Handle;

/// Tells an actor from every other of the process, the stopped ones included.
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
/// use spargio::{ActorId, Handle, Runtime};
///
/// let rt = Runtime::builder().shards(1).build()?;
/// let counter = rt.block_on(rt.remote(0).ok_or("no shard 0")?.start(Counter::default))?;
/// let id: ActorId = counter.id();
/// // Which line of the statistics is its own.
/// let stats = rt.stats();
/// let own = stats.actors.iter().find(|actor| actor.id == id).ok_or("not listed")?;
/// assert_eq!(own.name, "Counter");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ActorId(pub(crate) u64);

impl Display for ActorId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.0 >> 32, self.0 as u32)
    }
}

impl Debug for ActorId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ActorId({self})")
    }
}

/// Sends the fields of one variant: what a handle's own methods do. `message` makes the message of them that is handed
/// back.
#[doc(hidden)]
#[inline(always)]
pub fn tell<H: Handle, G, F: Payload>(
    to: H,
    fields: G,
    pack: impl FnOnce(G) -> Packed<F>,
    message: impl FnOnce(G) -> H::Msg,
) -> Result<(), SendError<H::Msg>> {
    let here = current::here();
    match credit(here.core(), to.__address(), Stream::Messages) {
        Ok(credit) => {
            Encoder::new(credit.slot, NoReply, credit).write(pack(fields));
            Ok(())
        }
        Err(refused) => Err(refused.with(message(fields))),
    }
}

/// Sends a plain value, or gives it back.
pub(crate) fn try_send<M: RingMsg>(to: Address, message: M) -> Result<(), (Refused, M)> {
    let here = current::here();
    match credit(here.core(), to, Stream::Messages) {
        Ok(credit) => {
            message.__encode(Encoder::new(credit.slot, NoReply, credit));
            Ok(())
        }
        Err(refused) => Err((refused, message)),
    }
}

/// The future of [`Handle::wait_stopped`].
///
/// Dropping it waits no longer, and does nothing to the actor. With the `Counter` of the [crate's example](crate):
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
/// use spargio::{Handle, ShardCtx};
///
/// #[spargio::main(shards = 1)]
/// async fn main(cx: ShardCtx) -> Result<(), Box<dyn std::error::Error>> {
///     let counter: CounterHandle = cx.start(Counter::default())?;
///     // It is registered here, not when it is awaited.
///     let stopped = counter.wait_stopped();
///     counter.stop();
///     stopped.await;
///     assert!(!counter.is_alive());
///     Ok(())
/// }
/// ```
#[must_use = "it only waits when it is awaited"]
pub struct WaitStopped(Option<oneshot::Receiver<()>>);

impl Future for WaitStopped {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<()> {
        match &mut self.0 {
            // The other end is dropped when the actor has stopped: nothing is ever sent.
            Some(receiver) => Pin::new(receiver).poll(task).map(|_| ()),
            None => Poll::Ready(()),
        }
    }
}

/// Registers a watcher with the actor; `None` if it has stopped, as far as is seen here.
fn watch(to: Address) -> Option<oneshot::Receiver<()>> {
    let page = to.page()?;
    let (sender, receiver) = oneshot::channel();
    let job = Box::new(move || {
        current::with(|core| {
            let core = core.expect("a job runs on its shard");
            core.watch(page.local(to.place()), to, sender);
        });
    });
    page.seat.inject(Parcel::Job(job)).ok()?;
    Some(receiver)
}
