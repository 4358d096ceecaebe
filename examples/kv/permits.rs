//! How many asks may be on their way to one store: fewer than its mailbox and the lane to it hold, so that none is
//! refused, however many connections there are.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::poll_fn;
use std::task::{Poll, Waker};

pub(crate) struct Permits {
    free: Cell<usize>,
    waiting: RefCell<VecDeque<Waker>>,
}

impl Permits {
    pub(crate) fn new(permits: usize) -> Self {
        Self {
            free: Cell::new(permits),
            waiting: RefCell::default(),
        }
    }

    /// Waits for a permit.
    pub(crate) async fn acquire(&self) -> Permit<'_> {
        poll_fn(|task| match self.free.get() {
            0 => {
                self.waiting.borrow_mut().push_back(task.waker().clone());
                Poll::Pending
            }
            free => {
                self.free.set(free - 1);
                Poll::Ready(())
            }
        })
        .await;
        Permit(self)
    }
}

/// Given back when it is dropped.
pub(crate) struct Permit<'a>(&'a Permits);

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        self.0.free.set(self.0.free.get() + 1);
        // No waiter is dropped before its shard ends, so a permit is never handed to one that is gone.
        if let Some(waker) = self.0.waiting.borrow_mut().pop_front() {
            waker.wake();
        }
    }
}
