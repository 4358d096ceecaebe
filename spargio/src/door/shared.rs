//! What the shards of one runtime share.

use super::backend::{BackendKind, Carry};
use super::clock::OutsideClock;
use super::closing::{Closing, Phase};
use super::counters::ShardCounters;
use super::lane::Lane;
use super::seat::{Seat, UNPOISONED};
use super::slots::Address;
use super::wake::published;
use crate::ShardId;
use crossbeam_utils::CachePadded;
use std::sync::atomic::{AtomicU64, Ordering, fence};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// What a runtime was built with.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) shards: usize,
    pub(crate) backend: BackendKind,
    pub(crate) carry: Carry,
    pub(crate) ring_entries: usize,
    pub(crate) mailbox: u32,
    pub(crate) ask_timeout: Duration,
    pub(crate) drain: Duration,
    /// How long an idle shard looks for work before it sleeps.
    pub(crate) spin: Duration,
}

pub(crate) struct Shared {
    /// Tells runtimes apart.
    pub(crate) id: u64,
    pub(crate) settings: Settings,
    pub(crate) seats: Box<[&'static Seat]>,
    pub(crate) counters: Box<[Arc<CachePadded<ShardCounters>>]>,
    /// The address of each shard's event queue.
    pub(crate) events: Box<[Address]>,
    /// All lanes that were made.
    pub(crate) lanes: Mutex<Vec<Arc<Lane>>>,
    pub(crate) closing: Closing,
    /// For those who wait outside the shards.
    pub(crate) clock: Arc<OutsideClock>,
}

/// The sums over all shards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Totals {
    pub(crate) accepted: u64,
    pub(crate) handled: u64,
    pub(crate) undelivered: u64,
    pub(crate) leaked_ops: u64,
}

static RUNTIMES: AtomicU64 = AtomicU64::new(1);

impl Shared {
    pub(crate) fn new(
        settings: Settings,
        seats: Box<[&'static Seat]>,
        events: Box<[Address]>,
    ) -> Arc<Self> {
        let shards = seats.len();
        let shared = Arc::new(Self {
            // Relaxed: only has to be another number each time.
            id: RUNTIMES.fetch_add(1, Ordering::Relaxed),
            settings,
            seats,
            counters: (0..shards).map(|_| Arc::default()).collect(),
            events,
            lanes: Mutex::new(Vec::new()),
            closing: Closing::new(shards),
            clock: Arc::default(),
        });
        for seat in &shared.seats {
            seat.open(&shared);
        }
        shared
    }

    /// Whether the end has begun.
    pub(crate) fn is_closing(&self) -> bool {
        self.closing.phase() != Phase::Running
    }

    /// Gives a shard something to do in its next turn. It is dropped if the shard has ended.
    pub(crate) fn urge(&self, shard: ShardId, job: impl FnOnce() + Send + 'static) {
        self.seats[usize::from(shard)].urge(Box::new(job));
    }

    /// Wakes all shards, so that each sees the phase that was just entered.
    fn wake_all(&self) {
        let published = published();
        for seat in &self.seats {
            seat.wake(published);
        }
    }

    /// Begins the end: see [`closing`](super::closing).
    pub(crate) fn begin_closing(&self, drain: Duration) {
        for seat in &self.seats {
            seat.close_outside();
        }
        if self.closing.begin(drain) {
            self.wake_all();
        }
    }

    /// Called by an idle shard while the runtime closes: moves the phase on if its condition is met.
    pub(crate) fn press_on(&self, now: Instant) {
        let moved = match self.closing.phase() {
            Phase::Draining if self.is_drained() => self.closing.drained(),
            _ => self.closing.overdue(now),
        };
        if moved {
            self.wake_all();
        }
    }

    pub(crate) fn shard_stopped(&self, shard: ShardId) {
        if self.closing.stopped(shard) {
            self.wake_all();
        }
    }

    /// Whether all that was accepted has been finished, handlers included.
    ///
    /// The ends are summed before the acceptances. Each acceptance is counted before its message can be handled, and
    /// what a handler sends before the handler's end, so a message that is not finished is missing from the first sum
    /// and present in the second: equal sums mean that there was none when the first was complete.
    fn is_drained(&self) -> bool {
        // SeqCst: of two shards that each end a last handler and then look, one sees both ends.
        fence(Ordering::SeqCst);
        let ended: u64 = self
            .counters
            .iter()
            .map(|shard| shard.finished.get() + shard.undelivered.get())
            .sum();
        ended == self.accepted(None)
    }

    /// How many messages were accepted for one shard, or for all.
    pub(crate) fn accepted(&self, shard: Option<ShardId>) -> u64 {
        let wanted = |id: ShardId| shard.is_none_or(|shard| shard == id);
        let lanes = self.lanes.lock().expect(UNPOISONED);
        let through_lanes: u64 = lanes
            .iter()
            .filter(|lane| wanted(lane.to))
            .map(|lane| lane.accepted.get())
            .sum();
        let others = self
            .seats
            .iter()
            .zip(&self.counters)
            .filter(|(seat, _)| wanted(seat.shard));
        others
            // Relaxed: an acceptance from outside that is ordered before the closing is seen through that order.
            .map(|(seat, own)| seat.outside.counts()[0] + own.accepted.get())
            .sum::<u64>()
            + through_lanes
    }

    pub(crate) fn totals(&self) -> Totals {
        let sum =
            |count: fn(&ShardCounters) -> u64| self.counters.iter().map(|shard| count(shard)).sum();
        // Handled first: see `is_drained`.
        let handled = sum(|shard| shard.handled.get());
        let undelivered = sum(|shard| shard.undelivered.get());
        Totals {
            accepted: self.accepted(None),
            handled,
            undelivered,
            leaked_ops: sum(|shard| shard.ring.leaked.get()),
        }
    }
}

/// The runtime's hold on its seats, shared by its owner and its shards' threads: when the last is gone, the seats are
/// left, and what was counted there is lost.
pub(crate) struct Tenancy(pub(crate) Arc<Shared>);

impl Drop for Tenancy {
    fn drop(&mut self) {
        self.0.clock.end();
        for seat in &self.0.seats {
            // A shard closes its own; this is for those whose threads were never started.
            drop(seat.close_injector());
            seat.leave();
        }
    }
}
