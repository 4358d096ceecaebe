//! Tasks and the handles of those who wait for them.

use crate::door::threads::drop_payload;
use crate::error::JoinError;
use crate::shard::current;
use futures_channel::oneshot;
use futures_util::FutureExt;
use futures_util::future::{AbortHandle, AbortRegistration, Abortable};
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::task::{Context, Poll};

/// A future of a task's result. Dropping it detaches the task, which goes on.
pub struct JoinHandle<T> {
    receiver: oneshot::Receiver<Result<T, JoinError>>,
    abort: AbortHandle,
}

impl<T> JoinHandle<T> {
    /// Has the task dropped at its next turn; it then gives [`JoinError::Aborted`]. A task that has ended is not
    /// changed by it.
    pub fn abort(&self) {
        self.abort.abort();
    }
}

impl<T> Future for JoinHandle<T> {
    type Output = Result<T, JoinError>;

    fn poll(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<Self::Output> {
        // Its sender is dropped with the task.
        Pin::new(&mut self.receiver)
            .poll(task)
            .map(|result| result.unwrap_or(Err(JoinError::Closed)))
    }
}

impl<T> std::fmt::Debug for JoinHandle<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("JoinHandle(..)")
    }
}

/// A task's side of its handle. It may be made on another thread than the one that the task runs on.
pub(crate) struct Report<T> {
    sender: oneshot::Sender<Result<T, JoinError>>,
    registration: AbortRegistration,
}

/// A handle, and what its task reports with.
pub(crate) fn pair<T>() -> (JoinHandle<T>, Report<T>) {
    let (sender, receiver) = oneshot::channel();
    let (abort, registration) = AbortHandle::new_pair();
    (
        JoinHandle { receiver, abort },
        Report {
            sender,
            registration,
        },
    )
}

impl<T> Report<T> {
    /// Makes a future into a task that reports whatever becomes of it.
    pub(crate) async fn on<F: Future<Output = T>>(self, future: F) {
        let future = AssertUnwindSafe(future).catch_unwind();
        let result = match Abortable::new(future, self.registration).await {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(payload)) => {
                drop_payload(payload);
                current::with(|core| {
                    if let Some(core) = core {
                        core.counters().panics.add(1);
                    }
                });
                Err(JoinError::Panicked)
            }
            Err(_) => Err(JoinError::Aborted),
        };
        // Refused if nobody waits.
        drop(self.sender.send(result));
    }
}
