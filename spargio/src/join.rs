//! Tasks and the handles of those who wait for them.

use crate::door::abort::Abort;
use crate::error::JoinError;
use crate::shard::current::guarded;
use crate::shard::oneshot;
use crate::shard::waker::{task_of, wake_task};
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};

/// A future of a task's result. Dropping it detaches the task, which goes on.
///
/// ```
/// use spargio::{JoinError, ShardCtx};
///
/// #[spargio::main(shards = 1)]
/// async fn main(cx: ShardCtx) -> Result<(), Box<dyn std::error::Error>> {
///     let quick = cx.spawn_local(async { 6 * 7 });
///     assert_eq!(quick.await?, 42);
///
///     let endless = cx.spawn_local(std::future::pending::<()>());
///     endless.abort();
///     assert_eq!(endless.await, Err(JoinError::Aborted));
///     Ok(())
/// }
/// ```
pub struct JoinHandle<T> {
    receiver: oneshot::Receiver<Result<T, JoinError>>,
    abort: Arc<Abort>,
}

impl<T> JoinHandle<T> {
    /// Has the task dropped at its next turn; it then gives [`JoinError::Aborted`]. A task that has ended is not
    /// changed by it, and what runs between two awaits is not interrupted.
    ///
    /// ```
    /// # #[spargio::main(shards = 1)]
    /// # async fn main(cx: spargio::ShardCtx) -> Result<(), Box<dyn std::error::Error>> {
    /// # use spargio::JoinError;
    /// # use std::{future, rc::Rc};
    /// let connection = Rc::new(());
    /// let held = connection.clone();
    /// let task = cx.spawn_local(async move { (future::pending::<()>().await, held) });
    /// // From any thread; the handle may be awaited afterwards, to know that the task is gone.
    /// task.abort();
    /// assert_eq!(task.await, Err(JoinError::Aborted));
    /// assert_eq!(Rc::strong_count(&connection), 1);
    /// # Ok(())
    /// # }
    /// ```
    pub fn abort(&self) {
        if let Some(task) = self.abort.abort() {
            wake_task(task);
        }
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
    abort: Arc<Abort>,
}

/// A handle, and what its task reports with.
pub(crate) fn pair<T>() -> (JoinHandle<T>, Report<T>) {
    let (sender, receiver) = oneshot::channel();
    let abort = Arc::new(Abort::new());
    let handle = JoinHandle {
        receiver,
        abort: abort.clone(),
    };
    (handle, Report { sender, abort })
}

impl<T> Report<T> {
    /// Makes a future into a task that reports whatever becomes of it.
    pub(crate) async fn on<F: Future<Output = T>>(self, future: F) {
        let result = {
            let mut future = pin!(future);
            poll_fn(|task| match is_aborted(&self.abort, task) {
                true => Poll::Ready(Err(JoinError::Aborted)),
                false => poll(future.as_mut(), task),
            })
            .await
        };
        // Refused if nobody waits.
        drop(self.sender.send(result));
    }
}

/// The future is a task itself, so the waker that it is polled with says where that is.
#[inline]
fn is_aborted(abort: &Abort, task: &Context<'_>) -> bool {
    task_of(task.waker()).is_some_and(|task| abort.is_aborted(task))
}

/// A panic ends here, before anything else of the task is dropped. It is counted first: who hears of it finds it counted.
#[inline]
fn poll<F: Future>(
    future: Pin<&mut F>,
    task: &mut Context<'_>,
) -> Poll<Result<F::Output, JoinError>> {
    match guarded(|| future.poll(task)) {
        Some(polled) => polled.map(Ok),
        None => Poll::Ready(Err(JoinError::Panicked)),
    }
}
