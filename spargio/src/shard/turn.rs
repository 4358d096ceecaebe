//! The loop of a shard: its turns, and its sleep when there is nothing to do.
//!
//! One turn: read what came through lanes, ring and injector into the mailboxes, run what is ready, publish what was
//! sent. Each step is bounded, so nobody waits for long: at most 64 records of each lane, 64 of the injector and 64
//! messages of each actor.

use super::Core;
use super::current::OnShard;
use crate::door::backend::uring::Ring;
use crate::door::clock::{earlier, now};
use crate::door::closing::Phase;
use crate::door::seat::Parcel;
use std::rc::Rc;
use std::time::Instant;

/// How many records are taken from one lane, or from the injector, in one turn.
pub(super) const READ: usize = 64;

/// How many records, messages and polls a shard lets pass at the most between two looks at the clock.
const WORK_PER_TICK: u32 = 16;

/// After so many looks at the clock, leases that were not used since as many go home.
const TICKS_PER_LEASE: u32 = 64;

/// After so many looks at the clock, a busy shard without a ring looks which sockets are ready: that is a system call.
const TICKS_PER_LOOK: u32 = 8;

/// How often an idle shard looks for work before it looks at the clock for the first time.
const QUICK_LOOKS: u32 = 64;

impl Core {
    /// Runs the shard until its runtime ends.
    pub(crate) fn run(self: Rc<Self>) {
        loop {
            let worked = self.turn();
            let phase = self.shared.closing.phase();
            if phase != Phase::Running && self.close_down(phase) {
                return;
            }
            if !worked {
                self.idle(phase);
            }
        }
    }

    /// One turn. `false` if there was nothing to do.
    fn turn(self: &Rc<Self>) -> bool {
        let _on_shard = OnShard::enter(self);
        let read = self.read();
        self.count_work(read as u32);
        let ran = self.run_ready();
        self.outbox.flush(self);
        read + ran > 0
    }

    /// Reads what has come, by whatever way. Returns how much.
    pub(super) fn read(&self) -> usize {
        self.collect_injected();
        let mut read = 0;
        if let Some(ring) = self.backend.ring() {
            ring.reap();
            if ring.has_landed() {
                self.wake_io();
            }
        }
        read += self.read_lanes() + self.read_ring();
        if !self.inbox.borrow().is_empty() || self.seat.has_injected() {
            read += self.read_inbox();
        }
        read
    }

    /// Whatever depends on the time, for a shard that is idle.
    fn tick(self: &Rc<Self>, now: Instant, phase: Phase) {
        let _on_shard = OnShard::enter(self);
        self.look_at_sockets();
        self.look_at_clock(now, phase);
        // What wakers sent must not wait for the next turn: the shard may sleep first.
        self.outbox.flush(self);
    }

    /// Counts work; a busy shard looks at the clock so that no timer waits for more than so much of it.
    pub(super) fn count_work(&self, work: u32) {
        self.work.set(self.work.get() + work);
        if self.work.get() >= WORK_PER_TICK {
            self.work.set(0);
            self.look_at_clock(now(), self.shared.closing.phase());
        }
    }

    /// Whatever depends on the time.
    fn look_at_clock(&self, now: Instant, phase: Phase) {
        self.replies.sweep(now);
        self.ticks.set(self.ticks.get().wrapping_add(1));
        if self.ticks.get().is_multiple_of(TICKS_PER_LOOK) {
            self.look_at_sockets();
        }
        if self.ticks.get().is_multiple_of(TICKS_PER_LEASE) {
            self.leases.settle_unused();
        }
        self.wake_due(now);
        if phase != Phase::Running {
            self.shared.press_on(now);
        }
    }

    /// Nothing to do: look for work for a while, then sleep.
    fn idle(self: &Rc<Self>, phase: Phase) {
        if self.spin(QUICK_LOOKS) {
            return;
        }
        let start = now();
        let mut time = start;
        loop {
            self.tick(time, phase);
            if time.duration_since(start) >= self.shared.settings.spin {
                break;
            }
            if self.spin(QUICK_LOOKS / 2) || self.shared.closing.phase() != phase {
                return;
            }
            time = now();
        }
        self.park(phase);
    }

    fn spin(&self, looks: u32) -> bool {
        (0..looks).any(|_| {
            std::hint::spin_loop();
            self.has_work()
        })
    }

    fn park(self: &Rc<Self>, phase: Phase) {
        self.leases.settle_all();
        self.seat.parked().announce();
        // Looked at between the announcement and the sleep: see `door::wake`.
        if self.has_work() || self.shared.closing.phase() != phase {
            self.seat.parked().retract();
            return;
        }
        self.counters().parks.add(1);
        self.backend.wait(self.next_time(phase));
        // A word that is a completion wakes without a bell.
        let rung = self.seat.parked().retract();
        if rung || self.backend.ring().is_some_and(Ring::has_work) {
            self.counters().bells.add(1);
        }
        self.tick(now(), phase);
    }

    /// Looks which sockets are ready, where that is not told.
    fn look_at_sockets(&self) {
        self.backend.look();
        self.wake_io();
    }

    /// Wakes whoever waits for I/O that is done or ready.
    pub(super) fn wake_io(&self) {
        for waker in self.backend.take_woken() {
            self.wake(waker.into());
        }
    }

    /// When something is due that depends on the time.
    fn next_time(&self, phase: Phase) -> Option<Instant> {
        let next = earlier(self.replies.next(), self.timers.borrow().next());
        match phase {
            Phase::Running => next,
            _ => earlier(next, self.shared.closing.until()),
        }
    }

    #[inline]
    fn has_work(&self) -> bool {
        (!self.rings_for_all && !self.inbound.borrow().is_empty())
            || self.backend.ring().is_some_and(Ring::has_work)
            || self.seat.has_injected()
            || !self.table.is_idle()
            || !self.inbox.borrow().is_empty()
    }

    /// Takes what was injected, to be looked at after the lanes and the ring: whoever has seen a pair arrive and then
    /// injects something finds the pair read, unless so much came before it that it takes several turns.
    fn collect_injected(&self) {
        if self.seat.has_injected() {
            self.inbox.borrow_mut().extend(self.seat.take_injected());
        }
    }

    fn read_inbox(&self) -> usize {
        let mut parcels = self.read_urgent();
        while parcels < READ {
            let Some(parcel) = self.inbox.borrow_mut().pop_front() else {
                break;
            };
            self.open(parcel);
            parcels += 1;
        }
        parcels
    }

    /// Does what must not wait behind messages.
    pub(super) fn read_urgent(&self) -> usize {
        let done = |job| _ = self.guard(job);
        self.seat.take_urgent().map(done).count()
    }

    fn open(&self, parcel: Parcel) {
        match parcel {
            Parcel::Record(record) => self.deliver(record, None),
            Parcel::Job(job) => _ = self.guard(job),
        }
    }
}
