//! What the actors do, whatever crate they come from, and how the drivers speak to them.

use crate::measure::current_cpu;
use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};

/// What a tell carries.
pub trait Body: Send + 'static {
    /// The body of the message number `n`.
    fn of(n: u64) -> Self;

    /// What the actor adds to its sum.
    fn weight(&self) -> u64;

    /// What the messages `0..count` come to.
    fn total(count: u64) -> u64 {
        count * (count - 1) / 2
    }
}

impl Body for u64 {
    fn of(n: u64) -> Self {
        n
    }

    fn weight(&self) -> u64 {
        *self
    }
}

impl Body for [u64; 6] {
    fn of(n: u64) -> Self {
        [n; 6]
    }

    fn weight(&self) -> u64 {
        self[0]
    }
}

impl Body for Vec<u8> {
    fn of(n: u64) -> Self {
        vec![n as u8; 1024]
    }

    fn weight(&self) -> u64 {
        self.len() as u64
    }

    fn total(count: u64) -> u64 {
        count * 1024
    }
}

/// What is asked for outside the timed asks.
#[derive(Clone, Copy)]
pub enum Query {
    /// The sum so far.
    Sum,
    /// The CPU that the actor finds itself on.
    Cpu,
}

/// How many actors of this process have started.
static STARTED: AtomicU64 = AtomicU64::new(0);

/// How many actors of this process have come to run so far.
pub fn started() -> u64 {
    STARTED.load(Ordering::Acquire)
}

/// The state of every actor, and all that it does.
#[derive(Default)]
pub struct Adder {
    sum: u64,
}

impl Adder {
    /// Called once by each actor when it has come to run.
    pub fn start(&mut self) {
        STARTED.fetch_add(1, Ordering::Release);
    }

    pub fn tell(&mut self, body: &impl Body) {
        self.sum = self.sum.wrapping_add(body.weight());
    }

    pub fn ask(&self, n: u64) -> u64 {
        n + 1
    }

    pub fn query(&self, what: Query) -> u64 {
        match what {
            Query::Sum => self.sum,
            Query::Cpu => current_cpu().into(),
        }
    }
}

/// The way to an actor. All of it is generic, so that nothing is boxed or looked up that the crate does not box or look
/// up itself.
pub trait Handle<B: Body>: Clone + Send + Sync + 'static {
    /// Starts an actor in the runtime, or on the thread, that runs the calling task.
    fn start() -> impl Future<Output = Self> + Send;

    /// Sends a body, and waits for room where the mailbox is bounded.
    fn tell(&self, body: B) -> impl Future<Output = ()> + Send;

    /// Asks for `n + 1` and waits for the answer.
    fn ask(&self, n: u64) -> impl Future<Output = u64> + Send;

    /// Sends an ask, and hands back what its answer comes from.
    fn post(&self, n: u64) -> impl Future<Output = impl Future<Output = u64> + Send> + Send;

    /// Waits for the answer to what is not timed, or is asked once as a barrier behind many tells.
    fn query(&self, what: Query) -> impl Future<Output = u64> + Send;
}

/// A crate, by the handles it has for each body.
pub trait Family: 'static {
    type Handle<B: Body>: Handle<B>;
}
