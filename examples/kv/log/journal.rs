//! A shard's way to the file: what its commands have changed, gathered, sent on, and reported back to those who wait.

use super::Fsync;
use super::writer::{LogHandle, NotWritten};
use crate::keyspace::Keyspace;
use futures::channel::oneshot;
use spargio::ShardCtx;
use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Poll, Waker};
use std::time::Duration;

/// Whoever changes more than the file takes waits, whatever the policy, when so many bytes are on their way.
const BEHIND: usize = 8 << 20;

/// Tells when what was changed is in the file, and synced if the policy says so.
pub(crate) type Receipt = oneshot::Receiver<Result<(), NotWritten>>;

pub(crate) struct Journal {
    log: LogHandle,
    fsync: Fsync,
    /// Those who wait for what is gathered now.
    waiting: RefCell<Vec<oneshot::Sender<Result<(), NotWritten>>>>,
    /// The courier, while it has nothing to do.
    courier: Cell<Option<Waker>>,
}

impl Journal {
    pub(crate) fn new(log: LogHandle, fsync: Fsync) -> Self {
        Self {
            log,
            fsync,
            waiting: RefCell::default(),
            courier: Cell::default(),
        }
    }

    /// Sees to it that what was changed is written. To be called after commands were executed, and before anything is
    /// awaited; `gathered` is how many bytes waited before. What it gives, if anything, is to be awaited before the commands
    /// are answered.
    #[inline]
    pub(crate) fn settle(&self, keys: &Keyspace, gathered: usize) -> Option<Receipt> {
        let gathers = keys.changes.as_ref().map_or(0, |changes| changes.len());
        if gathers == gathered {
            return None;
        }
        if let Some(courier) = self.courier.take() {
            courier.wake();
        }
        (self.fsync == Fsync::Always || gathers > BEHIND).then(|| self.receipt())
    }

    /// Tells when all that is gathered now is written.
    pub(crate) fn receipt(&self) -> Receipt {
        let (sender, receiver) = oneshot::channel();
        self.waiting.borrow_mut().push(sender);
        if let Some(courier) = self.courier.take() {
            courier.wake();
        }
        receiver
    }

    /// Takes what was gathered to the file, again and again: what comes meanwhile goes with the next.
    pub(crate) async fn carry(self: Rc<Self>, keys: Rc<RefCell<Keyspace>>, ctx: ShardCtx) {
        loop {
            poll_fn(|task| match self.has_work(&keys) {
                true => Poll::Ready(()),
                false => {
                    self.courier.set(Some(task.waker().clone()));
                    Poll::Pending
                }
            })
            .await;
            let frames = keys
                .borrow_mut()
                .changes
                .as_mut()
                .map(|changes| changes.take());
            let waiting = self.waiting.take();
            let append = self.log.append(&ctx, frames.unwrap_or_default());
            let result = append
                .timeout(Duration::MAX)
                .await
                .unwrap_or(Err(NotWritten));
            for waits in waiting {
                // Whoever no longer waits has ended.
                _ = waits.send(result);
            }
        }
    }

    fn has_work(&self, keys: &Rc<RefCell<Keyspace>>) -> bool {
        let keys = keys.borrow();
        !self.waiting.borrow().is_empty() || keys.changes.as_ref().is_some_and(|c| c.len() > 0)
    }
}
