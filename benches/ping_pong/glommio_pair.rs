//! Glommio: two executors, each fixed to its CPU, and shared channels between them, which are bounded. `send` waits for
//! room, as the documentation of the channel and its own bench have it.

use crate::contestant::{BURST, Contestant, ROOM, SUM, timed};
use crate::pinned::Pinned;
use glommio::channels::shared_channel::{
    ConnectedReceiver, ConnectedSender, SharedReceiver, SharedSender, new_bounded,
};
use glommio::{GlommioError, LocalExecutor, LocalExecutorBuilder, Placement};
use std::time::Duration;

/// What Spargio's raw layer carries.
type Pair = (u16, u64);

/// What the task that stands in for an actor understands. Glommio has no channel for a single reply between executors:
/// the replies come back through a shared channel.
enum SumMsg {
    Add(u64),
    Take,
}

/// How long an executor looks for work before it sleeps: longer than any wait here, as in the channel's own tests. It is
/// its best setting, though a millisecond does as well: with none at all, a round trip takes ten times as long.
const SPIN: Duration = Duration::from_secs(1000);

pub struct GlommioPair {
    near: Pinned<LocalExecutor>,
    far: Pinned<LocalExecutor>,
}

impl GlommioPair {
    pub fn build() -> Result<Self, String> {
        let (near, far) = Pinned::pair(|cpu| {
            LocalExecutorBuilder::new(cpu.map_or(Placement::Unbound, Placement::Fixed))
                .spin_before_park(SPIN)
                .make()
                .map_err(|error: GlommioError<()>| error.to_string())
        })?;
        Ok(Self { near, far })
    }

    /// Runs both sides of an exchange over a channel of messages and one of answers.
    fn both<M, A, N, F>(
        &self,
        near: impl FnOnce(ConnectedSender<M>, ConnectedReceiver<A>) -> N + Send + 'static,
        far: impl FnOnce(ConnectedReceiver<M>, ConnectedSender<A>) -> F + Send + 'static,
    ) -> Duration
    where
        M: Send + 'static,
        A: Send + 'static,
        N: Future<Output = Duration> + 'static,
        F: Future<Output = ()> + 'static,
    {
        let (to_far, from_near): (SharedSender<M>, SharedReceiver<M>) = new_bounded(ROOM);
        let (to_near, from_far): (SharedSender<A>, SharedReceiver<A>) = new_bounded(ROOM);
        let far = self.far.run(move |executor| {
            executor
                .run(async move { far(from_near.connect().await, to_near.connect().await).await })
        });
        let near = self.near.run(move |executor| {
            executor
                .run(async move { near(to_far.connect().await, from_far.connect().await).await })
        });
        far.recv().expect("it ends");
        near.recv().expect("it ends")
    }
}

impl Contestant for GlommioPair {
    fn ping_pong_raw(&self, rounds: u64) -> Duration {
        let near = move |far, from_far| {
            timed(rounds, async move |rounds| {
                serve(&far, &from_far, rounds).await
            })
        };
        self.both(near, send_back)
    }

    fn stream_raw(&self, bursts: u64) -> Duration {
        let near = move |far, from_far| {
            timed(bursts, async move |bursts| {
                pour(&far, &from_far, bursts).await
            })
        };
        self.both(near, drain)
    }

    fn ping_pong_actors(&self, rounds: u64) -> Duration {
        let near = move |sum, replies| {
            timed(rounds, async move |rounds| {
                ask_each(&sum, &replies, rounds).await
            })
        };
        self.both(near, act)
    }

    fn stream_actors(&self, bursts: u64) -> Duration {
        let near = move |sum, replies| {
            timed(bursts, async move |bursts| {
                tell_all(&sum, &replies, bursts).await
            })
        };
        self.both(near, act)
    }
}

/// Sends, and waits for room if there is none.
async fn send<M: Send + 'static>(to: &ConnectedSender<M>, message: M) {
    assert!(to.send(message).await.is_ok(), "the other side has ended");
}

async fn serve(far: &ConnectedSender<Pair>, from_far: &ConnectedReceiver<Pair>, rounds: u64) {
    for n in 0..rounds {
        send(far, (1, n)).await;
        assert_eq!(from_far.recv().await, Some((1, n)));
    }
}

async fn send_back(from_near: ConnectedReceiver<Pair>, near: ConnectedSender<Pair>) {
    while let Some(pair) = from_near.recv().await {
        send(&near, pair).await;
    }
}

async fn pour(far: &ConnectedSender<Pair>, from_far: &ConnectedReceiver<Pair>, bursts: u64) {
    for _ in 0..bursts {
        for n in 0..BURST {
            send(far, (1, n)).await;
        }
        assert_eq!(from_far.recv().await, Some((1, SUM)));
    }
}

async fn drain(from_near: ConnectedReceiver<Pair>, near: ConnectedSender<Pair>) {
    let (mut read, mut sum) = (0, 0);
    while let Some((_, n)) = from_near.recv().await {
        sum += n;
        read += 1;
        if read == BURST {
            send(&near, (1, sum)).await;
            (read, sum) = (0, 0);
        }
    }
}

/// Stands in for an actor.
async fn act(messages: ConnectedReceiver<SumMsg>, replies: ConnectedSender<u64>) {
    let mut sum = 0;
    while let Some(message) = messages.recv().await {
        match message {
            SumMsg::Add(n) => sum += n,
            SumMsg::Take => send(&replies, std::mem::take(&mut sum)).await,
        }
    }
}

async fn ask_each(sum: &ConnectedSender<SumMsg>, replies: &ConnectedReceiver<u64>, rounds: u64) {
    for _ in 0..rounds {
        send(sum, SumMsg::Take).await;
        assert_eq!(replies.recv().await, Some(0));
    }
}

async fn tell_all(sum: &ConnectedSender<SumMsg>, replies: &ConnectedReceiver<u64>, bursts: u64) {
    for _ in 0..bursts {
        for n in 0..BURST {
            send(sum, SumMsg::Add(n)).await;
        }
        send(sum, SumMsg::Take).await;
        assert_eq!(replies.recv().await, Some(SUM));
    }
}
