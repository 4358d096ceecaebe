//! Why a runtime was not built, and why io_uring cannot be used.

use std::fmt;

/// Why io_uring cannot be used here.
///
/// ```
/// use spargio::{BackendKind, IoUringReport};
///
/// let report = IoUringReport::probe();
/// let backend = match &report.refusal {
///     None => BackendKind::IoUring,
///     Some(refusal) => {
///         eprintln!("messages go through the queue: {}; to change that: {}", refusal.cause, refusal.remedy);
///         BackendKind::Queue
///     }
/// };
/// assert_eq!(backend == BackendKind::IoUring, report.is_usable());
/// ```
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
///
/// ```
/// use spargio::{BackendKind, BuildError, Runtime};
///
/// let asked = Runtime::builder().shards(0).build().err();
/// assert!(matches!(asked, Some(BuildError::Shards { asked: 0, .. })));
///
/// // What the machine refuses need not end the program.
/// let rt = match Runtime::builder().shards(1).backend(BackendKind::IoUring).build() {
///     Err(BuildError::Backend { cause, remedy }) => {
///         eprintln!("no io_uring: {cause}; {remedy}");
///         Runtime::builder().shards(1).build()?
///     }
///     built => built?,
/// };
/// assert_eq!(rt.shard_count(), 1);
/// # Ok::<(), BuildError>(())
/// ```
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
