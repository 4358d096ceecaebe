//! Work that blocks, away from the shards.

use crate::door::pin::unpin;
use crate::door::threads::caught;
use crate::error::JoinError;
use std::pin::Pin;
use std::task::{Context, Poll};

/// Runs a closure on a thread that may block, and resolves to what it returns.
///
/// The threads are those of the [`blocking`](https://docs.rs/blocking) crate: the process has at most 500, or as many as
/// the environment variable `BLOCKING_MAX_THREADS` says (1 to 10,000), and closures wait for their turn, in order. A thread
/// that finds nothing to do may stay for what comes next: version 1.7 of that crate ends none. They run on any CPU,
/// whichever the shard is pinned to.
///
/// ```
/// use spargio::Runtime;
///
/// let rt = Runtime::builder().shards(1).build()?;
/// let sum = rt.spawn_on(0, async { spargio::blocking(|| (1..=100).sum::<u32>()).await })?;
/// assert_eq!(rt.block_on(sum)??, 5050);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// [`JoinError::Panicked`] if the closure panics.
///
/// # Cancellation
///
/// If no thread has taken the closure yet, it is dropped with the future; once it runs, it runs to its end.
pub fn blocking<T, F>(work: F) -> Blocking<T>
where
    T: Send + 'static,
    F: FnOnce() -> T + Send + 'static,
{
    Blocking(blocking_pool::unblock(move || {
        unpin();
        caught(work)
    }))
}

/// The future of [`blocking`].
///
/// ```
/// use spargio::{Blocking, blocking};
///
/// #[spargio::main(shards = 1)]
/// async fn main() -> Result<(), Box<dyn std::error::Error>> {
///     // Each has its thread: they run side by side.
///     let sums: Vec<Blocking<u64>> = (1..=3).map(|n| blocking(move || (1..=n).sum())).collect();
///     let mut all = Vec::new();
///     for sum in sums { all.push(sum.await?); }
///     assert_eq!(all, [1, 3, 6]);
///     Ok(())
/// }
/// ```
#[must_use = "dropped, it may never run"]
pub struct Blocking<T>(blocking_pool::Task<Option<T>>);

impl<T> Future for Blocking<T> {
    type Output = Result<T, JoinError>;

    fn poll(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.0)
            .poll(task)
            .map(|result| result.ok_or(JoinError::Panicked))
    }
}

impl<T> std::fmt::Debug for Blocking<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Blocking(..)")
    }
}
