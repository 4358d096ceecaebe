//! Asks: who can wait for a reply, and the futures that wait.

use crate::actor::{Actor, Cx};
use crate::client::Client;
use crate::ctx::ShardCtx;
use crate::door::clock::now;
use crate::door::shared::Shared;
use crate::door::slots::Address;
use crate::error::AskError;
use crate::message::{Encoder, Packed, ReplySlot, RingMsg};
use crate::order::MayAsk;
use crate::payload::Payload;
use crate::reply::Reply;
use crate::shard::outbox::Stream;
use crate::shard::reply_slots::ReplyId;
use crate::shard::send::{Route, credit};
use crate::shard::timer::{Timer, Waited};
use crate::shard::{Core, current, oneshot};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

/// Who can wait for replies of the protocol `M`.
///
/// - [`Client`]: anywhere; its futures are `Send + 'static`.
/// - [`ShardCtx`]: in a task on a shard.
/// - [`Cx`]: inside an actor, over an edge that its protocol declares with `#[ring(asks(M))]`.
///
/// Inside a handler only the handler's own `cx` may ask: an ask through a `Client` or a `ShardCtx` there is refused with
/// [`AskError::Undeclared`].
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
/// use spargio::{AskError, Asker, ShardCtx};
///
/// /// Written once for all who may ask.
/// async fn sum(asker: &impl Asker<CounterMsg>, counters: &[CounterHandle]) -> Result<u64, AskError> {
///     let mut sum = 0;
///     for counter in counters { sum += counter.get(asker).await?; }
///     Ok(sum)
/// }
///
/// #[spargio::main(shards = 1)]
/// async fn main(cx: ShardCtx) -> Result<(), Box<dyn std::error::Error>> {
///     let counters = [cx.start(Counter::default())?, cx.start(Counter::default())?];
///     counters[0].add(2)?;
///     counters[1].add(3)?;
///     assert_eq!(sum(&cx, &counters).await?, 5);
///     assert_eq!(sum(&cx.client(), &counters).await?, 5);
///     Ok(())
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot wait for a reply of `{M}`",
    label = "not an asker",
    note = "ask with a `&Client`, a `&ShardCtx`, or inside an actor with the handler's `cx`"
)]
pub trait Asker<M: RingMsg> {
    /// The future of a reply.
    type Ask<T: Payload>: Future<Output = Result<T, AskError>>;

    /// Sends the ask.
    #[doc(hidden)]
    fn __ask<T: Payload, F: Payload>(&self, to: Address, message: Packed<F>) -> Self::Ask<T>;
}

impl<M: RingMsg> Asker<M> for Client {
    type Ask<T: Payload> = Ask<T>;

    fn __ask<T: Payload, F: Payload>(&self, to: Address, message: Packed<F>) -> Ask<T> {
        Ask {
            state: send_outside(to, message),
            shared: self.shared.clone(),
            sent: now(),
            timeout: None,
        }
    }
}

/// Sends an ask whose `Reply` travels with it.
fn send_outside<T: Payload, F: Payload>(to: Address, message: Packed<F>) -> AskState<T> {
    current::with(|core| {
        if core.is_some_and(|core| core.handler().is_some()) {
            return AskState::Refused(AskError::Undeclared);
        }
        match credit(core, to, Stream::Messages) {
            Err(refused) => AskState::Refused(refused.into()),
            Ok(credit) => {
                let (sender, receiver) = oneshot::channel();
                let reply = Reply::to_outside(sender);
                Encoder::new(credit.slot, reply, credit).write(message);
                AskState::Waiting(receiver, None)
            }
        }
    })
}

impl<M: RingMsg> Asker<M> for ShardCtx {
    type Ask<T: Payload> = LocalAsk<T>;

    #[inline(always)]
    fn __ask<T: Payload, F: Payload>(&self, to: Address, message: Packed<F>) -> LocalAsk<T> {
        if self.core.handler().is_some() {
            return LocalAsk::refused(&self.core, AskError::Undeclared);
        }
        LocalAsk::send(&self.core, to, message)
    }
}

// Spelt so, and not with a bound on `A::Msg`, an undeclared edge is an error at the `cx` argument.
impl<A: Actor<Msg = P>, P: MayAsk<M>, M: RingMsg> Asker<M> for Cx<A> {
    type Ask<T: Payload> = LocalAsk<T>;

    #[inline(always)]
    fn __ask<T: Payload, F: Payload>(&self, to: Address, message: Packed<F>) -> LocalAsk<T> {
        LocalAsk::send(&self.shard().core, to, message)
    }
}

/// A reply to come, that may be awaited on any thread.
///
/// It resolves to the reply or to an [`AskError`], at the latest when its timeout has passed. Dropping it cancels
/// nothing: an accepted ask is handled, and its reply discarded.
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
/// use spargio::{Ask, Runtime};
///
/// let rt = Runtime::builder().shards(2).build()?;
/// let client = rt.client();
/// let asked = rt.block_on(async {
///     let mut asks: Vec<Ask<u64>> = Vec::new();
///     for shard in 0..2 {
///         let counter = rt.remote(shard).ok_or("no such shard")?.start(Counter::default).await?;
///         counter.add(1)?;
///         // Sent here: both shards work at once.
///         asks.push(counter.get(&client));
///     }
///     let mut sum = 0;
///     for ask in asks { sum += ask.await?; }
///     Ok::<_, Box<dyn std::error::Error>>(sum)
/// })?;
/// assert_eq!(asked, 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use = "an ask that is not awaited never shows its reply or its error"]
pub struct Ask<T> {
    state: AskState<T>,
    shared: Arc<Shared>,
    sent: Instant,
    timeout: Option<Duration>,
}

enum AskState<T> {
    Refused(AskError),
    Waiting(oneshot::Receiver<Result<T, AskError>>, Option<Timer>),
    Over,
}

impl<T> Ask<T> {
    /// Waits at most this long, counted from when the ask was sent, instead of the builder's `ask_timeout`. Zero takes
    /// only a reply that is there already; [`Duration::MAX`] waits for ever.
    ///
    /// ```
    /// # use spargio::{AskError, Cx, Reply, RingMsg, Runtime, shard_actor};
    /// # use std::time::{Duration, Instant};
    /// # #[derive(RingMsg)]
    /// # enum QuoteMsg { #[ring(reply = u32, later)] Price, #[ring(reply = usize)] Open }
    /// # #[shard_actor(msg = QuoteMsg)]
    /// # #[derive(Default)]
    /// # struct Quote { open: Vec<Reply<u32>> }
    /// # impl QuoteBehavior for Quote {
    /// #     async fn price(&mut self, _: &Cx<Self>, reply: Reply<u32>) { self.open.push(reply); }
    /// #     async fn open(&mut self, _: &Cx<Self>) -> usize { self.open.len() }
    /// # }
    /// # let rt = Runtime::builder().shards(1).build()?;
    /// # let client = rt.client();
    /// # let quote: QuoteHandle = rt.block_on(rt.remote(0).ok_or("no shard 0")?.start(Quote::default))?;
    /// # let start = Instant::now();
    /// let price = quote.price(&client).timeout(Duration::from_millis(2));
    /// let price = match rt.block_on(price) {
    ///     // Yesterday's price, rather than none.
    ///     Err(AskError::Timeout) => 99,
    ///     price => price?,
    /// };
    /// assert_eq!(price, 99);
    /// # assert!(start.elapsed() < Duration::from_secs(5));
    /// // The ask was accepted, and is handled all the same.
    /// assert_eq!(rt.block_on(quote.open(&client))?, 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }
}

impl<T: Payload> Future for Ask<T> {
    type Output = Result<T, AskError>;

    fn poll(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        let result = match &mut this.state {
            AskState::Refused(error) => Err(*error),
            AskState::Over => return Poll::Pending,
            AskState::Waiting(receiver, timer) => match Pin::new(receiver).poll(task) {
                Poll::Ready(Ok(result)) => result,
                // The ask was dropped with its shard.
                Poll::Ready(Err(oneshot::Canceled)) => Err(AskError::Closed),
                Poll::Pending => {
                    let timeout = this.timeout.unwrap_or(this.shared.settings.ask_timeout);
                    match wait_for(timer, &this.shared, this.sent.checked_add(timeout), task) {
                        Poll::Pending => return Poll::Pending,
                        Poll::Ready(Waited::Enough) => Err(AskError::Timeout),
                        Poll::Ready(Waited::Ended) => Err(AskError::Closed),
                    }
                }
            },
        };
        this.state = AskState::Over;
        Poll::Ready(result)
    }
}

/// Waits until a time, where the runtime's end ends it, too. `None` is never.
pub(crate) fn wait_for(
    timer: &mut Option<Timer>,
    shared: &Shared,
    until: Option<Instant>,
    task: &Context<'_>,
) -> Poll<Waited> {
    let Some(until) = until else {
        return Poll::Pending;
    };
    let timer = timer.get_or_insert_with(|| Timer::new(until));
    if timer.at() != until {
        timer.reset(until);
    }
    let polled = timer.poll(|| shared.clock.clone(), task);
    if polled.is_pending() && shared.clock.has_ended() {
        return Poll::Ready(Waited::Ended);
    }
    polled
}

/// A reply to come, awaited on the shard that asked.
///
/// As [`Ask`], but it allocates nothing and stays on its shard.
///
/// ```
/// use spargio::{AskError, Cx, Reply, RingMsg, ShardCtx, shard_actor};
/// use std::time::Duration;
///
/// #[derive(RingMsg)]
/// enum SlowMsg { #[ring(reply = u8, later)] Think }
///
/// #[shard_actor(msg = SlowMsg)]
/// #[derive(Default)]
/// struct Slow { thoughts: Vec<Reply<u8>> }
///
/// impl SlowBehavior for Slow {
///     async fn think(&mut self, _: &Cx<Self>, reply: Reply<u8>) { self.thoughts.push(reply); }
/// }
///
/// #[spargio::main(shards = 1)]
/// async fn main(cx: ShardCtx) -> Result<(), Box<dyn std::error::Error>> {
///     let slow: SlowHandle = cx.start(Slow::default())?;
///     let thought = slow.think(&cx).timeout(Duration::from_millis(1)).await;
///     assert_eq!(thought, Err(AskError::Timeout));
///     Ok(())
/// }
/// ```
#[must_use = "an ask that is not awaited never shows its reply or its error"]
pub struct LocalAsk<T> {
    core: Rc<Core>,
    state: LocalState,
    reply: std::marker::PhantomData<fn() -> T>,
}

#[derive(Clone, Copy)]
enum LocalState {
    Refused(AskError),
    Open(ReplyId),
    Over,
}

impl<T: Payload> LocalAsk<T> {
    fn refused(core: &Rc<Core>, error: AskError) -> Self {
        Self {
            core: core.clone(),
            state: LocalState::Refused(error),
            reply: std::marker::PhantomData,
        }
    }

    #[inline(always)]
    fn send<F: Payload>(core: &Rc<Core>, to: Address, message: Packed<F>) -> Self {
        let state = match credit(Some(core), to, Stream::Messages) {
            Err(refused) => LocalState::Refused(refused.into()),
            Ok(credit) => {
                let id = core.replies.open(core.shared.settings.ask_timeout);
                let slot = credit.slot;
                match credit.route {
                    Route::Here(_) | Route::Peer(..) => {
                        let reply = ReplySlot(id, core.id);
                        Encoder::new(slot, reply, credit).write(message);
                    }
                    // A shard of another runtime.
                    Route::Outside(_) => {
                        let reply = Reply::<T>::to_slot(core.seat(), id);
                        Encoder::new(slot, reply, credit).write(message);
                    }
                }
                LocalState::Open(id)
            }
        };
        Self {
            core: core.clone(),
            state,
            reply: std::marker::PhantomData,
        }
    }
}

impl<T> LocalAsk<T> {
    /// Waits at most this long, counted from now, instead of the builder's `ask_timeout`, and up to 10 ms longer: a shard
    /// looks after its asks together. [`Duration::MAX`] waits for ever.
    ///
    /// ```
    /// # use spargio::{AskError, Cx, Reply, RingMsg, ShardCtx, shard_actor};
    /// # use std::time::{Duration, Instant};
    /// # #[derive(RingMsg)]
    /// # enum ReplicaMsg { #[ring(reply = &'static str, later)] Read }
    /// # #[shard_actor(msg = ReplicaMsg)]
    /// # struct Replica { value: Option<&'static str>, waiting: Vec<Reply<&'static str>> }
    /// # impl Replica {
    /// #     fn new(value: Option<&'static str>) -> Self { Self { value, waiting: Vec::new() } }
    /// # }
    /// # impl ReplicaBehavior for Replica {
    /// #     async fn read(&mut self, _: &Cx<Self>, reply: Reply<&'static str>) {
    /// #         match self.value { Some(value) => reply.send(value), None => self.waiting.push(reply) }
    /// #     }
    /// # }
    /// # #[spargio::main(shards = 1)]
    /// # async fn main(cx: ShardCtx) -> Result<(), Box<dyn std::error::Error>> {
    /// # let first: ReplicaHandle = cx.start(Replica::new(None))?;
    /// # let second: ReplicaHandle = cx.start(Replica::new(Some("value")))?;
    /// # let start = Instant::now();
    /// let value = match first.read(&cx).timeout(Duration::from_millis(2)).await {
    ///     // The first replica is slow: the second has all the time that the builder gives.
    ///     Err(AskError::Timeout) => second.read(&cx).await?,
    ///     value => value?,
    /// };
    /// assert_eq!(value, "value");
    /// # assert!(start.elapsed() < Duration::from_secs(5));
    /// # Ok(())
    /// # }
    /// ```
    pub fn timeout(self, timeout: Duration) -> Self {
        if let LocalState::Open(id) = self.state {
            self.core.replies.set_timeout(id, timeout);
        }
        self
    }
}

impl<T: Payload> Future for LocalAsk<T> {
    type Output = Result<T, AskError>;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<Self::Output> {
        let polled = match self.state {
            LocalState::Refused(error) => Poll::Ready(Err(error)),
            LocalState::Open(id) => self.core.replies.poll(id, task.waker()),
            LocalState::Over => Poll::Pending,
        };
        if polled.is_ready() {
            self.state = LocalState::Over;
        }
        polled
    }
}

impl<T> Drop for LocalAsk<T> {
    #[inline]
    fn drop(&mut self) {
        if let LocalState::Open(id) = self.state {
            self.core.replies.close(id);
        }
    }
}
