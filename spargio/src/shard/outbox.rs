//! The shard's way out: a lane to each other shard that it ever sent to.

use super::{Core, current};
use crate::ShardId;
use crate::door::lane::{LaneWriter, lane};
use crate::door::record::Record;
use crate::door::seat::{Seat, UNPOISONED};
use crate::door::wake::published;
use std::cell::{Cell, RefCell};

pub(super) struct Outbox {
    peers: Box<[Peer]>,
    /// Peers that were sent something since it was last published.
    dirty: RefCell<Vec<ShardId>>,
}

struct Peer {
    seat: &'static Seat,
    writer: RefCell<Option<LaneWriter>>,
    dirty: Cell<bool>,
    /// Whether the peer was asked to say when it has made room.
    asked_for_room: Cell<bool>,
}

impl Outbox {
    pub(super) fn new(seats: &[&'static Seat]) -> Self {
        let peer = |&seat| Peer {
            seat,
            writer: RefCell::new(None),
            dirty: Cell::new(false),
            asked_for_room: Cell::new(false),
        };
        Self {
            peers: seats.iter().map(peer).collect(),
            dirty: RefCell::default(),
        }
    }

    /// Whether the seat is rented by this runtime.
    #[inline]
    pub(super) fn knows(&self, seat: &'static Seat) -> bool {
        self.peers
            .get(usize::from(seat.shard))
            .is_some_and(|peer| std::ptr::eq(peer.seat, seat))
    }

    /// Publishes all that was sent this turn, and wakes whom it is for. One fence serves all targets.
    #[inline]
    pub(super) fn flush(&self, core: &Core) {
        if self.dirty.borrow().is_empty() {
            return;
        }
        let dirty = self.dirty.take();
        for &to in &dirty {
            let peer = &self.peers[usize::from(to)];
            peer.dirty.set(false);
            if let Some(writer) = &mut *peer.writer.borrow_mut() {
                writer.publish();
            }
        }
        let published = published();
        for &to in &dirty {
            let peer = &self.peers[usize::from(to)];
            peer.seat.wake(published);
            if peer
                .writer
                .borrow()
                .as_ref()
                .is_some_and(LaneWriter::is_stuck)
            {
                peer.ask_for_room(core, to);
            }
        }
    }
}

impl Peer {
    /// Has the peer send a word when it next comes to read its lanes; the words need no room in a lane.
    fn ask_for_room(&self, core: &Core, to: ShardId) {
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

    fn publish_now(&self) {
        if let Some(writer) = &mut *self.writer.borrow_mut() {
            writer.publish();
        }
        self.seat.wake(published());
    }
}

impl Core {
    /// Sends a record to another shard of this runtime: it needs no room.
    #[inline]
    pub(super) fn post(&self, to: ShardId, record: Record) {
        self.stage(to, |writer| ((), writer.stage(record)));
    }

    /// Has `f` stage something in the lane to another shard. `f` also answers whether it should be published at once.
    #[inline]
    pub(crate) fn stage<R>(&self, to: ShardId, f: impl FnOnce(&mut LaneWriter) -> (R, bool)) -> R {
        let peer = &self.outbox.peers[usize::from(to)];
        let (result, publish) = f(peer
            .writer
            .borrow_mut()
            .get_or_insert_with(|| self.make_lane(to)));
        if !peer.dirty.replace(true) {
            self.outbox.dirty.borrow_mut().push(to);
        }
        if publish {
            peer.publish_now();
        }
        result
    }

    /// Whether the lane to another shard has room for one more record; what was staged is published before it has
    /// none.
    #[inline]
    pub(super) fn has_room(&self, to: ShardId) -> bool {
        let peer = &self.outbox.peers[usize::from(to)];
        let room = peer
            .writer
            .borrow()
            .as_ref()
            .is_none_or(LaneWriter::has_room);
        room || {
            peer.publish_now();
            peer.writer
                .borrow()
                .as_ref()
                .is_none_or(LaneWriter::has_room)
        }
    }

    #[cold]
    fn make_lane(&self, to: ShardId) -> LaneWriter {
        let (writer, reader) = lane(to, self.shared.settings.ring_entries);
        self.shared
            .lanes
            .lock()
            .expect(UNPOISONED)
            .push(writer.lane.clone());
        let (from, runtime) = (self.id, self.shared.id);
        // Before anything is published, so the reader is there when the first record is.
        self.shared.urge(to, move || {
            current::with(|core| {
                let core = core.expect("a job runs on its shard");
                // Not a shard of another runtime that has rented the seat since.
                if core.shared.id == runtime {
                    core.inbound.borrow_mut().push((from, reader));
                }
            });
        });
        writer
    }

    /// The peer has read from its lane, which was full.
    fn has_room_again(&self, to: ShardId) {
        let Some(peer) = self.outbox.peers.get(usize::from(to)) else {
            return;
        };
        peer.asked_for_room.set(false);
        if !peer.dirty.replace(true) {
            self.outbox.dirty.borrow_mut().push(to);
        }
    }
}
