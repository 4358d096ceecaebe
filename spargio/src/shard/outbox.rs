//! The shard's way out: what it sends is staged for each other shard, and published at the end of its turn.

use super::peer::{Peer, Way, Writer};
use super::{Core, current};
use crate::ShardId;
use crate::door::backend::uring::Ring;
use crate::door::backend::{BackendKind, Carry};
use crate::door::lane::{Lane, LaneWriter, lane};
use crate::door::queue::Queue;
use crate::door::record::{Head, MOST_UNITS, Sink};
use crate::door::seat::{Seat, UNPOISONED};
use crate::door::shared::Settings;
use crate::door::wake::published;
use std::cell::RefCell;
use std::sync::Arc;

/// What a record is, which decides on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stream {
    /// Actors' messages, replies and words between shards.
    Messages,
    Events,
}

pub(super) struct Outbox {
    peers: Box<[Peer]>,
    /// Peers that were sent something since it was last published.
    dirty: RefCell<Vec<ShardId>>,
    messages: Way,
    events: Way,
    /// How many units may stand before they are published, for messages that need room.
    most_units: usize,
}

impl Outbox {
    pub(super) fn new(seats: &[&'static Seat], settings: &Settings) -> Self {
        let (messages, events) = match (settings.backend, settings.carry) {
            (BackendKind::IoUring, Carry::Completion) => (Way::Ring, Way::Ring),
            (BackendKind::IoUring, Carry::Lane) => (Way::Lane, Way::Ring),
            (BackendKind::Queue | BackendKind::Auto, _) => (Way::Lane, Way::Lane),
        };
        Self {
            peers: seats.iter().map(|&seat| Peer::new(seat)).collect(),
            dirty: RefCell::default(),
            messages,
            events,
            most_units: settings.ring_entries * MOST_UNITS,
        }
    }

    /// Whether the seat is rented by this runtime.
    #[inline]
    pub(super) fn knows(&self, seat: &'static Seat) -> bool {
        self.peers
            .get(usize::from(seat.shard))
            .is_some_and(|peer| std::ptr::eq(peer.seat, seat))
    }

    #[inline]
    fn way(&self, stream: Stream) -> Way {
        match stream {
            Stream::Messages => self.messages,
            Stream::Events => self.events,
        }
    }

    /// Marks that a shard was sent something that is not published.
    #[inline]
    fn soil(&self, to: ShardId) {
        if !self.peers[usize::from(to)].dirty.replace(true) {
            self.dirty.borrow_mut().push(to);
        }
    }

    /// Publishes all that was sent this turn, and wakes whom it is for. One fence serves all targets, and one system call
    /// all that goes by the ring.
    #[inline]
    pub(super) fn flush(&self, core: &Core) {
        let ring = core.backend.ring();
        if let Some(ring) = ring {
            ring.resend();
        }
        if !self.dirty.borrow().is_empty() {
            self.flush_dirty(core, ring);
        }
        if let Some(ring) = ring {
            ring.submit();
        }
    }

    fn flush_dirty(&self, core: &Core, ring: Option<&Ring>) {
        // Nothing below runs code that sends, so nothing is soiled meanwhile.
        let mut dirty = self.dirty.borrow_mut();
        for &to in &*dirty {
            let peer = &self.peers[usize::from(to)];
            peer.dirty.set(false);
            peer.publish(to, ring);
        }
        let published = published();
        for to in dirty.drain(..) {
            let peer = &self.peers[usize::from(to)];
            peer.wake(to, ring, published);
            if peer.is_stuck() {
                peer.ask_for_room(core, to);
            }
        }
    }

    /// Publishes what found no room before. `true`: some of it must be waited for, because it is for a shard that lives.
    pub(super) fn flush_stuck(&self, core: &Core) -> bool {
        let stuck = |&to: &ShardId| self.peers[usize::from(to)].is_stuck();
        (0..self.peers.len() as ShardId)
            .filter(stuck)
            .for_each(|to| self.soil(to));
        self.flush(core);
        (0..self.peers.len() as ShardId)
            .filter(stuck)
            .any(|to| !self.peers[usize::from(to)].has_ended())
    }

    /// At the shard's end: what has not reached the shards that it is for goes to them in another way, so that a slow one
    /// finds its messages, counts them, and drops them itself.
    pub(super) fn hand_over(&self, core: &Core) {
        let some = |some, peer: &Peer| peer.hand_over(core) || some;
        // Once more: what is dropped may send something in turn.
        while self.peers.iter().fold(false, some) {}
    }

    /// At the shard's end: no more of its events will arrive anywhere, where it is the source that says so.
    pub(super) fn end_tickets(&self) {
        if self.events == Way::Ring {
            let lanes = self.peers.iter().filter_map(Peer::lane);
            lanes.for_each(|lane| lane.arrivals.end());
        }
    }
}

impl Core {
    /// Sends a record to another shard of this runtime: it needs no room.
    #[inline]
    pub(super) fn post(&self, to: ShardId, write: impl FnOnce(&mut Queue)) {
        self.stage(to, Stream::Messages, write, |_| ());
    }

    /// Sends a message for which a credit is held to another shard.
    #[inline]
    pub(super) fn send_message(&self, to: ShardId, write: impl FnOnce(&mut Queue)) {
        self.stage(to, Stream::Messages, write, |lane| {
            lane.lane.accepted.add(1);
        });
    }

    /// Sends an event for which a credit is held to another shard; returns its number among those of this lane.
    pub(crate) fn send_event(&self, to: ShardId, head: Head) -> (Arc<Lane>, u64) {
        let write = |queue: &mut Queue| queue.plain(head);
        self.stage(to, Stream::Events, write, |lane| {
            (lane.lane.clone(), lane.next_event())
        })
    }

    /// Stages a record for another shard, and counts it with `count`.
    #[inline]
    fn stage<R>(
        &self,
        to: ShardId,
        stream: Stream,
        write: impl FnOnce(&mut Queue),
        count: impl FnOnce(&mut LaneWriter) -> R,
    ) -> R {
        let peer = &self.outbox.peers[usize::from(to)];
        let way = self.outbox.way(stream);
        let (counted, publish) = {
            let mut writer = peer.writer.borrow_mut();
            let writer = writer.get_or_insert_with(|| self.make_writer(to));
            let counted = count(&mut writer.lane);
            (counted, writer.stage(way, write))
        };
        self.outbox.soil(to);
        if publish {
            peer.publish_now(self, to);
        }
        counted
    }

    /// Whether there is room on the way to another shard for one more record; what was staged is published before there
    /// is none.
    #[inline]
    pub(super) fn has_room(&self, to: ShardId, stream: Stream) -> bool {
        let peer = &self.outbox.peers[usize::from(to)];
        let way = self.outbox.way(stream);
        let room = || {
            let writer = peer.writer.borrow();
            writer
                .as_ref()
                .is_none_or(|writer| writer.has_room(way, self.outbox.most_units))
        };
        room() || {
            peer.publish_now(self, to);
            room()
        }
    }

    #[cold]
    fn make_writer(&self, to: ShardId) -> Writer {
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
                    core.inbound.borrow_mut().add(from, reader);
                }
            });
        });
        Writer {
            lane: writer,
            ring: Queue::default(),
        }
    }

    /// The peer has read from its lane, which was full.
    pub(super) fn has_room_again(&self, to: ShardId) {
        let Some(peer) = self.outbox.peers.get(usize::from(to)) else {
            return;
        };
        peer.asked_for_room.set(false);
        self.outbox.soil(to);
    }
}
