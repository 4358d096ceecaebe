//! What a runtime is built with.

use crate::door::backend::{BackendKind, Carry, Plan, uring};
use crate::door::pin::allowed;
use crate::door::record::MOST_SHARDS;
use crate::door::shared::Settings;
use crate::door::word::MOST_CREDITS;
use crate::error::{BuildError, IoUringRefusal};
use crate::runtime::Runtime;
use crate::start::{Threads, start};
use std::sync::Once;
use std::thread;
use std::time::Duration;

/// The largest `ring_entries`.
const MOST_RING_ENTRIES: usize = 32_768;

/// Builds a [`Runtime`]. Every setting has a default.
///
/// ```
/// use spargio::{BackendKind, Runtime};
/// use std::time::Duration;
///
/// let rt = Runtime::builder()
///     .shards(2)
///     .backend(BackendKind::Queue)
///     .mailbox(256)
///     .ask_timeout(Duration::from_secs(1))
///     .build()?;
/// assert_eq!(rt.shard_count(), 2);
/// # Ok::<(), spargio::BuildError>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "a builder does nothing before `build`"]
pub struct Builder {
    shards: Option<usize>,
    backend: BackendKind,
    carry: Carry,
    ring_entries: usize,
    pin: bool,
    spin: Option<Duration>,
    mailbox: usize,
    ask_timeout: Duration,
    drain: Duration,
    thread_name: String,
}

impl Default for Builder {
    fn default() -> Self {
        Self {
            shards: None,
            backend: BackendKind::default(),
            carry: Carry::default(),
            ring_entries: 1024,
            pin: true,
            spin: None,
            mailbox: 1024,
            ask_timeout: Duration::from_secs(5),
            drain: Duration::from_secs(5),
            thread_name: "spargio".into(),
        }
    }
}

impl Builder {
    /// Sets how many shards there are: 1 to 4,096, each a thread. Default: the parallelism that is available, which
    /// counts a container's quota.
    pub fn shards(mut self, shards: usize) -> Self {
        self.shards = Some(shards);
        self
    }

    /// Sets which backend carries pairs between shards. Default: [`BackendKind::Queue`].
    pub fn backend(mut self, backend: BackendKind) -> Self {
        self.backend = backend;
        self
    }

    /// Sets how actor messages travel on io_uring. Default: [`Carry::Lane`]; the queue backend has nothing else,
    /// whether it was chosen or is what [`BackendKind::Auto`] came to.
    pub fn carry(mut self, carry: Carry) -> Self {
        self.carry = carry;
        self
    }

    /// Sets the size of a shard's ring, and of a lane: a power of two from 1 to 32,768, default 1,024. A lane has room
    /// for so many records of the largest size (128 bytes), and for up to eight times as many small ones; its memory is
    /// used as it fills.
    pub fn ring_entries(mut self, entries: usize) -> Self {
        self.ring_entries = entries;
        self
    }

    /// Sets whether shard `i` is pinned to the `i`-th CPU that the process may use. Default: yes, unless there are more
    /// shards than such CPUs.
    pub fn pin(mut self, pin: bool) -> Self {
        self.pin = pin;
        self
    }

    /// Sets how long an idle shard looks for work before it sleeps. Default: 20 µs, and none if there are more shards
    /// than CPUs, where a spinning shard would only keep another from running.
    pub fn spin(mut self, spin: Duration) -> Self {
        self.spin = Some(spin);
        self
    }

    /// Sets how many messages a mailbox holds, unless its actor says otherwise, and how many events a shard's event
    /// queue holds: 1 to 1,048,575, default 1,024.
    pub fn mailbox(mut self, messages: usize) -> Self {
        self.mailbox = messages;
        self
    }

    /// Sets how long an ask waits for its reply and a `send` for room, unless it says otherwise. Default: 5 s.
    pub fn ask_timeout(mut self, timeout: Duration) -> Self {
        self.ask_timeout = timeout;
        self
    }

    /// Sets how long [`Runtime::shutdown`] lets actors finish what was accepted. Default: 5 s.
    pub fn drain(mut self, drain: Duration) -> Self {
        self.drain = drain;
        self
    }

    /// Sets what the shards' threads are called, each with `-` and its number behind it. Default: `spargio`.
    pub fn thread_name(mut self, name: impl Into<String>) -> Self {
        self.thread_name = name.into();
        self
    }

    /// Starts the shards.
    ///
    /// # Errors
    ///
    /// [`BuildError`] says which setting is out of range, or why the backend or a thread cannot be had. No thread is
    /// left behind.
    pub fn build(self) -> Result<Runtime, BuildError> {
        let cpus = allowed();
        let available = thread::available_parallelism().map_or(1, usize::from);
        let shards = self.shards.unwrap_or(available.min(MOST_SHARDS));
        self.check(shards)?;
        let cores = if cpus.is_empty() {
            available
        } else {
            cpus.len().min(available)
        };
        let settings = self.settings(shards, shards > cores);
        let pinned = if self.pin && shards <= cpus.len() {
            cpus
        } else {
            Vec::new()
        };
        let threads = |plan| Threads {
            name: &self.thread_name,
            pinned: &pinned,
            plan,
        };
        let queue = |settings| start(settings, &threads(Plan::Queue));
        let ring = |settings| {
            let offer = offer(self.carry)?;
            start(settings, &threads(Plan::Ring(offer)))
        };
        match self.backend {
            BackendKind::Queue => queue(settings),
            BackendKind::IoUring => ring(settings),
            BackendKind::Auto => {
                let with_ring = Settings {
                    backend: BackendKind::IoUring,
                    ..settings.clone()
                };
                ring(with_ring).or_else(|error| match error {
                    BuildError::Backend { cause, .. } => {
                        say_fallback(&cause);
                        queue(Settings {
                            backend: BackendKind::Queue,
                            carry: Carry::Lane,
                            ..settings
                        })
                    }
                    other => Err(other),
                })
            }
        }
    }

    /// `crowded`: whether shards share CPUs.
    fn settings(&self, shards: usize, crowded: bool) -> Settings {
        Settings {
            shards,
            backend: self.backend,
            carry: match self.backend {
                BackendKind::IoUring | BackendKind::Auto => self.carry,
                BackendKind::Queue => Carry::Lane,
            },
            ring_entries: self.ring_entries,
            mailbox: self.mailbox as u32,
            ask_timeout: self.ask_timeout,
            drain: self.drain,
            spin: match self.spin {
                Some(spin) => spin,
                None if crowded => Duration::ZERO,
                None => Duration::from_micros(20),
            },
        }
    }

    fn check(&self, shards: usize) -> Result<(), BuildError> {
        if !(1..=MOST_SHARDS).contains(&shards) {
            return Err(BuildError::Shards {
                asked: shards,
                most: MOST_SHARDS,
            });
        }
        let entries = self.ring_entries;
        if !entries.is_power_of_two() || entries > MOST_RING_ENTRIES {
            return Err(BuildError::RingEntries { asked: entries });
        }
        if !(1..=MOST_CREDITS).contains(&self.mailbox) {
            return Err(BuildError::Mailbox {
                asked: self.mailbox,
                most: MOST_CREDITS,
            });
        }
        if self.thread_name.contains('\0') {
            return Err(BuildError::ThreadName {
                asked: self.thread_name.clone(),
            });
        }
        Ok(())
    }
}

/// What io_uring offers here, if it is enough for the carry.
fn offer(carry: Carry) -> Result<uring::Offer, IoUringRefusal> {
    let offer = uring::offer()?;
    if carry == Carry::Completion && !offer.pass {
        return Err(IoUringRefusal {
            cause: "Carry::Completion needs messages between rings that carry whole values, which this kernel has not (IORING_MSG_RING_FLAGS_PASS, Linux 6.3)".into(),
            remedy: "use Carry::Lane, or run Linux 6.3 or newer".into(),
        });
    }
    Ok(offer)
}

/// Says once for the process that `Auto` fell back, and why.
fn say_fallback(why: &str) {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| eprintln!("spargio: BackendKind::Auto uses the queue backend: {why}"));
}
