//! Where a benchmark's actors live.

use spargio::{Actor, Handle, HandleOf, SendError, ShardCtx, ShardId};

/// The shards, seen from the one that the driver runs on.
pub(super) struct Stage {
    ctx: ShardCtx,
}

impl Stage {
    pub(super) fn new(ctx: ShardCtx) -> Self {
        Self { ctx }
    }

    /// Starts actor `i`, on shard `i` mod n.
    pub(super) async fn start<A, F>(&self, i: usize, make: F) -> HandleOf<A>
    where
        A: Actor + 'static,
        F: FnOnce() -> A + Send + 'static,
    {
        start(&self.ctx, i, make).await
    }

    /// Starts actors `first`, `first + 1` and so on.
    pub(super) async fn start_all<A, F>(
        &self,
        first: usize,
        count: usize,
        make: impl Fn(usize) -> F,
    ) -> Vec<HandleOf<A>>
    where
        A: Actor + 'static,
        F: FnOnce() -> A + Send + 'static,
    {
        let mut handles = Vec::with_capacity(count);
        for i in 0..count {
            handles.push(self.start(first + i, make(i)).await);
        }
        handles
    }

    /// Runs a local task on each shard, which is given the shard and its number, and waits for them.
    pub(super) async fn on_each_shard<F, Fut>(&self, task: F)
    where
        F: FnOnce(ShardCtx) -> Fut + Clone + Send + 'static,
        Fut: Future<Output = ()> + 'static,
    {
        let mut tasks = Vec::new();
        for shard in 0..self.ctx.shard_count() {
            let remote = self.ctx.remote(shard as ShardId).expect("it is counted");
            let task = task.clone();
            tasks.push(remote.spawn_local(task).expect("the runtime runs"));
        }
        for task in tasks {
            task.await.expect("it does not panic");
        }
    }
}

/// Starts actor `i` on shard `i` mod n: at once if that is this shard.
pub(super) async fn start<A, F>(here: &ShardCtx, i: usize, make: F) -> HandleOf<A>
where
    A: Actor + 'static,
    F: FnOnce() -> A + Send + 'static,
{
    let shard = (i % here.shard_count()) as ShardId;
    let started = if shard == here.shard_id() {
        here.start(make())
    } else {
        let remote = here.remote(shard).expect("the number is below the count");
        remote.start(make).await
    };
    started.expect("the runtime runs and has slots")
}

/// Sends and waits for room, in the lane or in a mailbox that is emptied by an actor which waits for nobody here.
pub(super) async fn send<H: Handle>(to: H, message: H::Msg)
where
    H::Msg: Send,
{
    to.send(message).await.expect("the receiver lives");
}

/// For a tell of which so few are under way that neither mailbox nor lane can be full.
#[track_caller]
pub(super) fn told<M: 'static>(sent: Result<(), SendError<M>>) {
    sent.expect("there is room, and the receiver lives");
}
