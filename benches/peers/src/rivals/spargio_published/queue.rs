//! By channels.

use crate::rivals::channels::{FlumeAsker, FlumeMailbox, Runtime, flumes};
use crate::rivals::conduct::Body;
use crate::workload::ROOM;
use spargio_published::{ShardCtx, ShardId};

pub struct Shards(spargio_published::Runtime);

impl Runtime for Shards {
    type AskerEnd<B: Body> = Vec<FlumeAsker<B>>;
    type MailboxEnd<B: Body> = Vec<FlumeMailbox<B>>;
    type Asker<B: Body> = FlumeAsker<B>;
    type Mailbox<B: Body> = FlumeMailbox<B>;
    type AskerHere = FlumeAsker<u64>;
    type MailboxHere = FlumeMailbox<u64>;
    type AskerOfMany = FlumeAsker<u64>;
    type MailboxOfMany = FlumeMailbox<u64>;

    fn build(threads: usize) -> Self {
        Self(super::build(threads))
    }

    fn run_on<F: Future<Output = ()> + 'static>(
        &self,
        thread: usize,
        future: impl FnOnce() -> F + Send + 'static,
    ) {
        let handle = self.0.handle();
        drop(
            handle
                .spawn_local_on(thread as ShardId, move |_| future())
                .expect("the shard lives"),
        );
    }

    fn spawn(future: impl Future<Output = ()> + 'static) {
        drop(ShardCtx::current().expect("on a shard").spawn_local(future));
    }

    fn across<B: Body>(actors: usize) -> (Vec<FlumeAsker<B>>, Vec<FlumeMailbox<B>>) {
        flumes(actors, ROOM).unzip()
    }

    async fn askers<B: Body>(end: Vec<FlumeAsker<B>>) -> Vec<FlumeAsker<B>> {
        end
    }

    async fn mailboxes<B: Body>(end: Vec<FlumeMailbox<B>>) -> Vec<FlumeMailbox<B>> {
        end
    }

    fn here(actors: usize) -> Vec<(FlumeAsker<u64>, FlumeMailbox<u64>)> {
        flumes(actors, ROOM).collect()
    }

    fn many_here(actors: usize) -> Vec<(FlumeAsker<u64>, FlumeMailbox<u64>)> {
        Self::here(actors)
    }
}
