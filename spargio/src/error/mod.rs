//! The errors: one small enum for each operation. Each says what happened, the likely cause and what to do.
//!
//! ```
//! use spargio::{AskError, JoinError, StartError};
//! use std::error::Error;
//!
//! /// Whether the same may go well in a moment, of an error from anywhere.
//! fn is_passing(error: &(dyn Error + 'static)) -> bool {
//!     matches!(error.downcast_ref(), Some(AskError::Full | AskError::Timeout))
//! }
//!
//! assert!(is_passing(&AskError::Timeout));
//! assert!(!is_passing(&StartError::Closed) && !is_passing(&JoinError::Panicked));
//! ```

mod build;

pub use build::{BuildError, IoUringRefusal};

use std::fmt;

/// A message that was not accepted; it is handed back.
///
/// `Debug`, `Display` and `Error` hold for every message type, whatever the message itself implements.
///
/// ```
/// # #[derive(spargio::RingMsg)]
/// # enum LogMsg { Line { text: String }, #[ring(reply = usize)] Len }
/// use spargio::{Handle, SendError, ShardCtx, shard_actor};
///
/// #[shard_actor(msg = LogMsg, mailbox = 1)]
/// #[derive(Default)]
/// struct Log { lines: Vec<String> }
///
/// # impl LogBehavior for Log {
/// #     async fn line(&mut self, _: &spargio::Cx<Self>, text: String) { self.lines.push(text); }
/// #     async fn len(&mut self, _: &spargio::Cx<Self>) -> usize { self.lines.len() }
/// # }
/// #
/// #[spargio::main(shards = 1)]
/// async fn main(cx: ShardCtx) -> Result<(), Box<dyn std::error::Error>> {
///     let log: LogHandle = cx.start(Log::default())?;
///     log.line("one".into())?;
///     // The actor has not run since, so its mailbox is full.
///     match log.line("two".into()) {
///         Err(SendError::Full(message)) => log.send(message).await?,
///         other => other?,
///     }
///     assert_eq!(log.len(&cx).await?, 2);
///     Ok(())
/// }
/// ```
pub enum SendError<M> {
    /// The mailbox, or the lane to its shard, has no room now. Wait with [`send`](crate::Handle::send), shed load, or
    /// enlarge the mailbox.
    Full(M),
    /// The actor has stopped. No send to it will ever be accepted again.
    Dead(M),
    /// The runtime is shutting down and takes nothing more from outside its shards.
    Closed(M),
}

impl<M> SendError<M> {
    /// The message that was not sent.
    ///
    /// ```
    /// # #[derive(spargio::RingMsg)]
    /// # enum LogMsg { Line { text: String }, #[ring(reply = usize)] Len }
    /// use spargio::{Handle, ShardCtx, shard_actor};
    ///
    /// #[shard_actor(msg = LogMsg)]
    /// #[derive(Default)]
    /// struct Log { lines: Vec<String> }
    ///
    /// # impl LogBehavior for Log {
    /// #     async fn line(&mut self, _: &spargio::Cx<Self>, text: String) { self.lines.push(text); }
    /// #     async fn len(&mut self, _: &spargio::Cx<Self>) -> usize { self.lines.len() }
    /// # }
    /// #
    /// #[spargio::main(shards = 1)]
    /// async fn main(cx: ShardCtx) -> Result<(), Box<dyn std::error::Error>> {
    ///     let former: LogHandle = cx.start(Log::default())?;
    ///     former.stop();
    ///     former.wait_stopped().await;
    ///     // The next one gets what the former did not take.
    ///     let log: LogHandle = cx.start(Log::default())?;
    ///     if let Err(refused) = former.line("late".into()) { log.try_send(refused.into_inner())?; }
    ///     assert_eq!(log.len(&cx).await?, 1);
    ///     Ok(())
    /// }
    /// ```
    pub fn into_inner(self) -> M {
        match self {
            Self::Full(message) | Self::Dead(message) | Self::Closed(message) => message,
        }
    }
}

impl<M> fmt::Debug for SendError<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Full(_) => "Full(..)",
            Self::Dead(_) => "Dead(..)",
            Self::Closed(_) => "Closed(..)",
        })
    }
}

impl<M> fmt::Display for SendError<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Full(_) => {
                "the mailbox or the lane to it is full: its reader is slower than its senders; wait with `send`, shed load or enlarge the mailbox"
            }
            Self::Dead(_) => "the actor has stopped: start another one and send to its handle",
            Self::Closed(_) => "the runtime is shutting down and takes no more messages from outside",
        })
    }
}

impl<M: 'static> std::error::Error for SendError<M> {}

/// Defines an error whose variants carry nothing, with its `Display`.
macro_rules! plain_error {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident => $text:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)*
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self { $(Self::$variant => $text,)* })
            }
        }

        impl std::error::Error for $name {}
    };
}

plain_error! {
    /// Why an ask got no reply.
    ///
    /// Its fields are not handed back: who would send them again keeps a copy. After `Full`, `Dead` and `Undeclared` the ask
    /// was not handled; after `Timeout`, `Closed` and `Unanswered` it may have been, and after `Panicked` it was begun.
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
    /// use spargio::{AskError, Handle, ShardCtx};
    ///
    /// #[spargio::main(shards = 1)]
    /// async fn main(cx: ShardCtx) -> Result<(), Box<dyn std::error::Error>> {
    ///     let mut counter: CounterHandle = cx.start(Counter::default())?;
    ///     counter.stop();
    ///     let total = match counter.get(&cx).await {
    ///         // The state went with the actor: another one begins anew.
    ///         Err(AskError::Dead) => {
    ///             counter = cx.start(Counter::default())?;
    ///             counter.get(&cx).await?
    ///         }
    ///         total => total?,
    ///     };
    ///     assert_eq!(total, 0);
    ///     Ok(())
    /// }
    /// ```
    AskError {
        /// The mailbox or the lane to it had no room: the ask was not accepted.
        Full => "the mailbox or the lane to it is full: the ask was not accepted; try again later or enlarge the mailbox",
        /// The actor had stopped, or stopped before it came to this ask.
        Dead => "the actor stopped before it handled the ask",
        /// The runtime is shutting down.
        Closed => "the runtime is shutting down and takes no more asks from outside",
        /// No reply came in time. The ask, if accepted, is still handled once; its reply is discarded.
        Timeout => "no reply came in time: the actor is slow or waits for something itself; the ask may still be handled",
        /// The actor dropped the `Reply` without using it.
        Unanswered => "the actor dropped the reply without sending it",
        /// The handler panicked.
        Panicked => "the actor panicked while it handled the ask, and stopped",
        /// The ask was made inside a handler with an asker that carries no declared edge, so it was refused: it could
        /// close a circle of actors that wait for each other.
        Undeclared => "an ask inside a handler takes the handler's own `cx` over an edge declared with `#[ring(asks(..))]`; ask from a task of `cx.spawn_local` to wait without holding the actor",
    }
}

impl AskError {
    /// What a reply record says instead of a value; zero is a value.
    pub(crate) fn code(self) -> u16 {
        match self {
            Self::Full => 1,
            Self::Dead => 2,
            Self::Closed => 3,
            Self::Timeout => 4,
            Self::Unanswered => 5,
            Self::Panicked => 6,
            Self::Undeclared => 7,
        }
    }

    /// The error of a reply record's code, or `None` for a value.
    pub(crate) fn from_code(code: u16) -> Option<Self> {
        match code {
            0 => None,
            1 => Some(Self::Full),
            3 => Some(Self::Closed),
            4 => Some(Self::Timeout),
            5 => Some(Self::Unanswered),
            6 => Some(Self::Panicked),
            7 => Some(Self::Undeclared),
            _ => Some(Self::Dead),
        }
    }
}

plain_error! {
    /// Why an actor was not started.
    ///
    /// The actor, if it was made, is dropped. With the `Counter` of the [crate's example](crate):
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
    /// use spargio::{ShardCtx, StartError};
    ///
    /// #[spargio::main(shards = 1)]
    /// async fn main(cx: ShardCtx) -> Result<(), Box<dyn std::error::Error>> {
    ///     let shard = cx.remote(0).ok_or("no shard 0")?;
    ///     // What the actor is made of may be missing there.
    ///     let started = shard.start(|| -> Counter { panic!("no memory left for a counter") }).await;
    ///     assert_eq!(started, Err::<CounterHandle, _>(StartError::Panicked));
    ///     // The shard goes on.
    ///     shard.start(Counter::default).await?;
    ///     Ok(())
    /// }
    /// ```
    StartError {
        /// The runtime is shutting down.
        Closed => "the runtime is shutting down and starts no more actors",
        /// The closure that makes the actor, or its `started` hook, panicked.
        Panicked => "the actor panicked while it was made or started",
        /// Every slot of this process is taken: it has 16,777,216 actors and tasks.
        NoSlots => "every actor slot of this process is taken: stop actors that are not needed",
    }
}

plain_error! {
    /// Why a task gave no result.
    ///
    /// ```
    /// use spargio::{JoinError, ShardCtx};
    ///
    /// #[spargio::main(shards = 1)]
    /// async fn main(cx: ShardCtx) -> Result<(), Box<dyn std::error::Error>> {
    ///     let parsed = cx.spawn_local(async { "not a number".parse::<u8>().expect("a number") });
    ///     assert_eq!(parsed.await, Err(JoinError::Panicked));
    ///
    ///     let endless = cx.spawn_local(std::future::pending::<()>());
    ///     endless.abort();
    ///     assert_eq!(endless.await, Err(JoinError::Aborted));
    ///     Ok(())
    /// }
    /// ```
    JoinError {
        /// The task panicked; its shard went on.
        Panicked => "the task panicked",
        /// The task was aborted through its handle.
        Aborted => "the task was aborted",
        /// The task was dropped before it ended: its runtime shut down, or the actor that it belonged to stopped.
        Closed => "the task was dropped before it ended: its runtime or its actor stopped",
    }
}

plain_error! {
    /// Why a sent pair was not confirmed.
    ///
    /// ```
    /// use spargio::{RemoteShard, Runtime, TicketError};
    ///
    /// /// Sends a pair, and says whether its shard has taken it.
    /// async fn deliver(to: &RemoteShard, pair: (u16, u64)) -> Result<bool, Box<dyn std::error::Error>> {
    ///     match to.send_raw(pair.0, pair.1)?.await {
    ///         Ok(()) => Ok(true),
    ///         // The pair is a copy: it can be sent to another runtime's shard.
    ///         Err(TicketError::Closed) => Ok(false),
    ///         Err(other) => Err(other.into()),
    ///     }
    /// }
    ///
    /// let rt = Runtime::builder().shards(1).build()?;
    /// assert!(rt.block_on(deliver(&rt.remote(0).ok_or("no shard 0")?, (1, 2)))?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    TicketError {
        /// The target shard ended before it moved the pair into its event queue.
        Closed => "the target shard ended before it took the pair",
    }
}

plain_error! {
    /// Why a runtime did not shut down.
    ///
    /// The runtime was dropped then, so its shards end without a report.
    ///
    /// ```
    /// use spargio::{Runtime, ShutdownError};
    /// use std::sync::mpsc;
    ///
    /// let rt = Runtime::builder().shards(1).build()?;
    /// let shard = rt.remote(0).ok_or("no shard 0")?;
    /// let (tell, told) = mpsc::channel();
    /// // The runtime goes to its own shard.
    /// shard.spawn_local(move |_| async move { tell.send(rt.shutdown().map(drop)) })?;
    /// assert_eq!(told.recv()?, Err(ShutdownError::OnOwnShard));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ShutdownError {
        /// `shutdown` was called on one of the runtime's own shards, which it would have to wait for.
        OnOwnShard => "a runtime cannot be shut down from its own shard, which it would wait for: call `shutdown` from another thread",
    }
}

/// Why a task was not spawned.
///
/// The future is dropped, and was never polled.
///
/// ```
/// use spargio::{Runtime, SpawnError};
///
/// let rt = Runtime::builder().shards(2).build()?;
/// let refused = rt.spawn_on(2, async {}).err();
/// assert_eq!(refused, Some(SpawnError::NoSuchShard { shard: 2, shards: 2 }));
/// # Ok::<(), spargio::BuildError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SpawnError {
    /// The runtime has no shard of this number.
    NoSuchShard {
        /// The shard that was asked for.
        shard: crate::ShardId,
        /// How many shards there are; the last is one less.
        shards: usize,
    },
    /// The runtime is shutting down.
    Closed,
}

impl fmt::Display for SpawnError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSuchShard { shard, shards } => {
                write!(
                    f,
                    "there is no shard {shard}: this runtime has {shards}, counted from 0"
                )
            }
            Self::Closed => f.write_str("the runtime is shutting down and takes no more tasks"),
        }
    }
}

impl std::error::Error for SpawnError {}
