//! Replies: the right, and the duty, to answer one ask.

use crate::door::seat::Seat;
use crate::error::AskError;
use crate::payload::Payload;
use crate::shard::current::guarded;
use crate::shard::oneshot;
use crate::shard::reply_slots::{ReplyId, answer};

/// The right, and the duty, to answer one ask, given to the handler of a message declared `reply = T, later`.
///
/// It may be kept, sent to another shard, or answered from a task. Dropped without an answer, the asker gets
/// [`AskError::Unanswered`]; dropped by a panic, [`AskError::Panicked`].
///
/// ```
/// use spargio::{Client, Cx, Reply, RingMsg, Runtime, shard_actor};
///
/// #[derive(RingMsg)]
/// pub enum DoorMsg {
///     /// Answered when the door opens.
///     #[ring(reply = u32, later)]
///     Enter,
///     Open,
/// }
///
/// #[shard_actor(msg = DoorMsg)]
/// #[derive(Default)]
/// struct Door { outside: Vec<Reply<u32>> }
///
/// impl DoorBehavior for Door {
///     async fn enter(&mut self, _: &Cx<Self>, reply: Reply<u32>) { self.outside.push(reply); }
///     async fn open(&mut self, _: &Cx<Self>) {
///         for (place, reply) in (1..).zip(self.outside.drain(..)) { reply.send(place); }
///     }
/// }
///
/// let rt = Runtime::builder().shards(1).build()?;
/// let client = rt.client();
/// rt.block_on(async {
///     let door: DoorHandle = rt.remote(0).ok_or("no shard 0")?.start(Door::default).await?;
///     let entered = door.enter(&client);
///     door.open()?;
///     assert_eq!(entered.await?, 1);
///     Ok::<(), Box<dyn std::error::Error>>(())
/// })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Reply<T: Payload> {
    to: Option<To<T>>,
}

enum To<T> {
    /// A reply slot of a shard.
    Slot(&'static Seat, ReplyId),
    /// Somebody who waits outside the shards.
    Outside(oneshot::Sender<Result<T, AskError>>),
}

impl<T: Payload> Reply<T> {
    pub(crate) fn to_slot(seat: &'static Seat, id: ReplyId) -> Self {
        Self {
            to: Some(To::Slot(seat, id)),
        }
    }

    pub(crate) fn to_outside(sender: oneshot::Sender<Result<T, AskError>>) -> Self {
        Self {
            to: Some(To::Outside(sender)),
        }
    }

    /// The reply to an ask that was sent as a plain value: nobody waits for it.
    pub(crate) fn to_nobody() -> Self {
        Self { to: None }
    }

    /// Answers the ask, from any thread; never blocks, and needs no room in a mailbox. If the asker no longer waits, the
    /// value is dropped.
    ///
    /// ```
    /// # use spargio::{Cx, Reply, RingMsg, ShardCtx, blocking, shard_actor};
    /// # #[derive(RingMsg)]
    /// # enum WordsMsg { #[ring(reply = usize, later)] Count { text: String } }
    /// # #[shard_actor(msg = WordsMsg)]
    /// # struct Words;
    /// impl WordsBehavior for Words {
    ///     async fn count(&mut self, cx: &Cx<Self>, text: String, reply: Reply<usize>) {
    ///         // Whoever does the work answers; the actor takes the next text meanwhile.
    ///         cx.spawn_local(blocking(move || reply.send(text.split_whitespace().count())));
    ///     }
    /// }
    /// # #[spargio::main(shards = 1)]
    /// # async fn main(cx: ShardCtx) -> Result<(), Box<dyn std::error::Error>> {
    /// let words: WordsHandle = cx.start(Words)?;
    /// assert_eq!(words.count(&cx, "to be or not".into()).await?, 4);
    /// # Ok(())
    /// # }
    /// ```
    #[inline]
    pub fn send(mut self, value: T) {
        self.settle(Ok(value));
    }

    pub(crate) fn refuse(mut self, error: AskError) {
        self.settle(Err(error));
    }

    #[inline]
    fn settle(&mut self, result: Result<T, AskError>) {
        match self.to.take() {
            Some(To::Slot(seat, id)) => answer(seat, id, result),
            // Given back if the asker no longer waits: its drop is user code, and not that of whoever sent it.
            Some(To::Outside(sender)) => {
                if let Err(unwanted) = sender.send(result) {
                    guarded(|| drop(unwanted));
                }
            }
            None => {}
        }
    }
}

impl<T: Payload> Drop for Reply<T> {
    fn drop(&mut self) {
        if self.to.is_some() {
            let panicking = std::thread::panicking();
            self.settle(Err(if panicking {
                AskError::Panicked
            } else {
                AskError::Unanswered
            }));
        }
    }
}

impl<T: Payload> std::fmt::Debug for Reply<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Reply(..)")
    }
}
