//! The errors: one small enum for each operation. Each says what happened, the likely cause and what to do.

use std::fmt;

/// A message that was not accepted; it is handed back.
///
/// `Debug`, `Display` and `Error` hold for every message type, whatever the message itself implements.
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
    TicketError {
        /// The target shard ended before it moved the pair into its event queue.
        Closed => "the target shard ended before it took the pair",
    }
}

plain_error! {
    /// Why a runtime did not shut down.
    ShutdownError {
        /// `shutdown` was called on one of the runtime's own shards, which it would have to wait for.
        OnOwnShard => "a runtime cannot be shut down from its own shard, which it would wait for: call `shutdown` from another thread",
    }
}

/// Why a task was not spawned.
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

/// Why io_uring cannot be used here.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct IoUringRefusal {
    /// What stands in the way, as far as can be told.
    pub cause: String,
    /// What to do about it.
    pub remedy: String,
}

impl fmt::Display for IoUringRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.cause, self.remedy)
    }
}

impl std::error::Error for IoUringRefusal {}

impl From<IoUringRefusal> for BuildError {
    fn from(refusal: IoUringRefusal) -> Self {
        Self::Backend {
            cause: refusal.cause,
            remedy: refusal.remedy,
        }
    }
}

/// Why a runtime was not built.
#[derive(Debug)]
#[non_exhaustive]
pub enum BuildError {
    /// `shards(0)`, or more than a runtime can have.
    Shards {
        /// What was asked for.
        asked: usize,
        /// The most a runtime can have.
        most: usize,
    },
    /// `ring_entries` is no power of two from 1 to 32,768.
    RingEntries {
        /// What was asked for.
        asked: usize,
    },
    /// `mailbox(0)`, or more than a mailbox can hold.
    Mailbox {
        /// What was asked for.
        asked: usize,
        /// The most a mailbox can hold.
        most: usize,
    },
    /// `thread_name` holds a zero byte, which no thread's name can.
    ThreadName {
        /// What was asked for.
        asked: String,
    },
    /// The backend cannot be used here.
    Backend {
        /// What stands in the way.
        cause: String,
        /// What to do about it.
        remedy: String,
    },
    /// The operating system did not start a shard's thread.
    Thread(std::io::Error),
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Shards { asked: 0, .. } => {
                f.write_str("0 shards were asked for, but a runtime needs at least one")
            }
            Self::Shards { asked, most } => {
                write!(
                    f,
                    "{asked} shards are too many: a runtime has at most {most}; one for each core is usual"
                )
            }
            Self::RingEntries { asked } => write!(
                f,
                "ring_entries is {asked}, but must be a power of two from 1 to 32768, such as {}",
                asked.clamp(&1, &32_768).next_power_of_two()
            ),
            Self::Mailbox { asked: 0, .. } => {
                f.write_str("a mailbox of 0 could never take a message: give it at least 1")
            }
            Self::Mailbox { asked, most } => write!(
                f,
                "a mailbox of {asked} is too large: it holds at most {most}"
            ),
            Self::ThreadName { asked } => {
                write!(
                    f,
                    "thread_name {asked:?} holds a zero byte, which no thread's name can: leave it out"
                )
            }
            Self::Backend { cause, remedy } => write!(f, "{cause}: {remedy}"),
            Self::Thread(error) => write!(
                f,
                "the operating system did not start a shard's thread ({error}): is a limit on threads or memory reached?"
            ),
        }
    }
}

impl std::error::Error for BuildError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Thread(error) => Some(error),
            _ => None,
        }
    }
}
