//! Time: the one place that reads it, and the alarms of those who wait until it has passed.
//!
//! A shard sweeps its own alarms in its loop. Threads outside the shards have nobody to sweep for them, so each runtime
//! starts one thread for all of theirs, at the first wait that needs it, which sleeps until the next alarm.

use super::seat::UNPOISONED;
use super::threads::caught;
use futures_util::task::AtomicWaker;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, Weak};
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

/// How long a sweep waits at least for the next: alarms are at most this late, and a flood of them costs no more
/// sweeps than this allows.
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

/// Somebody who waits until a time has come.
pub(crate) struct Alarm {
    at: Instant,
    waker: AtomicWaker,
    /// Whether it is in a list that is swept.
    kept: AtomicBool,
}

impl Alarm {
    pub(crate) fn new(at: Instant) -> Arc<Self> {
        Arc::new(Self {
            at,
            waker: AtomicWaker::new(),
            kept: AtomicBool::new(false),
        })
    }

    /// Wakes `waker`, and only it, when the time has come.
    pub(crate) fn set(&self, waker: &Waker) {
        self.waker.register(waker);
    }

    /// Whether it is in a list that is swept; if not, it must be added to one.
    pub(crate) fn is_kept(&self) -> bool {
        // Relaxed: who finds it cleared was woken after that, through the waker's own order.
        self.kept.load(Ordering::Relaxed)
    }

    pub(crate) fn has_come(&self) -> bool {
        now() >= self.at
    }
}

/// Alarms that are swept together. Each costs its share of a few sweeps; one that is dropped is forgotten.
#[derive(Default)]
pub(crate) struct Alarms {
    list: Vec<Weak<Alarm>>,
    next: Option<Instant>,
    /// The length at which dropped alarms are looked for, so that they never outnumber the live by much.
    purge_at: usize,
}

impl Alarms {
    /// Adds an alarm. Returns whether it is now the first to come.
    pub(crate) fn add(&mut self, alarm: &Arc<Alarm>) -> bool {
        if self.list.len() >= self.purge_at.max(64) {
            self.list.retain(|alarm| alarm.strong_count() > 0);
            self.purge_at = self.list.len() * 2;
        }
        // Relaxed: see `is_kept`.
        alarm.kept.store(true, Ordering::Relaxed);
        self.list.push(Arc::downgrade(alarm));
        let first = self.next.is_none_or(|next| alarm.at < next);
        if first {
            self.next = Some(alarm.at);
        }
        first
    }

    /// When the next sweep is due.
    pub(crate) fn next(&self) -> Option<Instant> {
        self.next
    }

    /// Takes out those whose time has come; the caller wakes them with [`ring`].
    pub(crate) fn sweep(&mut self, now: Instant) -> Vec<Arc<Alarm>> {
        if self.next.is_none_or(|next| now < next) {
            return Vec::new();
        }
        let mut due = Vec::new();
        let mut next = None;
        self.list.retain(|alarm| {
            let Some(alarm) = alarm.upgrade() else {
                return false;
            };
            if alarm.at <= now {
                due.push(alarm);
                return false;
            }
            next = earlier(next, Some(alarm.at));
            true
        });
        self.next = next.map(|next| next.max(now + SWEEP));
        due
    }
}

impl Alarms {
    /// Ends the list: its alarms are to be rung, so that whoever waits adds them to another.
    pub(crate) fn orphan(self) -> Vec<Arc<Alarm>> {
        let left: Vec<_> = self.list.iter().filter_map(Weak::upgrade).collect();
        for alarm in &left {
            // Relaxed: see `is_kept`.
            alarm.kept.store(false, Ordering::Relaxed);
        }
        left
    }
}

/// Wakes who waits.
pub(crate) fn ring(due: Vec<Arc<Alarm>>) {
    for alarm in due {
        // Whosever it is: a panic in it silences no other.
        caught(|| alarm.waker.wake());
    }
}

/// The alarms of threads outside the shards.
#[derive(Default)]
pub(crate) struct OutsideAlarms {
    state: Mutex<OutsideState>,
    changed: Condvar,
    /// Set with the lock held; read without it by whoever only wants to know.
    ended: AtomicBool,
}

#[derive(Default)]
struct OutsideState {
    alarms: Alarms,
    thread: Option<JoinHandle<()>>,
}

impl OutsideAlarms {
    /// Adds an alarm, or answers `false` if the runtime has ended or the thread could not be started.
    pub(crate) fn add(self: &Arc<Self>, alarm: &Arc<Alarm>) -> bool {
        let mut state = self.state.lock().expect(UNPOISONED);
        if self.has_ended() {
            return false;
        }
        if state.thread.is_none() {
            let alarms = self.clone();
            let thread = thread::Builder::new().name("spargio-clock".into());
            #[expect(clippy::disallowed_methods, reason = "the door starts the threads")]
            match thread.spawn(move || alarms.run()) {
                Ok(thread) => state.thread = Some(thread),
                Err(_) => return false,
            }
        }
        if state.alarms.add(alarm) {
            self.changed.notify_one();
        }
        true
    }

    fn run(&self) {
        let mut state = self.state.lock().expect(UNPOISONED);
        while !self.has_ended() {
            let due = state.alarms.sweep(now());
            if !due.is_empty() {
                drop(state);
                ring(due);
                state = self.state.lock().expect(UNPOISONED);
                continue;
            }
            state = match state.alarms.next() {
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
        let mut state = self.state.lock().expect(UNPOISONED);
        // Relaxed: see `has_ended`; the thread reads it with the lock held.
        self.ended.store(true, Ordering::Relaxed);
        let left = std::mem::take(&mut state.alarms);
        drop(state);
        self.changed.notify_one();
        ring(left.orphan());
    }

    /// Waits until the thread has ended; not on that thread itself, where a waker may have dropped the runtime.
    pub(crate) fn join(&self) {
        let thread = self.state.lock().expect(UNPOISONED).thread.take();
        if let Some(thread) = thread.filter(|it| it.thread().id() != thread::current().id()) {
            // A waker that panicked has been printed.
            _ = thread.join();
        }
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn a_sweep_takes_what_is_due_and_keeps_the_rest() {
        let start = now();
        let mut alarms = Alarms::default();
        let later = Alarm::new(start + Duration::from_secs(9));
        let sooner = Alarm::new(start + Duration::from_secs(1));
        assert!(alarms.add(&later));
        assert!(alarms.add(&sooner));
        assert!(alarms.sweep(start).is_empty());
        assert_eq!(alarms.sweep(start + Duration::from_secs(1)).len(), 1);
        assert_eq!(alarms.next(), Some(start + Duration::from_secs(9)));
    }

    #[test]
    fn dropped_alarms_are_forgotten() {
        let mut alarms = Alarms::default();
        for _ in 0..10_000 {
            alarms.add(&Alarm::new(now() + Duration::from_secs(60)));
        }
        assert!(alarms.list.len() < 200);
    }
}
