//! The two queues of a ring and the calls that move them on: each counted, and tried again where that helps.

use super::kernel::{self, Get};
use crate::ShardId;
use crate::door::counters::RingCounters;
use crate::door::shared::Shared;
use io_uring::IoUring;
use io_uring::cqueue;
use io_uring::squeue::Entry;
use std::cell::{Cell, RefCell};
use std::io::{self, ErrorKind};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

/// How often a submission is tried again at once. What the kernel then still refuses waits for the next turn.
const TRIES: usize = 4;

/// After so many enters that failed in a row for reasons that do not pass, none is expected to work again.
const REFUSALS: u32 = 64;

/// How long a shard sleeps at the most while the kernel refuses something that it wants to send.
pub(super) const RETRY: Duration = Duration::from_millis(1);

pub(super) struct Queues {
    uring: RefCell<IoUring>,
    id: ShardId,
    shared: Arc<Shared>,
    /// Enters that failed in a row for reasons that do not pass.
    refused: Cell<u32>,
}

impl Queues {
    /// Those of a ring of the calling thread, which is a shard's.
    pub(super) fn new(uring: IoUring, id: ShardId, shared: &Arc<Shared>) -> Self {
        Self {
            uring: RefCell::new(uring),
            id,
            shared: shared.clone(),
            refused: Cell::new(0),
        }
    }

    pub(super) fn counters(&self) -> &RingCounters {
        &self.shared.counters[usize::from(self.id)].ring
    }

    /// Puts an SQE into the submission queue; one that is full is submitted first. `false`: it is still full.
    pub(super) fn push(&self, entry: &Entry) -> bool {
        if kernel::push(&mut self.uring.borrow_mut(), entry) {
            return true;
        }
        self.counters().sq_full.add(1);
        self.submit();
        kernel::push(&mut self.uring.borrow_mut(), entry)
    }

    /// How much was pushed and not submitted.
    pub(super) fn pushed(&self) -> usize {
        self.uring.borrow_mut().submission().len()
    }

    /// Submits what was pushed. `false`: the kernel does not take all of it now.
    pub(super) fn submit(&self) -> bool {
        for _ in 0..TRIES {
            let pushed = self.pushed();
            if pushed == 0 || self.enter(pushed, Get::Nothing).is_ok_and(|n| n == pushed) {
                return true;
            }
        }
        false
    }

    fn enter(&self, submit: usize, get: Get) -> io::Result<usize> {
        let counters = self.counters();
        counters.enters.add(1);
        let entered = kernel::enter(&self.uring.borrow(), submit, get);
        match &entered {
            Ok(submitted) => {
                counters.submitted.add(*submitted as u64);
                counters.short_submits.add(u64::from(*submitted < submit));
                self.refused.set(0);
            }
            Err(error) => {
                if !counters.count_error(error) {
                    self.refused.set(self.refused.get().saturating_add(1));
                }
            }
        }
        entered
    }

    /// Gives all completions to `f`, which looks at no queue. Those that the kernel holds back are fetched, too, whether or
    /// not there is anything to submit.
    pub(super) fn reap(&self, mut f: impl FnMut(&cqueue::Entry)) {
        self.reap_queue(&mut f);
        while self.holds_back() {
            let overflowed = self.uring.borrow_mut().submission().cq_overflow();
            self.counters().overflows.add(u64::from(overflowed));
            if self.enter(0, Get::Ready).is_err() {
                // Tried again in the next turn: the flag stays.
                break;
            }
            self.reap_queue(&mut f);
        }
    }

    fn reap_queue(&self, f: &mut impl FnMut(&cqueue::Entry)) {
        for cqe in self.uring.borrow_mut().completion() {
            f(&cqe);
        }
    }

    /// Whether the kernel holds completions back, for want of room or until it is entered.
    fn holds_back(&self) -> bool {
        let mut uring = self.uring.borrow_mut();
        let submission = uring.submission();
        submission.cq_overflow() || submission.taskrun()
    }

    /// Whether there are completions to reap.
    pub(super) fn has_completions(&self) -> bool {
        !self.uring.borrow_mut().completion().is_empty() || self.holds_back()
    }

    /// Whether the kernel refuses to be entered, as under a filter that came after the ring.
    pub(super) fn is_refused(&self) -> bool {
        self.refused.get() >= REFUSALS
    }

    /// Submits what is left and sleeps until a completion comes or the time is over, briefly if the kernel takes no
    /// submissions or `unsent` says that something waits for another try; may return early.
    pub(super) fn wait(&self, limit: Option<Duration>, unsent: bool) {
        let pushed = self.pushed();
        let retry = limit.map_or(RETRY, |limit| limit.min(RETRY));
        let limit = match pushed == 0 && !unsent {
            true => limit,
            false => Some(retry),
        };
        if self.sleep(pushed, limit).is_err() && self.sleep(0, Some(retry)).is_err() {
            // Neither is to be had now. No bell is heard meanwhile, but it is short.
            thread::sleep(retry);
        }
    }

    /// An error only if the kernel did not let the shard sleep.
    fn sleep(&self, submit: usize, limit: Option<Duration>) -> io::Result<()> {
        match self.enter(submit, Get::One(limit)) {
            Err(error) if error.kind() != ErrorKind::Interrupted => Err(error),
            _ => Ok(()),
        }
    }
}
