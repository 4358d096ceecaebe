//! How a shard that sleeps on its ring is woken.

use super::completion::Bits;
use super::kernel;
use io_uring::types;
use rustix::event::{EventfdFlags, eventfd};
use std::io;
use std::os::fd::{AsRawFd, OwnedFd};
use std::sync::Arc;

/// What others need of a shard's ring: where to send to, and what to write to. Its descriptors are its own, so that
/// neither number can name another ring while anybody may send to this one.
#[derive(Clone)]
pub(crate) struct Bell(Arc<Ends>);

struct Ends {
    ring: OwnedFd,
    event: OwnedFd,
    /// Whether a thread without a ring can send to one.
    direct: bool,
}

impl Bell {
    pub(super) fn new(ring: OwnedFd, direct: bool) -> io::Result<Self> {
        Ok(Self(Arc::new(Ends {
            ring,
            event: eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?,
            direct,
        })))
    }

    /// From a thread that has no ring, or where a message to the ring has failed.
    pub(crate) fn ring(&self) {
        if !(self.0.direct && kernel::send(&Bits::BELL.entry(self.target(), 0)).is_ok()) {
            self.call();
        }
    }

    /// Through the eventfd, which needs no memory and so cannot fail: one that is full already has been heard by nobody,
    /// and will be.
    pub(super) fn call(&self) {
        _ = rustix::io::write(&self.0.event, &1_u64.to_ne_bytes());
    }

    /// Forgets the writes so far: a poll that is set up after this is ended by later ones only.
    pub(super) fn hush(&self) {
        // There may have been none.
        _ = rustix::io::read(&self.0.event, &mut [0; 8]);
    }

    /// Where messages to the ring go.
    pub(super) fn target(&self) -> types::Fd {
        types::Fd(self.0.ring.as_raw_fd())
    }

    /// What the ring polls.
    pub(super) fn event(&self) -> types::Fd {
        types::Fd(self.0.event.as_raw_fd())
    }
}
