//! What the contract tests share: every test runs on every backend and carry through [`each_backend`], with the numbers
//! of shards that it names.

// Each test file is a program of its own and uses a part of this.
#![allow(dead_code, reason = "each test uses a part")]

pub mod place;
#[cfg(target_os = "linux")]
pub mod seccomp;
pub mod server;
pub(crate) mod skip;

use skip::skip_unless_required;
use spargio::time::timeout;
use spargio::{BackendKind, Builder, Carry, IoUringReport, Runtime, ShardCtx, ShardId};
use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, mpsc};
use std::time::{Duration, Instant};

/// The numbers of shards that most promises are tested with, on two cores: one, both, and more than there are.
pub const SHARDS: [usize; 3] = [1, 2, 4];

/// One way to run a test.
#[derive(Clone, Copy, Debug)]
pub struct Setup {
    pub backend: BackendKind,
    pub carry: Carry,
    pub shards: usize,
}

impl Setup {
    /// A builder set up like this.
    pub fn builder(&self) -> Builder {
        Runtime::builder()
            .shards(self.shards)
            .backend(self.backend)
            .carry(self.carry)
    }

    /// A runtime set up like this, with defaults for the rest.
    pub fn build(&self) -> Runtime {
        self.builder().build().expect("the setup is sound")
    }

    /// The last shard: on another core than shard 0 if there are several.
    pub fn last(&self) -> spargio::ShardId {
        self.shards as spargio::ShardId - 1
    }
}

/// Every backend and carry.
const BACKENDS: [(BackendKind, Carry); 3] = [
    (BackendKind::Queue, Carry::Lane),
    (BackendKind::IoUring, Carry::Lane),
    (BackendKind::IoUring, Carry::Completion),
];

/// Runs a test on every backend and carry with each of these numbers of shards, and says which one failed.
pub fn each_backend(shards: &[usize], test: impl Fn(&Setup)) {
    for (backend, carry) in BACKENDS {
        if backend == BackendKind::IoUring && !has_ring(carry) {
            continue;
        }
        for &shards in shards {
            let setup = Setup {
                backend,
                carry,
                shards,
            };
            let failed = NameOnPanic(setup);
            test(&setup);
            std::mem::forget(failed);
        }
    }
}

/// Whether io_uring can be used here, with this carry. Where it cannot, the test says so and is skipped, or fails if
/// `SPARGIO_REQUIRE_URING=1`.
#[track_caller]
pub fn has_ring(carry: Carry) -> bool {
    let report = IoUringReport::probe();
    if report.carries().contains(&carry) {
        return true;
    }
    let why = format_args!("io_uring cannot be used with {carry:?}: {report}");
    skip_unless_required("SPARGIO_REQUIRE_URING", why);
    false
}

/// The carries that can be used here on io_uring.
#[track_caller]
pub fn carries() -> Vec<Carry> {
    let carries = [Carry::Lane, Carry::Completion];
    carries
        .into_iter()
        .filter(|&carry| has_ring(carry))
        .collect()
}

struct NameOnPanic(Setup);

impl Drop for NameOnPanic {
    fn drop(&mut self) {
        eprintln!("failed with {:?}", self.0);
    }
}

/// Holds up whoever passes until it is opened, blocking the thread: a handler that waits here holds its whole shard.
#[derive(Clone, Default)]
pub struct Gate(Arc<(Mutex<GateState>, Condvar)>);

#[derive(Default)]
struct GateState {
    open: bool,
    waiting: usize,
}

impl Gate {
    /// Waits until the gate is open.
    pub fn pass(&self) {
        let mut state = self.0.0.lock().unwrap();
        state.waiting += 1;
        self.0.1.notify_all();
        while !state.open {
            state = self.0.1.wait(state).unwrap();
        }
    }

    /// Lets everybody pass, for good.
    pub fn open(&self) {
        self.0.0.lock().unwrap().open = true;
        self.0.1.notify_all();
    }

    /// How many have come to the gate.
    pub fn waiting(&self) -> usize {
        self.0.0.lock().unwrap().waiting
    }

    /// Waits until so many have come to the gate.
    pub fn await_waiting(&self, waiting: usize) {
        let mut state = self.0.0.lock().unwrap();
        while state.waiting < waiting {
            state = self.0.1.wait(state).unwrap();
        }
    }
}

/// Opens the gate when dropped, so that a failing test ends instead of hanging.
pub struct OpenAtEnd(pub Gate);

impl Drop for OpenAtEnd {
    fn drop(&mut self) {
        self.0.open();
    }
}

/// Counts tokens that were made and dropped: what was sent must be dropped exactly once.
#[derive(Clone, Default, Debug)]
pub struct Tally(Arc<Counts>);

#[derive(Default, Debug)]
struct Counts {
    made: AtomicUsize,
    dropped: AtomicUsize,
}

impl Tally {
    /// A token to put into a message.
    pub fn token(&self) -> Token {
        self.0.made.fetch_add(1, Ordering::Relaxed);
        Token {
            tally: self.clone(),
            dropped: false,
        }
    }

    pub fn made(&self) -> usize {
        self.0.made.load(Ordering::Relaxed)
    }

    pub fn dropped(&self) -> usize {
        self.0.dropped.load(Ordering::Relaxed)
    }

    /// Fails unless every token was dropped, once.
    pub fn assert_even(&self) {
        assert_eq!(self.dropped(), self.made(), "tokens dropped, tokens made");
    }
}

/// A payload with a drop that counts.
#[derive(Debug)]
pub struct Token {
    tally: Tally,
    dropped: bool,
}

impl Drop for Token {
    fn drop(&mut self) {
        assert!(!self.dropped, "a token was dropped twice");
        self.dropped = true;
        self.tally.0.dropped.fetch_add(1, Ordering::Relaxed);
    }
}

/// Waits until something becomes true, at most a minute: for what has no event to wait for. Yields, never sleeps.
#[track_caller]
pub fn eventually(what: &str, mut check: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(60);
    while !check() {
        assert!(Instant::now() < end, "not within a minute: {what}");
        std::thread::yield_now();
    }
}

/// Lets other tasks of the shard run once.
pub async fn yield_now() {
    let mut yielded = false;
    std::future::poll_fn(|task| {
        if yielded {
            return std::task::Poll::Ready(());
        }
        yielded = true;
        task.waker().wake_by_ref();
        std::task::Poll::Pending
    })
    .await;
}

/// Longer than anything here takes.
pub const LONG: Duration = Duration::from_secs(60);

/// Runs a task on a shard and hands out what it came to.
pub fn run<T: Send + 'static>(
    rt: &Runtime,
    shard: ShardId,
    work: impl AsyncFnOnce(ShardCtx) -> io::Result<T> + Send + 'static,
) -> T {
    let task = rt.spawn_local_on(shard, move |ctx| async move {
        timeout(LONG, work(ctx)).await.expect("it hangs")
    });
    rt.block_on(task.unwrap()).unwrap().unwrap()
}

/// As [`run`], for what might block its shard, whose clock would then stand still: the time is watched from outside.
pub fn run_watched<T: Send + 'static>(
    rt: &Runtime,
    shard: ShardId,
    work: impl AsyncFnOnce(ShardCtx) -> io::Result<T> + Send + 'static,
) -> T {
    let (done, is_done) = mpsc::channel();
    drop(rt.spawn_local_on(shard, move |ctx| async move { done.send(work(ctx).await) }));
    match is_done.recv_timeout(LONG) {
        Ok(done) => done.unwrap(),
        Err(mpsc::RecvTimeoutError::Timeout) => panic!("it blocks its shard"),
        Err(mpsc::RecvTimeoutError::Disconnected) => panic!("it has panicked"),
    }
}

/// Bytes that are not all alike.
pub fn bytes(len: usize) -> Vec<u8> {
    (0..len as u32)
        .map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8)
        .collect()
}

/// How many descriptors the process has, where that can be known.
pub fn descriptors() -> usize {
    std::fs::read_dir("/proc/self/fd").map_or(0, Iterator::count)
}
