//! The portable backend: a shard sleeps by parking its thread, or, once it has sockets to watch, by waiting for one of them
//! to be ready.

use super::poller::Poller;
use super::readiness::Readiness;
pub(crate) use super::readiness::Registration;
use crate::door::clock::until;
use std::cell::OnceCell;
use std::io;
use std::rc::Rc;
use std::sync::{Arc, OnceLock};
use std::task::Waker;
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

/// The shard's side.
pub(crate) struct Sleeper {
    bell: Bell,
    /// Made when the first socket is watched.
    readiness: OnceCell<Rc<Readiness>>,
}

/// Everybody else's side.
#[derive(Clone)]
pub(crate) struct Bell {
    thread: Thread,
    /// What the shard sleeps in, once it has sockets to watch. Set before the shard announces a sleep in it, so whoever
    /// claims that announcement finds it.
    poller: Arc<OnceLock<Arc<Poller>>>,
}

impl Sleeper {
    /// For the calling thread.
    pub(crate) fn new() -> Self {
        Self {
            bell: Bell {
                thread: thread::current(),
                poller: Arc::default(),
            },
            readiness: OnceCell::new(),
        }
    }

    pub(crate) fn bell(&self) -> Bell {
        self.bell.clone()
    }

    /// Where sockets are watched.
    pub(crate) fn readiness(&self) -> io::Result<&Rc<Readiness>> {
        if self.readiness.get().is_none() {
            let readiness = Readiness::new()?;
            _ = self.bell.poller.set(readiness.poller());
            _ = self.readiness.set(Rc::new(readiness));
        }
        self.readiness
            .get()
            .ok_or_else(|| io::ErrorKind::Other.into())
    }

    /// Polls sockets for readiness, without waiting.
    pub(crate) fn look(&self) {
        if let Some(readiness) = self.readiness.get() {
            readiness.look(Some(Duration::ZERO));
        }
    }

    /// Whoever waits for what is ready now.
    pub(crate) fn take_woken(&self) -> Vec<Waker> {
        self.readiness
            .get()
            .map(|readiness| readiness.take_woken())
            .unwrap_or_default()
    }

    /// Sleeps until the bell rings, a socket is ready or the time has come; may return early.
    pub(crate) fn wait(&self, end: Option<Instant>) {
        let limit = end.map(until);
        match (self.readiness.get(), limit) {
            (Some(readiness), limit) => readiness.look(limit),
            (None, None) => thread::park(),
            (None, Some(limit)) => thread::park_timeout(limit),
        }
    }
}

impl Bell {
    pub(crate) fn ring(&self) {
        match self.poller.get() {
            Some(poller) => poller.notify(),
            None => self.thread.unpark(),
        }
    }
}
