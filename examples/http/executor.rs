//! Tasks for hyper: HTTP/2 has a task of its own for each request.

use hyper::rt::Executor;
use spargio::ShardCtx;

/// Spawns on its shard, so futures need not be `Send`.
#[derive(Clone)]
pub(crate) struct ShardExecutor(pub(crate) ShardCtx);

impl<F> Executor<F> for ShardExecutor
where
    F: Future + 'static,
    F::Output: 'static,
{
    fn execute(&self, future: F) {
        // Dropping its handle lets the task go on.
        self.0.spawn_local(future);
    }
}
