//! Whether a task is aborted, in one word: zero before the task first runs, then its address, and in the end a value that is
//! no address. Whoever aborts exchanges the word and so learns whom to wake; a task that has not run yet finds out when
//! it first does.
//!
//! Relaxed, all: each promise is about the order of changes to this one word, and the wake-up that follows an abort is
//! published by what carries it.

use super::slots::Address;
use super::sync::{AtomicU64, Ordering};
use crate::value::RingVal;

/// No generation is zero, so no address has these bits.
const NEW: u64 = 0;
const ABORTED: u64 = 1 << 32;

#[derive(Debug)]
pub(crate) struct Abort(AtomicU64);

impl Abort {
    pub(crate) fn new() -> Self {
        Self(AtomicU64::new(NEW))
    }

    /// Aborts the task. Returns where it is, to be woken, if it has run already.
    pub(crate) fn abort(&self) -> Option<Address> {
        Address::from_bits(self.0.swap(ABORTED, Ordering::Relaxed))
    }

    /// For the task, whenever it runs: whether it is aborted.
    #[inline]
    pub(crate) fn is_aborted(&self, task: Address) -> bool {
        match self.0.load(Ordering::Relaxed) {
            NEW => self
                .0
                .compare_exchange(NEW, task.to_bits(), Ordering::Relaxed, Ordering::Relaxed)
                .is_err(),
            word => word == ABORTED,
        }
    }
}

#[cfg(all(test, spargio_loom))]
mod models {
    use super::*;
    use loom::sync::Arc;
    use loom::thread;
    use std::num::NonZeroU32;

    /// A task first runs while it is aborted: it finds out at once, or it is woken and finds out then.
    #[test]
    fn an_abort_is_seen_or_wakes() {
        loom::model(|| {
            let abort = Arc::new(Abort::new());
            let task = Address::new(7, NonZeroU32::MIN);
            let other = {
                let abort = abort.clone();
                thread::spawn(move || abort.abort())
            };
            let at_once = abort.is_aborted(task);
            let woken = other.join().unwrap();
            assert!(at_once || woken == Some(task));
            assert!(abort.is_aborted(task));
        });
    }
}
