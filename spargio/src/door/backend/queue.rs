//! The portable backend: a shard sleeps by parking its thread.

use crate::door::clock::until;
use std::thread::{self, Thread};
use std::time::Instant;

/// The shard's side.
pub(crate) struct Sleeper(Thread);

/// Everybody else's side.
#[derive(Clone)]
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
    pub(crate) fn wait(&self, end: Option<Instant>) {
        match end {
            None => thread::park(),
            Some(end) => thread::park_timeout(until(end)),
        }
    }
}

impl Bell {
    pub(crate) fn ring(&self) {
        self.0.unpark();
    }
}
