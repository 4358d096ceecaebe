//! The end of a runtime, agreed on by its shards without a thread of its own.
//!
//! ```text
//! Running   > Draining   outside sends are refused; actors finish what was accepted
//!           > Stopping   nothing is left, or `drain` has passed: tasks are dropped, actors run `stopped`
//!           > Exiting    all shards have stopped, or a second has passed: what is left is undelivered, operations are
//!                        cancelled, and what has not landed after another second is leaked
//! ```
//!
//! Whoever sees a condition met moves the phase on and wakes all shards.

use super::clock::{earlier, now};
use super::seat::UNPOISONED;
use crate::ShardId;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Condvar, Mutex};
use std::time::{Duration, Instant};

/// How long the `stopped` hooks may take, all together.
pub(crate) const STOP_LIMIT: Duration = Duration::from_secs(1);

/// How long operations in flight may take to land, once they are cancelled.
const LAND_LIMIT: Duration = Duration::from_secs(1);

/// How much later than that a shard's thread is called stuck.
const STUCK_AFTER: Duration = Duration::from_millis(500);

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(crate) enum Phase {
    Running,
    Draining,
    Stopping,
    Exiting,
}

pub(crate) struct Closing {
    phase: AtomicU8,
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    /// When the present phase ends at the latest.
    until: Option<Instant>,
    /// Shards whose actors have all stopped.
    stopped: Vec<bool>,
    /// Shards that have ended.
    ended: Vec<bool>,
}

impl Closing {
    pub(crate) fn new(shards: usize) -> Self {
        Self {
            phase: AtomicU8::new(Phase::Running as u8),
            state: Mutex::new(State {
                until: None,
                stopped: vec![false; shards],
                ended: vec![false; shards],
            }),
            changed: Condvar::new(),
        }
    }

    #[inline]
    pub(crate) fn phase(&self) -> Phase {
        // Acquire: pairs with the release in `advance`: a shard that sees a phase sees what led to it.
        match self.phase.load(Ordering::Acquire) {
            0 => Phase::Running,
            1 => Phase::Draining,
            2 => Phase::Stopping,
            _ => Phase::Exiting,
        }
    }

    /// Moves on from `phase` to the next one, if that is still the present one. `true`: the caller wakes all shards.
    fn advance(&self, state: &mut State, phase: Phase, until: Option<Instant>) -> bool {
        if self.phase() != phase {
            return false;
        }
        state.until = until;
        // Release: see `phase`.
        self.phase.store(phase as u8 + 1, Ordering::Release);
        self.changed.notify_all();
        true
    }

    pub(crate) fn begin(&self, drain: Duration) -> bool {
        let until = now().checked_add(drain);
        self.advance(
            &mut self.state.lock().expect(UNPOISONED),
            Phase::Running,
            until,
        )
    }

    /// The drain has ended.
    pub(crate) fn drained(&self) -> bool {
        let until = Some(now() + STOP_LIMIT);
        self.advance(
            &mut self.state.lock().expect(UNPOISONED),
            Phase::Draining,
            until,
        )
    }

    /// All actors of the shard have stopped.
    pub(crate) fn stopped(&self, shard: ShardId) -> bool {
        let mut state = self.state.lock().expect(UNPOISONED);
        state.stopped[usize::from(shard)] = true;
        state.stopped.iter().all(|&stopped| stopped)
            && self.advance(&mut state, Phase::Stopping, Some(now() + LAND_LIMIT))
    }

    /// Moves on if the present phase has lasted too long.
    pub(crate) fn overdue(&self, now: Instant) -> bool {
        let mut state = self.state.lock().expect(UNPOISONED);
        if state.until.is_none_or(|until| now < until) {
            return false;
        }
        match self.phase() {
            Phase::Draining => self.advance(&mut state, Phase::Draining, Some(now + STOP_LIMIT)),
            Phase::Stopping => self.advance(&mut state, Phase::Stopping, Some(now + LAND_LIMIT)),
            Phase::Running | Phase::Exiting => false,
        }
    }

    /// When the present phase ends at the latest.
    pub(crate) fn until(&self) -> Option<Instant> {
        self.state.lock().expect(UNPOISONED).until
    }

    /// The shard's thread ends.
    pub(crate) fn ended(&self, shard: ShardId) {
        self.state.lock().expect(UNPOISONED).ended[usize::from(shard)] = true;
        self.changed.notify_all();
    }

    /// Whether a shard has failed to stop in time; the others do not wait for what it holds.
    pub(crate) fn has_laggard(&self) -> bool {
        !self
            .state
            .lock()
            .expect(UNPOISONED)
            .stopped
            .iter()
            .all(|&stopped| stopped)
    }

    /// Waits until all shards have ended; returns those that do not.
    pub(crate) fn wait(&self, drain: Duration) -> Vec<ShardId> {
        let last = now()
            .checked_add(drain)
            .map(|end| end + STOP_LIMIT + LAND_LIMIT + STUCK_AFTER);
        let mut state = self.state.lock().expect(UNPOISONED);
        loop {
            let stuck: Vec<ShardId> = (0..)
                .zip(&state.ended)
                .filter(|(_, ended)| !**ended)
                .map(|(shard, _)| shard)
                .collect();
            // A shard that is stuck cannot move a phase on, and if all are, nobody else does.
            let now = now();
            let last = match self.phase() {
                Phase::Draining => last,
                _ => earlier(last, state.until.map(|until| until + STUCK_AFTER)),
            };
            if stuck.is_empty() || last.is_some_and(|last| now >= last) {
                return stuck;
            }
            state = match last {
                None => self.changed.wait(state).expect(UNPOISONED),
                Some(last) => {
                    self.changed
                        .wait_timeout(state, last - now)
                        .expect(UNPOISONED)
                        .0
                }
            };
        }
    }
}
