//! Tokio: two threads, each with a current-thread runtime, and unbounded channels between them. A runtime sleeps as soon
//! as it has nothing to do; it cannot be told to spin. Without drivers it does not even look for events from outside.

use crate::contestant::{BURST, Contestant, SUM, timed};
use crate::pinned::Pinned;
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::oneshot;

/// What Spargio's raw layer carries.
type Pair = (u16, u64);

/// What the task that stands in for an actor understands. An ask brings the way back with it.
enum SumMsg {
    Add(u64),
    Take(oneshot::Sender<u64>),
}

pub struct TokioPair {
    near: Pinned<Runtime>,
    far: Pinned<Runtime>,
}

impl TokioPair {
    pub fn new() -> Self {
        let make = |_| Builder::new_current_thread().build();
        let (near, far) = Pinned::pair(make).expect("two runtimes");
        Self { near, far }
    }

    /// Runs both sides of an exchange.
    fn both<N, F>(&self, near: N, far: F) -> Duration
    where
        N: Future<Output = Duration> + Send + 'static,
        F: Future<Output = ()> + Send + 'static,
    {
        let far = self.far.run(move |runtime| runtime.block_on(far));
        let near = self.near.run(move |runtime| runtime.block_on(near));
        far.recv().expect("it ends");
        near.recv().expect("it ends")
    }
}

impl Contestant for TokioPair {
    fn ping_pong_raw(&self, rounds: u64) -> Duration {
        let (to_far, from_near) = unbounded_channel();
        let (to_near, mut from_far) = unbounded_channel();
        let exchange = async move |rounds| serve(&to_far, &mut from_far, rounds).await;
        self.both(timed(rounds, exchange), send_back(from_near, to_near))
    }

    fn stream_raw(&self, bursts: u64) -> Duration {
        let (to_far, from_near) = unbounded_channel();
        let (to_near, mut from_far) = unbounded_channel();
        let exchange = async move |bursts| pour(&to_far, &mut from_far, bursts).await;
        self.both(timed(bursts, exchange), drain(from_near, to_near))
    }

    fn ping_pong_actors(&self, rounds: u64) -> Duration {
        let (sum, messages) = unbounded_channel();
        let exchange = async move |rounds| ask_each(&sum, rounds).await;
        self.both(timed(rounds, exchange), act(messages))
    }

    fn stream_actors(&self, bursts: u64) -> Duration {
        let (sum, messages) = unbounded_channel();
        let exchange = async move |bursts| tell_all(&sum, bursts).await;
        self.both(timed(bursts, exchange), act(messages))
    }
}

async fn serve(far: &UnboundedSender<Pair>, from_far: &mut UnboundedReceiver<Pair>, rounds: u64) {
    for n in 0..rounds {
        far.send((1, n)).expect("the far side reads");
        assert_eq!(from_far.recv().await, Some((1, n)));
    }
}

async fn send_back(mut from_near: UnboundedReceiver<Pair>, near: UnboundedSender<Pair>) {
    while let Some(pair) = from_near.recv().await {
        near.send(pair).expect("the near side waits");
    }
}

async fn pour(far: &UnboundedSender<Pair>, from_far: &mut UnboundedReceiver<Pair>, bursts: u64) {
    for _ in 0..bursts {
        for n in 0..BURST {
            far.send((1, n)).expect("the far side reads");
        }
        assert_eq!(from_far.recv().await, Some((1, SUM)));
    }
}

async fn drain(mut from_near: UnboundedReceiver<Pair>, near: UnboundedSender<Pair>) {
    let (mut read, mut sum) = (0, 0);
    while let Some((_, n)) = from_near.recv().await {
        sum += n;
        read += 1;
        if read == BURST {
            near.send((1, sum)).expect("the near side waits");
            (read, sum) = (0, 0);
        }
    }
}

/// Stands in for an actor.
async fn act(mut messages: UnboundedReceiver<SumMsg>) {
    let mut sum = 0;
    while let Some(message) = messages.recv().await {
        match message {
            SumMsg::Add(n) => sum += n,
            SumMsg::Take(reply) => {
                let reply = reply.send(std::mem::take(&mut sum));
                reply.expect("the asker waits");
            }
        }
    }
}

async fn ask(sum: &UnboundedSender<SumMsg>) -> u64 {
    let (reply, answer) = oneshot::channel();
    sum.send(SumMsg::Take(reply)).expect("the far side reads");
    answer.await.expect("the far side answers")
}

async fn ask_each(sum: &UnboundedSender<SumMsg>, rounds: u64) {
    for _ in 0..rounds {
        assert_eq!(ask(sum).await, 0);
    }
}

async fn tell_all(sum: &UnboundedSender<SumMsg>, bursts: u64) {
    for _ in 0..bursts {
        for n in 0..BURST {
            sum.send(SumMsg::Add(n)).expect("the far side reads");
        }
        assert_eq!(ask(sum).await, SUM);
    }
}
