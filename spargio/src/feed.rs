//! Messages that an actor has sent to itself: later, again and again, or from a stream.

use crate::actor::{Actor, Cx};
use crate::handle::{Handle, HandleOf};
use crate::join::JoinHandle;
use crate::time::{interval, sleep};
use futures_core::Stream;
use futures_util::StreamExt;
use std::pin::pin;
use std::time::Duration;

/// A source of messages that an actor has set up for itself: a timer or a stream. Dropping it ends it; so does the
/// actor's end.
///
/// A message that was already accepted is still handled.
///
/// ```
/// use spargio::{Cx, Feed, RingMsg, ShardCtx, shard_actor};
/// use std::time::Duration;
///
/// #[derive(Clone, RingMsg)]
/// enum LampMsg {
///     Blink,
///     /// Whether it blinks now.
///     #[ring(reply = bool)]
///     Switch,
/// }
///
/// #[shard_actor(msg = LampMsg)]
/// #[derive(Default)]
/// struct Lamp { blinking: Option<Feed> }
///
/// impl LampBehavior for Lamp {
///     async fn blink(&mut self, _: &Cx<Self>) {}
///     async fn switch(&mut self, cx: &Cx<Self>) -> bool {
///         self.blinking = match self.blinking.take() {
///             Some(blinking) => { blinking.cancel(); None }
///             None => Some(cx.every(Duration::from_millis(1), LampMsg::Blink)),
///         };
///         self.blinking.is_some()
///     }
/// }
///
/// #[spargio::main(shards = 1)]
/// async fn main(cx: ShardCtx) -> Result<(), Box<dyn std::error::Error>> {
///     let lamp: LampHandle = cx.start(Lamp::default())?;
///     assert!(lamp.switch(&cx).await?);
///     assert!(!lamp.switch(&cx).await?);
///     Ok(())
/// }
/// ```
#[derive(Debug)]
#[must_use = "dropping it ends what it stands for: keep it in the actor, or `detach` it"]
pub struct Feed(Option<JoinHandle<()>>);

impl Feed {
    /// Lets it go on until the actor ends.
    ///
    /// ```
    /// # use spargio::{Cx, Handle, RingMsg, ShardCtx, shard_actor, time};
    /// # use std::time::Duration;
    /// # #[derive(RingMsg)]
    /// # enum VisitMsg { Leave }
    /// # #[shard_actor(msg = VisitMsg)]
    /// # struct Visit;
    /// impl VisitBehavior for Visit {
    ///     async fn started(&mut self, cx: &Cx<Self>) {
    ///         // Nobody will want to call it off, so nobody keeps it.
    ///         cx.after(Duration::from_millis(1), VisitMsg::Leave).detach();
    ///     }
    ///     async fn leave(&mut self, cx: &Cx<Self>) { cx.stop(); }
    /// }
    /// # #[spargio::main(shards = 1)]
    /// # async fn main(cx: ShardCtx) -> Result<(), Box<dyn std::error::Error>> {
    /// let visit: VisitHandle = cx.start(Visit)?;
    /// // Dropped instead, it would not end.
    /// time::timeout(Duration::from_secs(10), visit.wait_stopped()).await?;
    /// assert!(!visit.is_alive());
    /// # Ok(())
    /// # }
    /// ```
    pub fn detach(mut self) {
        self.0 = None;
    }

    /// Ends it, as dropping it does.
    ///
    /// ```
    /// # use spargio::{Cx, Handle, RingMsg, ShardCtx, shard_actor, time};
    /// # use std::time::Duration;
    /// # #[derive(RingMsg)]
    /// # enum SlideMsg { Hold, Next, #[ring(reply = u32)] Shown }
    /// # #[shard_actor(msg = SlideMsg)]
    /// # struct Slides { shown: u32, next: Option<spargio::Feed> }
    /// impl SlideBehavior for Slides {
    ///     async fn started(&mut self, cx: &Cx<Self>) {
    ///         self.next = Some(cx.after(Duration::from_millis(5), SlideMsg::Next));
    ///     }
    ///     async fn hold(&mut self, _: &Cx<Self>) {
    ///         if let Some(next) = self.next.take() { next.cancel(); }
    ///     }
    ///     async fn next(&mut self, _: &Cx<Self>) { self.shown += 1; }
    ///     async fn shown(&mut self, _: &Cx<Self>) -> u32 { self.shown }
    /// }
    /// # #[spargio::main(shards = 1)]
    /// # async fn main(cx: ShardCtx) -> Result<(), Box<dyn std::error::Error>> {
    /// let slides: SlideHandle = cx.start(Slides { shown: 1, next: None })?;
    /// slides.hold()?;
    /// time::sleep(Duration::from_millis(10)).await;
    /// assert_eq!(slides.shown(&cx).await?, 1);
    /// # Ok(())
    /// # }
    /// ```
    pub fn cancel(self) {}
}

impl Drop for Feed {
    fn drop(&mut self) {
        if let Some(task) = self.0.take() {
            task.abort();
        }
    }
}

impl<A: Actor + 'static> Cx<A>
where
    A::Msg: Send,
{
    /// Sends the actor `message` after `delay`. If its mailbox is full then, the message waits for room.
    ///
    /// ```
    /// use spargio::{Cx, Feed, Reply, RingMsg, Runtime, shard_actor};
    /// use std::time::Duration;
    ///
    /// #[derive(RingMsg)]
    /// pub enum SessionMsg {
    ///     /// Answered when nothing was heard for a while.
    ///     #[ring(reply = u32, later)]
    ///     Ended,
    ///     Heard,
    ///     Expire,
    /// }
    ///
    /// #[shard_actor(msg = SessionMsg)]
    /// #[derive(Default)]
    /// struct Session { heard: u32, expiry: Option<Feed>, ended: Option<Reply<u32>> }
    ///
    /// impl SessionBehavior for Session {
    ///     async fn ended(&mut self, _: &Cx<Self>, reply: Reply<u32>) { self.ended = Some(reply); }
    ///     async fn heard(&mut self, cx: &Cx<Self>) {
    ///         self.heard += 1;
    ///         // The former is dropped, which cancels it.
    ///         self.expiry = Some(cx.after(Duration::from_millis(5), SessionMsg::Expire));
    ///     }
    ///     async fn expire(&mut self, _: &Cx<Self>) {
    ///         if let Some(ended) = self.ended.take() { ended.send(self.heard); }
    ///     }
    /// }
    ///
    /// let rt = Runtime::builder().shards(1).build()?;
    /// let client = rt.client();
    /// rt.block_on(async {
    ///     let session: SessionHandle = rt.remote(0).ok_or("no shard 0")?.start(Session::default).await?;
    ///     let ended = session.ended(&client);
    ///     session.heard()?;
    ///     session.heard()?;
    ///     assert_eq!(ended.await?, 2);
    ///     Ok::<(), Box<dyn std::error::Error>>(())
    /// })?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn after(&self, delay: Duration, message: A::Msg) -> Feed {
        let actor = self.handle();
        self.begin(async move {
            sleep(delay).await;
            tell::<A>(actor, message).await;
        })
    }

    /// Sends the actor `message` once every `period`, the first time after one period. A message that finds no room
    /// waits for it, and those that fall due meanwhile come as one.
    ///
    /// A period of zero sends whenever there is room, and so keeps the mailbox full.
    ///
    /// ```
    /// use spargio::{Cx, Reply, RingMsg, ShardCtx, shard_actor};
    /// use std::time::Duration;
    ///
    /// #[derive(Clone, RingMsg)]
    /// enum ProbeMsg {
    ///     Sample,
    ///     /// Answered after three samples.
    ///     #[ring(reply = u32, later)]
    ///     Enough,
    /// }
    ///
    /// #[shard_actor(msg = ProbeMsg)]
    /// #[derive(Default)]
    /// struct Probe { samples: u32, enough: Option<Reply<u32>> }
    ///
    /// impl ProbeBehavior for Probe {
    ///     async fn started(&mut self, cx: &Cx<Self>) {
    ///         cx.every(Duration::from_millis(1), ProbeMsg::Sample).detach();
    ///     }
    ///     async fn sample(&mut self, _: &Cx<Self>) {
    ///         self.samples += 1;
    ///         if self.samples >= 3 && let Some(reply) = self.enough.take() { reply.send(self.samples); }
    ///     }
    ///     async fn enough(&mut self, _: &Cx<Self>, reply: Reply<u32>) { self.enough = Some(reply); }
    /// }
    ///
    /// #[spargio::main(shards = 1)]
    /// async fn main(cx: ShardCtx) -> Result<(), Box<dyn std::error::Error>> {
    ///     let probe: ProbeHandle = cx.start(Probe::default())?;
    ///     assert!(probe.enough(&cx).await? >= 3);
    ///     Ok(())
    /// }
    /// ```
    pub fn every(&self, period: Duration, message: A::Msg) -> Feed
    where
        A::Msg: Clone,
    {
        let actor = self.handle();
        self.begin(async move {
            let mut ticks = interval(period);
            ticks.tick().await;
            loop {
                ticks.tick().await;
                if !tell::<A>(actor, message.clone()).await {
                    return;
                }
            }
        })
    }

    /// Sends the actor each item of a stream, as the message that `message` makes of it, until the stream ends. The
    /// next item is not asked for until the last has found room in the mailbox.
    ///
    /// The actor is not told that the stream has ended, unless the last item says so.
    ///
    /// ```
    /// use futures_util::stream;
    /// use spargio::{Cx, Handle, RingMsg, ShardCtx, shard_actor};
    /// # use std::{cell::Cell, rc::Rc};
    ///
    /// #[derive(RingMsg)]
    /// enum TallyMsg { Count { n: u32 }, End }
    ///
    /// #[shard_actor(msg = TallyMsg)]
    /// struct Tally { sum: Rc<Cell<u32>> }
    ///
    /// impl TallyBehavior for Tally {
    ///     async fn started(&mut self, cx: &Cx<Self>) {
    ///         let items = stream::iter([Some(1), Some(2), Some(3), None]);
    ///         cx.feed(items, |item| item.map_or(TallyMsg::End, |n| TallyMsg::Count { n })).detach();
    ///     }
    ///     async fn count(&mut self, _: &Cx<Self>, n: u32) { self.sum.set(self.sum.get() + n); }
    ///     async fn end(&mut self, cx: &Cx<Self>) { cx.stop(); }
    /// }
    ///
    /// #[spargio::main(shards = 1)]
    /// async fn main(cx: ShardCtx) -> Result<(), Box<dyn std::error::Error>> {
    ///     let sum = Rc::new(Cell::new(0));
    ///     let tally: TallyHandle = cx.start(Tally { sum: sum.clone() })?;
    ///     tally.wait_stopped().await;
    ///     assert_eq!(sum.get(), 6);
    ///     Ok(())
    /// }
    /// ```
    pub fn feed<S>(&self, stream: S, mut message: impl FnMut(S::Item) -> A::Msg + 'static) -> Feed
    where
        S: Stream + 'static,
    {
        let actor = self.handle();
        self.begin(async move {
            let mut stream = pin!(stream);
            while let Some(item) = stream.next().await {
                if !tell::<A>(actor, message(item)).await {
                    return;
                }
            }
        })
    }

    fn begin(&self, work: impl Future<Output = ()> + 'static) -> Feed {
        Feed(Some(self.spawn_local(work)))
    }
}

/// Sends to an actor, however long it takes to find room. `false`: it has stopped.
async fn tell<A: Actor>(actor: HandleOf<A>, message: A::Msg) -> bool
where
    A::Msg: Send,
{
    actor.send(message).without_limit().await.is_ok()
}
