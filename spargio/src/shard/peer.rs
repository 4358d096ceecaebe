//! What is on its way to one other shard, and how that shard hears of it.

use super::{Core, current};
use crate::ShardId;
use crate::door::backend::uring::Ring;
use crate::door::lane::{Lane, LaneWriter, MOST_STAGED};
use crate::door::queue::Queue;
use crate::door::record::{MOST_UNITS, Record};
use crate::door::seat::{Parcel, Seat};
use crate::door::wake::{Published, published};
use std::cell::{Cell, RefCell};
use std::sync::Arc;

/// How records travel to other shards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// Through shared memory.
    Lane,
    /// As completions of the target's ring.
    Ring,
}

/// Another shard.
pub(super) struct Peer {
    pub(super) seat: &'static Seat,
    pub(super) writer: RefCell<Option<Writer>>,
    /// Whether it was sent something since that was last published.
    pub(super) dirty: Cell<bool>,
    /// Whether something was published that does not wake the peer by itself.
    unheard: Cell<bool>,
    /// Whether the peer was asked to say when it has made room.
    pub(super) asked_for_room: Cell<bool>,
}

/// What is on its way to one other shard.
pub(super) struct Writer {
    pub(super) lane: LaneWriter,
    /// What goes as completions. What needs no room may stand here beyond what others may take.
    pub(super) ring: Queue,
}

impl Writer {
    /// Stages a record. `true`: it should be published now.
    #[inline]
    pub(super) fn stage(&mut self, way: Way, write: impl FnOnce(&mut Queue)) -> bool {
        let staged = match way {
            Way::Lane => self.lane.staged(),
            Way::Ring => &mut self.ring,
        };
        write(staged);
        staged.units() >= MOST_STAGED
    }

    #[inline]
    pub(super) fn has_room(&self, way: Way, most_units: usize) -> bool {
        match way {
            Way::Lane => self.lane.has_room(),
            Way::Ring => self.ring.units() + MOST_UNITS <= most_units,
        }
    }

    /// Publishes what is staged, as far as there is room. `true`: the target must be woken if it sleeps, for nothing but
    /// memory was written.
    #[inline]
    pub(super) fn publish(&mut self, to: ShardId, ring: Option<&Ring>) -> bool {
        // A ring that nobody reads any more takes what is sent to it all the same, and nobody would count it.
        if let Some(ring) = ring.filter(|_| !self.ring.is_empty() && !self.has_ended()) {
            ring.send(to, &mut self.ring, &mut self.lane);
        }
        self.lane.publish()
    }

    /// Whether records are left that found no room.
    #[inline]
    pub(super) fn is_stuck(&self) -> bool {
        self.lane.is_stuck() || !self.ring.is_empty()
    }

    /// Whether the target has ended.
    #[inline]
    fn has_ended(&self) -> bool {
        self.lane.lane.arrivals.has_ended()
    }
}

impl Peer {
    pub(super) fn new(seat: &'static Seat) -> Self {
        Self {
            seat,
            writer: RefCell::new(None),
            dirty: Cell::new(false),
            unheard: Cell::new(false),
            asked_for_room: Cell::new(false),
        }
    }

    /// Has the peer send a word when it next comes to read its lanes; the words need no room in a lane.
    pub(super) fn ask_for_room(&self, core: &Core, to: ShardId) {
        if self.asked_for_room.replace(true) {
            return;
        }
        let (shared, source) = (core.shared.clone(), core.id);
        let back = move || {
            shared.urge(source, move || {
                current::with(|core| core.expect("a job runs on its shard").has_room_again(to));
            });
        };
        core.shared.urge(to, back);
    }

    pub(super) fn publish(&self, to: ShardId, ring: Option<&Ring>) {
        if let Some(writer) = &mut *self.writer.borrow_mut() {
            let unheard = writer.publish(to, ring);
            self.unheard.set(unheard);
        }
    }

    /// Wakes the peer if it sleeps and something was published that does not wake it by itself.
    pub(super) fn wake(&self, to: ShardId, ring: Option<&Ring>, published: Published) {
        if !self.unheard.take() {
            return;
        }
        match ring {
            None => self.seat.wake(published),
            Some(ring) => {
                if self.seat.claim(published) {
                    ring.ring(to);
                }
            }
        }
    }

    pub(super) fn publish_now(&self, core: &Core, to: ShardId) {
        let ring = core.backend.ring();
        self.publish(to, ring);
        self.wake(to, ring, published());
        if let Some(ring) = ring {
            ring.submit();
        }
    }

    /// The first of the records that have not reached the peer, and will not by the way that they were to go.
    fn take_back(&self) -> Option<Record> {
        let mut writer = self.writer.borrow_mut();
        let writer = writer.as_mut()?;
        writer.ring.pop().or_else(|| writer.lane.take_back())
    }

    /// Hands these records to the peer in another way; if it has ended, they end here. `false`: there were none.
    pub(super) fn hand_over(&self, core: &Core) -> bool {
        let mut some = false;
        while let Some(record) = self.take_back() {
            some = true;
            if let Err(Parcel::Record(record)) = self.seat.inject(Parcel::Record(record)) {
                core.discard(record);
            }
        }
        some
    }

    pub(super) fn is_stuck(&self) -> bool {
        self.writer.borrow().as_ref().is_some_and(Writer::is_stuck)
    }

    pub(super) fn lane(&self) -> Option<Arc<Lane>> {
        let writer = self.writer.borrow();
        writer.as_ref().map(|writer| writer.lane.lane.clone())
    }

    pub(super) fn has_ended(&self) -> bool {
        self.writer.borrow().as_ref().is_some_and(Writer::has_ended)
    }
}
