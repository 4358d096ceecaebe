//! Backends: how a shard waits when it has nothing to do, how it is woken, and what carries its records besides the
//! lanes. The backend is chosen at run time.

#[cfg_attr(
    any(not(target_os = "linux"), spargio_portable),
    path = "poller_elsewhere.rs"
)]
mod poller;
pub(crate) mod queue;
pub(crate) mod readiness;
pub(crate) mod report;
#[cfg_attr(
    any(not(target_os = "linux"), spargio_portable),
    path = "uring_elsewhere.rs"
)]
pub(crate) mod uring;

use super::shared::Shared;
use crate::ShardId;
use crate::error::IoUringRefusal;
use std::sync::Arc;
use std::task::Waker;
use std::time::Instant;

/// Which backend carries pairs between shards.
///
/// ```
/// use spargio::{BackendKind, Runtime};
///
/// let rt = Runtime::builder().shards(1).backend(BackendKind::Auto).build()?;
/// // What it came to on this machine.
/// assert!(matches!(rt.backend(), BackendKind::IoUring | BackendKind::Queue));
/// # Ok::<(), spargio::BuildError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BackendKind {
    /// Shared memory and thread parking: portable, the default.
    #[default]
    Queue,
    /// Linux io_uring, from 5.18 on: events travel as `IORING_OP_MSG_RING`, actor messages as [`Carry`] says, and a shard
    /// with nothing to do sleeps on its ring. Where it is refused, [`Builder::build`](crate::Builder::build) answers with
    /// a [`BuildError`](crate::BuildError) that names the cause and the remedy.
    IoUring,
    /// io_uring where it can be used with the [`Carry`] that was asked for, else the queue, which is said once on the
    /// standard error output. It never takes another carry in place of that: where the kernel has only [`Carry::Lane`],
    /// asking for [`Carry::Completion`] comes to the queue.
    Auto,
}

/// How actor messages travel on io_uring; the queue backend has the lane only.
///
/// ```
/// use spargio::{BackendKind, Carry, IoUringReport, Runtime};
///
/// // The last is the one that needs the newest kernel.
/// let carry = IoUringReport::probe().carries().last().copied().unwrap_or_default();
/// let rt = Runtime::builder().shards(1).backend(BackendKind::Auto).carry(carry).build()?;
/// assert!(rt.carry() == carry || rt.carry() == Carry::Lane);
/// # Ok::<(), spargio::BuildError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Carry {
    /// Through a lane in shared memory; the ring only wakes sleepers. No system call between shards that are awake.
    #[default]
    Lane,
    /// Each message as a completion on the target's ring (Linux 6.3): one system call for all that a turn sends. What has
    /// a reply or a body leaves its record in the lane, and the completion says so. On an older kernel
    /// [`BackendKind::IoUring`] is not built with it, and [`BackendKind::Auto`] comes to the queue.
    Completion,
}

/// What a backend needs to know before a shard can have its side of it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Plan {
    Queue,
    Ring(uring::Offer),
}

/// A shard's side of its backend.
pub(crate) enum Backend {
    Queue(queue::Sleeper),
    Ring(Box<uring::Ring>),
}

impl Backend {
    /// Made on the shard's own thread.
    pub(crate) fn new(
        plan: Plan,
        id: ShardId,
        shared: &Arc<Shared>,
    ) -> Result<Self, IoUringRefusal> {
        Ok(match plan {
            Plan::Queue => Self::Queue(queue::Sleeper::new()),
            Plan::Ring(offer) => Self::Ring(Box::new(uring::Ring::new(id, shared, offer)?)),
        })
    }

    /// How other threads wake this shard.
    pub(crate) fn bell(&self) -> Bell {
        match self {
            Self::Queue(sleeper) => Bell::Thread(sleeper.bell()),
            Self::Ring(ring) => Bell::Ring(ring.bell()),
        }
    }

    /// All shards have made their side; these are their bells.
    pub(crate) fn meet(&self, bells: Arc<[Bell]>) {
        if let Self::Ring(ring) = self {
            ring.meet(bells);
        }
    }

    /// The ring, if the backend has one.
    #[inline]
    pub(crate) fn ring(&self) -> Option<&uring::Ring> {
        match self {
            Self::Queue(_) => None,
            Self::Ring(ring) => Some(ring),
        }
    }

    /// Polls sockets for readiness, on the backend that is not notified of it.
    pub(crate) fn look(&self) {
        if let Self::Queue(sleeper) = self {
            sleeper.look();
        }
    }

    /// Whoever waits for I/O that is done or ready now. Nothing is borrowed where it is called.
    pub(crate) fn take_woken(&self) -> Vec<Waker> {
        match self {
            Self::Queue(sleeper) => sleeper.take_woken(),
            Self::Ring(ring) => ring.take_woken(),
        }
    }

    /// Sleeps until the bell rings, I/O is done or ready, or the time has come; may return early.
    pub(crate) fn wait(&self, until: Option<Instant>) {
        match self {
            Self::Queue(sleeper) => sleeper.wait(until),
            Self::Ring(ring) => ring.wait(until),
        }
    }
}

/// How any thread wakes a shard that has announced its sleep.
#[derive(Clone)]
pub(crate) enum Bell {
    Thread(queue::Bell),
    Ring(uring::Bell),
}

impl Bell {
    pub(crate) fn ring(&self) {
        match self {
            Self::Thread(bell) => bell.ring(),
            Self::Ring(bell) => bell.ring(),
        }
    }
}
