//! The portable backend: a shard sleeps by parking its thread.

use std::thread::{self, Thread};
use std::time::Instant;

/// The shard's side.
pub(crate) struct Sleeper(Thread);

/// Everybody else's side.
pub(crate) struct Bell(Thread);

impl Sleeper {
    /// For the calling thread.
    pub(crate) fn new() -> Self {
        Self(thread::current())
    }

    pub(crate) fn bell(&self) -> Bell {
        Bell(self.0.clone())
    }

    /// Sleeps until the bell rings or the time has come; may return early, as `thread::park` may.
    #[expect(clippy::disallowed_methods, reason = "the door measures real time")]
    pub(crate) fn wait(&self, until: Option<Instant>) {
        match until {
            None => thread::park(),
            Some(until) => thread::park_timeout(until.saturating_duration_since(Instant::now())),
        }
    }
}

impl Bell {
    pub(crate) fn ring(&self) {
        self.0.unpark();
    }
}
