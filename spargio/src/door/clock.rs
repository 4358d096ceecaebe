//! Time: the one place that reads it, and the clock of those who wait outside the shards.
//!
//! A shard looks after its own timers in its loop. Threads outside the shards have nobody who does, so a clock starts one
//! thread for all of theirs, at the first wait that needs it, which sleeps until the next is due.

use super::seat::UNPOISONED;
use super::threads::wake_all;
use super::timers::{TimerKey, Timers};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, LazyLock, Mutex, MutexGuard};
use std::task::Waker;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// The time.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the clock that all others ask"
)]
#[inline]
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// How long a sweep of asks waits at least for the next: their deadlines are at most this late, and a flood of them costs
/// no more sweeps than this allows.
pub(crate) const SWEEP: Duration = Duration::from_millis(5);

/// How long it is until then; no time if it is over.
pub(crate) fn until(end: Instant) -> Duration {
    end.saturating_duration_since(now())
}

/// The earlier of two times, where none is never.
pub(crate) fn earlier(a: Option<Instant>, b: Option<Instant>) -> Option<Instant> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

/// The timers of threads outside the shards, and the thread that looks after them.
#[derive(Default)]
pub(crate) struct OutsideClock {
    state: Mutex<State>,
    changed: Condvar,
    /// Set with the lock held; read without it by whoever only wants to know.
    ended: AtomicBool,
}

#[derive(Default)]
struct State {
    timers: Timers<Waker>,
    thread: Option<JoinHandle<()>>,
}

/// The clock of those who belong to no runtime; it never ends.
static PROCESS: LazyLock<Arc<OutsideClock>> = LazyLock::new(Arc::default);

impl OutsideClock {
    /// The clock of those who belong to no runtime.
    pub(crate) fn of_process() -> Arc<Self> {
        PROCESS.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect(UNPOISONED)
    }

    /// Has `waker` called when the time has come, or the clock ends. `None` if it has ended or its thread could not be
    /// started.
    pub(crate) fn add(self: &Arc<Self>, at: Instant, waker: Waker) -> Option<TimerKey> {
        let mut state = self.state();
        if self.has_ended() {
            return None;
        }
        if state.thread.is_none() {
            let clock = self.clone();
            let thread = thread::Builder::new().name("spargio-clock".into());
            #[expect(clippy::disallowed_methods, reason = "the door starts the threads")]
            let thread = thread.spawn(move || clock.run());
            state.thread = Some(thread.ok()?);
        }
        let first = state.timers.next().is_none_or(|next| at < next);
        let key = state.timers.add(at, waker);
        if first {
            self.changed.notify_one();
        }
        Some(key)
    }

    /// Has another waker called; the former is handed out. `Err` if the timer is over.
    pub(crate) fn replace(&self, key: TimerKey, waker: Waker) -> Result<Waker, Waker> {
        self.state().timers.replace(key, waker)
    }

    /// Forgets a timer; its waker is handed out, to be dropped without the lock.
    pub(crate) fn remove(&self, key: TimerKey) -> Option<Waker> {
        self.state().timers.remove(key)
    }

    fn run(&self) {
        let mut state = self.state();
        while !self.has_ended() {
            let due = state.timers.take_due(now(), usize::MAX);
            if !due.is_empty() {
                drop(state);
                wake_all(due);
                state = self.state();
                continue;
            }
            state = match state.timers.next() {
                None => self.changed.wait(state).expect(UNPOISONED),
                Some(next) => {
                    let left = next.saturating_duration_since(now());
                    self.changed.wait_timeout(state, left).expect(UNPOISONED).0
                }
            };
        }
    }

    pub(crate) fn has_ended(&self) -> bool {
        // Relaxed: who waits is woken after the flag is set, through the waker's own order.
        self.ended.load(Ordering::Relaxed)
    }

    /// Wakes all who still wait, refuses the rest, and has the thread end.
    pub(crate) fn end(&self) {
        let mut state = self.state();
        // Relaxed: see `has_ended`; the thread reads it with the lock held.
        self.ended.store(true, Ordering::Relaxed);
        let left = state.timers.take_all();
        drop(state);
        self.changed.notify_one();
        wake_all(left);
    }

    /// Waits until the thread has ended; not on that thread itself, where a waker may have dropped the runtime.
    pub(crate) fn join(&self) {
        let thread = self.state().thread.take();
        if let Some(thread) = thread.filter(|it| it.thread().id() != thread::current().id()) {
            // A waker that panicked has been printed.
            _ = thread.join();
        }
    }
}
