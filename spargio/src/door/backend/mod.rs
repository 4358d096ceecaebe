//! Backends: how a shard waits when it has nothing to do, and how it is woken. The backend is chosen at run time.

pub(crate) mod queue;

use std::time::Instant;

/// Which backend carries pairs between shards.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BackendKind {
    /// Shared memory and thread parking: portable, the default.
    #[default]
    Queue,
    /// Linux io_uring. Not built yet: [`Builder::build`](crate::Builder::build) answers with a
    /// [`BuildError`](crate::BuildError).
    IoUring,
    /// io_uring where it can be used, else the queue.
    Auto,
}

/// How actor messages travel on io_uring; the queue backend has the lane only.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Carry {
    /// Through a lane in shared memory; the ring only wakes sleepers.
    #[default]
    Lane,
    /// Each message as a completion on the target's ring.
    Completion,
}

/// A shard's side of its backend.
pub(crate) enum Backend {
    Queue(queue::Sleeper),
}

impl Backend {
    /// Made on the shard's own thread.
    pub(crate) fn new() -> Self {
        Self::Queue(queue::Sleeper::new())
    }

    /// How other threads wake this shard.
    pub(crate) fn bell(&self) -> Bell {
        match self {
            Self::Queue(sleeper) => Bell::Thread(sleeper.bell()),
        }
    }

    /// Sleeps until the bell rings or the time has come; may return early.
    pub(crate) fn wait(&self, until: Option<Instant>) {
        match self {
            Self::Queue(sleeper) => sleeper.wait(until),
        }
    }
}

/// How any thread wakes a shard that has announced its sleep.
pub(crate) enum Bell {
    Thread(queue::Bell),
}

impl Bell {
    pub(crate) fn ring(&self) {
        match self {
            Self::Thread(bell) => bell.ring(),
        }
    }
}
