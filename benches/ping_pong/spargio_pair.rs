//! Spargio, on any backend: two shards, with the default settings. A shard spins for 20 us before it sleeps.

use crate::contestant::{BURST, Contestant, SUM, timed};
use spargio::{
    AskError, BuildError, Builder, Cx, Event, Handle, RemoteShard, RingMsg, Runtime, SendError,
    ShardCtx, ShardId, shard_actor,
};
use std::future::poll_fn;
use std::task::Poll;
use std::time::Duration;

const NEAR: ShardId = 0;
const FAR: ShardId = 1;

/// The tag of all pairs.
const PAIR: u16 = 1;

#[derive(RingMsg)]
enum SumMsg {
    /// A tell.
    Add { n: u64 },
    /// An ask: the sum so far, which is then forgotten.
    #[ring(reply = u64)]
    Take,
}

#[shard_actor(msg = SumMsg)]
#[derive(Default)]
struct Sum(u64);

impl SumBehavior for Sum {
    async fn add(&mut self, _: &Cx<Self>, n: u64) {
        self.0 += n;
    }
    async fn take(&mut self, _: &Cx<Self>) -> u64 {
        std::mem::take(&mut self.0)
    }
}

pub struct SpargioPair(Runtime);

impl SpargioPair {
    pub fn build(builder: Builder) -> Result<Self, BuildError> {
        builder.build().map(Self)
    }

    /// Runs both sides of a raw exchange, each with the other's port.
    fn raw<F>(
        &self,
        near: impl FnOnce(ShardCtx, RemoteShard) -> F + Send + 'static,
        far: impl AsyncFnOnce(ShardCtx, RemoteShard) + Send + 'static,
    ) -> Duration
    where
        F: Future<Output = Duration> + 'static,
    {
        let rt = &self.0;
        let port = |shard| rt.remote(shard).expect("two shards");
        let (to_near, to_far) = (port(NEAR), port(FAR));
        let far = rt.spawn_local_on(FAR, move |ctx| async move { far(ctx, to_near).await });
        let near = rt.spawn_local_on(NEAR, move |ctx| near(ctx, to_far));
        rt.block_on(async {
            far.expect("two shards").await.expect("it ends");
            near.expect("two shards").await.expect("it ends")
        })
    }

    /// Runs the work on the near shard, with an actor on the far one.
    fn with_actor<F>(
        &self,
        work: impl FnOnce(ShardCtx, SumHandle) -> F + Send + 'static,
    ) -> Duration
    where
        F: Future<Output = Duration> + 'static,
    {
        let far = self.0.remote(FAR).expect("two shards");
        let work = self.0.spawn_local_on(NEAR, move |ctx| async move {
            let sum = far.start(Sum::default).await.expect("a slot");
            let took = work(ctx, sum).await;
            sum.stop();
            took
        });
        let work = work.expect("two shards");
        self.0.block_on(work).expect("it ends")
    }
}

impl Contestant for SpargioPair {
    fn ping_pong_raw(&self, rounds: u64) -> Duration {
        self.raw(
            move |ctx, far| timed(rounds, async move |rounds| serve(&ctx, &far, rounds).await),
            async move |ctx, near| send_back(&ctx, &near, rounds + 1).await,
        )
    }

    fn stream_raw(&self, bursts: u64) -> Duration {
        self.raw(
            move |ctx, far| timed(bursts, async move |bursts| pour(&ctx, &far, bursts).await),
            async move |ctx, near| drain(&ctx, &near, bursts + 1).await,
        )
    }

    fn ping_pong_actors(&self, rounds: u64) -> Duration {
        self.with_actor(move |ctx, sum| {
            timed(rounds, async move |rounds| {
                ask_each(&ctx, sum, rounds).await
            })
        })
    }

    fn stream_actors(&self, bursts: u64) -> Duration {
        self.with_actor(move |ctx, sum| {
            timed(bursts, async move |bursts| {
                tell_all(&ctx, sum, bursts).await
            })
        })
    }
}

async fn serve(ctx: &ShardCtx, far: &RemoteShard, rounds: u64) {
    for n in 0..rounds {
        send(far, n).await;
        assert_eq!(receive(ctx).await, n);
    }
}

async fn send_back(ctx: &ShardCtx, near: &RemoteShard, rounds: u64) {
    for _ in 0..rounds {
        send(near, receive(ctx).await).await;
    }
}

async fn pour(ctx: &ShardCtx, far: &RemoteShard, bursts: u64) {
    for _ in 0..bursts {
        for n in 0..BURST {
            send(far, n).await;
        }
        assert_eq!(receive(ctx).await, SUM);
    }
}

async fn drain(ctx: &ShardCtx, near: &RemoteShard, bursts: u64) {
    for _ in 0..bursts {
        let mut sum = 0;
        for _ in 0..BURST {
            sum += receive(ctx).await;
        }
        send(near, sum).await;
    }
}

async fn ask_each(ctx: &ShardCtx, sum: SumHandle, rounds: u64) {
    for _ in 0..rounds {
        assert_eq!(sum.take(ctx).await, Ok(0));
    }
}

async fn tell_all(ctx: &ShardCtx, sum: SumHandle, bursts: u64) {
    for _ in 0..bursts {
        for n in 0..BURST {
            tell(sum, n).await;
        }
        assert_eq!(ask(ctx, sum).await, Ok(SUM));
    }
}

/// Sends a pair. The event queue is bounded: while it is full, others have their turn.
async fn send(to: &RemoteShard, val: u64) {
    while let Err(refused) = to.send_raw(PAIR, val) {
        wait_out(refused).await;
    }
}

async fn receive(ctx: &ShardCtx) -> u64 {
    let Event::RingMsg { val, .. } = ctx.next_event().await;
    val
}

/// Tells a number. The mailbox is bounded, too.
async fn tell(sum: SumHandle, n: u64) {
    while let Err(refused) = sum.add(n) {
        wait_out(refused).await;
    }
}

/// Asks for the sum, for which there must be room as for a tell.
async fn ask(ctx: &ShardCtx, sum: SumHandle) -> Result<u64, AskError> {
    loop {
        match sum.take(ctx).await {
            Err(AskError::Full) => yield_now().await,
            other => return other,
        }
    }
}

async fn wait_out<M>(refused: SendError<M>) {
    match refused {
        SendError::Full(_) => yield_now().await,
        SendError::Dead(_) | SendError::Closed(_) => panic!("the far side has ended: {refused:?}"),
    }
}

/// Lets the shard's other tasks run once, and what was sent go out.
async fn yield_now() {
    let mut yielded = false;
    poll_fn(|task| {
        if yielded {
            return Poll::Ready(());
        }
        yielded = true;
        task.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
