//! The shard's way in: lanes from other shards and, where the backend has rings, completions.

use super::Core;
use super::turn::READ;
use crate::ShardId;
use crate::door::backend::uring::{Parcel, Received, Ring};
use crate::door::lane::LaneReader;
use crate::door::record::Kind;

/// The lanes from other shards.
#[derive(Default)]
pub(super) struct Inbound {
    /// In the order in which they were made.
    lanes: Vec<From>,
    /// Where each source's lane stands among them, if it has one.
    places: Vec<Option<usize>>,
}

struct From {
    source: ShardId,
    reader: LaneReader,
    /// Completions that were taken and not confirmed to the source.
    taken: u64,
}

impl Inbound {
    pub(super) fn add(&mut self, source: ShardId, reader: LaneReader) {
        let place = usize::from(source);
        if self.places.len() <= place {
            self.places.resize(place + 1, None);
        }
        self.places[place] = Some(self.lanes.len());
        self.lanes.push(From {
            source,
            reader,
            taken: 0,
        });
    }

    fn find(&mut self, source: ShardId) -> Option<&mut From> {
        let place = *self.places.get(usize::from(source))?;
        self.lanes.get_mut(place?)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.lanes.iter().all(|from| from.reader.is_empty())
    }

    /// Takes all lanes out, to be dropped.
    pub(super) fn into_readers(self) -> impl Iterator<Item = LaneReader> {
        self.lanes.into_iter().map(|from| from.reader)
    }
}

impl Core {
    /// Reads what came through lanes. Where completions say what stands in a lane, it is read when they come.
    pub(super) fn read_lanes(&self) -> usize {
        if self.rings_for_all {
            return 0;
        }
        let mut records = 0;
        for from in &mut self.inbound.borrow_mut().lanes {
            let mut events = 0;
            records += from.reader.read(READ, |arrived| {
                let head = arrived.head();
                match head.kind() {
                    Kind::Event => events += u64::from(self.take_event(head, Some(from.source))),
                    _ => self.deliver_arrived(arrived, Some(from.source)),
                }
            });
            if events > 0 {
                from.reader.lane.arrivals.confirm(events);
            }
        }
        records
    }

    /// Reads what came as completions, and tells tickets what has arrived elsewhere.
    pub(super) fn read_ring(&self) -> usize {
        let Some(ring) = self.backend.ring() else {
            return 0;
        };
        ring.confirm();
        let mut words = 0;
        while words < READ
            && let Some(received) = ring.next()
        {
            self.receive(ring, &received);
            words += 1;
        }
        if words > 0 {
            for from in &mut self.inbound.borrow_mut().lanes {
                if from.taken > 0 {
                    from.reader.lane.taken.add(std::mem::take(&mut from.taken));
                }
            }
        }
        words
    }

    /// At the shard's end, when its lanes have ended: what has come as completions since the last turn. What stood in the
    /// lanes is discarded with them.
    pub(super) fn discard_arrived(&self) {
        let Some(ring) = self.backend.ring() else {
            return;
        };
        ring.reap();
        while let Some(received) = ring.next() {
            ring.in_order(&received, |parcel| match parcel {
                Parcel::Record(record) => self.discard(record),
                Parcel::InLane => {}
            });
        }
    }

    fn receive(&self, ring: &Ring, received: &Received) {
        let source = received.source();
        if self.inbound.borrow_mut().find(source).is_none() {
            // Its lane was made before it sent anything, but the word that brings it may not have been heard.
            self.read_urgent();
        }
        let mut inbound = self.inbound.borrow_mut();
        let Some(from) = inbound.find(source) else {
            return ring.count_stray();
        };
        ring.in_order(received, |parcel| {
            from.taken += 1;
            match parcel {
                Parcel::Record(record) => self.deliver(record, Some(source)),
                Parcel::InLane => {
                    let read = from
                        .reader
                        .read(1, |arrived| self.deliver_arrived(arrived, Some(source)));
                    if read == 0 {
                        ring.count_stray();
                    }
                }
            }
        });
    }
}
