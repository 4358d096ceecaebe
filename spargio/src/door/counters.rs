//! Counters that one thread writes and any thread reads.

use super::sync::{AtomicU64, Ordering};

/// A counter with one writer.
#[derive(Debug, Default)]
pub(crate) struct Count(AtomicU64);

impl Count {
    /// Counts. Only the counter's one writer calls this, so a load and a store make no lost update and cost no
    /// locked instruction.
    #[inline]
    pub(crate) fn add(&self, n: u64) {
        // Relaxed, and only our own writes are loaded.
        let sum = self.0.load(Ordering::Relaxed) + n;
        // Release: who reads this count with `get` also sees what was counted before, in this and other counters; the
        // proof that a drain has ended needs it.
        self.0.store(sum, Ordering::Release);
    }

    pub(crate) fn get(&self) -> u64 {
        // Acquire: pairs with `add`.
        self.0.load(Ordering::Acquire)
    }
}

/// What a shard counts of its own.
#[derive(Debug, Default)]
pub(crate) struct ShardCounters {
    /// Accepted from the shard itself: local sends, and waiting sends that were given room.
    pub(crate) accepted: Count,
    /// Handlers entered.
    pub(crate) handled: Count,
    /// Handlers ended, one way or another.
    pub(crate) finished: Count,
    /// Accepted, and dropped without a handler.
    pub(crate) undelivered: Count,
    /// Times the shard went to sleep.
    pub(crate) parks: Count,
    /// Sleeps that a sender ended.
    pub(crate) bells: Count,
    /// Panics of user code that were caught.
    pub(crate) panics: Count,
    pub(crate) ring: RingCounters,
}

/// What a shard counts of its ring.
#[derive(Debug, Default)]
pub(crate) struct RingCounters {
    /// Calls of `io_uring_enter`.
    pub(crate) enters: Count,
    /// SQEs that the kernel took.
    pub(crate) submitted: Count,
    /// Times the submission queue had no room.
    pub(crate) sq_full: Count,
    /// Enters that took fewer SQEs than there were.
    pub(crate) short_submits: Count,
    /// Enters that a signal ended.
    pub(crate) interrupted: Count,
    /// Enters that the kernel put off: EAGAIN, EBUSY and ENOMEM.
    pub(crate) put_off: Count,
    /// Enters that failed otherwise.
    pub(crate) failed: Count,
    /// Times the kernel was asked for completions that had found no room in the queue.
    pub(crate) overflows: Count,
    /// Words that were sent once more.
    pub(crate) resent: Count,
    /// Bells that were rung once more, through the eventfd.
    pub(crate) bells_retried: Count,
    /// Completions that made no sense and were dropped.
    pub(crate) strays: Count,
    /// Operations that the kernel had not let go of at the end.
    pub(crate) leaked: Count,
}

impl RingCounters {
    /// Counts how an enter failed. `true`: for a reason that passes.
    pub(crate) fn count_error(&self, error: &std::io::Error) -> bool {
        use std::io::ErrorKind as Kind;
        let (count, passes) = match error.kind() {
            Kind::Interrupted => (&self.interrupted, true),
            Kind::WouldBlock | Kind::ResourceBusy | Kind::OutOfMemory => (&self.put_off, true),
            _ => (&self.failed, false),
        };
        count.add(1);
        passes
    }
}

#[cfg(all(test, spargio_loom))]
mod models {
    use super::*;
    use loom::sync::Arc;
    use loom::thread;

    #[derive(Default)]
    struct Books {
        accepted: [Count; 2],
        finished: [Count; 2],
        lane: AtomicU64,
    }

    /// A handler sends a message to a second actor while somebody asks whether all is finished: the ends are summed
    /// before the acceptances, so equal sums mean that both handlers have ended.
    #[test]
    fn equal_sums_mean_that_all_is_finished() {
        loom::model(|| {
            let books = Arc::new(Books::default());
            books.accepted[0].add(1);
            let first = {
                let books = books.clone();
                thread::spawn(move || {
                    books.accepted[1].add(1);
                    books.lane.store(1, Ordering::Release);
                    books.finished[0].add(1);
                })
            };
            let second = {
                let books = books.clone();
                thread::spawn(move || {
                    if books.lane.load(Ordering::Acquire) == 1 {
                        books.finished[1].add(1);
                    }
                })
            };
            let ended = books.finished[0].get() + books.finished[1].get();
            if ended == books.accepted[0].get() + books.accepted[1].get() {
                assert_eq!(ended, 2, "called finished with a message in flight");
            }
            first.join().unwrap();
            second.join().unwrap();
        });
    }
}
