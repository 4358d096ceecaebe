//! The shard's part in the end of its runtime: see [`closing`](crate::door::closing).

use super::Core;
use super::current::OnShard;
use crate::door::backend::uring::Ring;
use crate::door::clock::now;
use crate::door::closing::Phase;
use crate::door::seat::Parcel;
use std::rc::Rc;
use std::thread;
use std::time::Duration;

/// How long a shard waits for messages in flight when another shard is stuck and may hold some for ever, or when the
/// kernel no longer takes any.
const PATIENCE: Duration = Duration::from_millis(100);

/// How long it waits in any case: nobody can hold it for ever.
const LAST_PATIENCE: Duration = Duration::from_secs(10);

impl Core {
    /// Does what the phase asks for. `true`: the shard has ended.
    pub(super) fn close_down(self: &Rc<Self>, phase: Phase) -> bool {
        let _on_shard = OnShard::enter(self);
        match phase {
            Phase::Running | Phase::Draining => {}
            Phase::Stopping => self.stop_all(),
            Phase::Exiting => {
                self.stop_all();
                // Once, for actors that were not told to stop before.
                self.run_ready();
                self.end();
                return true;
            }
        }
        false
    }

    /// Drops the tasks and has the actors stop; tells the other shards when all have.
    fn stop_all(&self) {
        if !self.stopping.replace(true) {
            for entry in self.table.tenants() {
                if entry.flags.actor.get() {
                    self.close(entry);
                    entry.flags.killed.set(true);
                    self.table.schedule(entry);
                } else if let Some(address) = entry.address() {
                    self.cancel(address);
                }
            }
        }
        if self.table.live() == 0 && !self.stopped.replace(true) {
            self.leases.settle_all();
            self.outbox.flush(self);
            self.shared.shard_stopped(self.id);
        }
    }

    /// Ends what has not stopped in time, and drops what is still in flight.
    fn end(&self) {
        for entry in self.table.tenants() {
            let future = entry.take_future();
            self.finish(entry, future);
        }
        self.events.end();
        let events = self.shared.events[usize::from(self.id)];
        if let Some(page) = events.page() {
            self.table.retire_slot(page.local(events.place()));
        }
        self.await_credits();
        self.await_landing();
        for parcel in self.seat.close_injector() {
            match parcel {
                Parcel::Record(record) => self.discard(record),
                Parcel::Job(job) => _ = self.guard(|| drop(job)),
            }
        }
        for mut lane in self.inbound.take().into_readers() {
            lane.end(|arrived| self.discard(arrived.into_record()));
        }
        self.discard_arrived();
        self.outbox.end_tickets();
        self.end_timers();
        // What was dropped, and who was woken, may have sent something; what is dropped then, too.
        self.leases.settle_all();
        self.outbox.flush(self);
        self.outbox.hand_over(self);
        self.leases.settle_all();
        self.seat.keep_reply_generation(self.replies.generation());
        self.seat.return_book(self.table.hand_over(self.seat));
        if let Some(ring) = self.backend.ring() {
            self.counters().ring.leaked.add(ring.aloft() as u64);
        }
        self.shared.closing.ended(self.id);
    }

    /// Reads until nothing is in flight to this shard, and what this one has sent has left it. A sender that has taken a
    /// credit sends its message at once, so this is short, unless a stuck shard holds some.
    fn await_credits(&self) {
        let start = now();
        loop {
            while self.read() > 0 {}
            self.leases.settle_all();
            let ring = self.backend.ring();
            let sending = self.outbox.flush_stuck(self) || ring.is_some_and(Ring::is_sending);
            if self.table.all_home() && !sending {
                return;
            }
            let in_vain = self.shared.closing.has_laggard() || ring.is_some_and(Ring::is_refused);
            let patience = if in_vain { PATIENCE } else { LAST_PATIENCE };
            if now().duration_since(start) >= patience {
                return;
            }
            thread::yield_now();
        }
    }

    /// Cancels what the kernel still has and waits for it, asleep. Whoever waits for one of these is not there any more,
    /// or has been forgotten.
    fn await_landing(&self) {
        let Some(ring) = self.backend.ring() else {
            return;
        };
        ring.cancel_all();
        let least = now() + PATIENCE;
        let limit = match self.shared.closing.until() {
            Some(until) if !ring.is_refused() => least.max(until),
            _ => least,
        };
        loop {
            ring.reap();
            self.wake_io();
            if ring.aloft() == 0 || now() >= limit {
                return;
            }
            ring.resend();
            ring.wait(Some(limit));
        }
    }
}
