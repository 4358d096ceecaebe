//! Lanes: from one shard to one other, a ring of shared memory that carries records in order. Made at the first
//! record between a pair; what is sent is staged first and published in one store.

use super::arrivals::Arrivals;
use super::counters::Count;
use super::queue::{Queue, drain};
use super::record::{Arrived, MOST_UNITS, Unit};
use super::threads::caught;
use crate::ShardId;
use crossbeam_utils::CachePadded;
use std::sync::Arc;

/// Staged records are published at the latest when they take this many units.
pub(crate) const MOST_STAGED: usize = 64;

/// What both ends of a lane, and the tickets of its events, look at.
pub(crate) struct Lane {
    pub(crate) to: ShardId,
    /// Written by the source only.
    pub(crate) accepted: CachePadded<Count>,
    /// How many completions of the source the target has taken, where completions carry records.
    pub(crate) taken: CachePadded<Count>,
    pub(crate) arrivals: CachePadded<Arrivals>,
}

/// A lane's two ends. `records` is how many records of the largest size it has room for.
pub(crate) fn lane(to: ShardId, records: usize) -> (LaneWriter, LaneReader) {
    let (producer, consumer) = rtrb::RingBuffer::new(records * MOST_UNITS);
    let lane = Arc::new(Lane {
        to,
        accepted: CachePadded::default(),
        taken: CachePadded::default(),
        arrivals: CachePadded::new(Arrivals::new()),
    });
    let writer = LaneWriter {
        lane: lane.clone(),
        ring: producer,
        staged: Queue::default(),
        events: 0,
    };
    (
        writer,
        LaneReader {
            lane,
            ring: consumer,
        },
    )
}

/// The source's end.
pub(crate) struct LaneWriter {
    pub(crate) lane: Arc<Lane>,
    ring: rtrb::Producer<Unit>,
    /// Sent and not yet published. What needs no room may stand here beyond what the ring can take.
    staged: Queue,
    events: u64,
}

impl LaneWriter {
    /// Whether a record of any size would find room now.
    #[inline]
    pub(crate) fn has_room(&self) -> bool {
        let needed = self.staged.units() + MOST_UNITS;
        needed <= self.ring.cached_slots() || needed <= self.ring.slots()
    }

    /// Where records are staged; the caller publishes in time.
    #[inline]
    pub(crate) fn staged(&mut self) -> &mut Queue {
        &mut self.staged
    }

    /// The number of the event that is staged next.
    pub(crate) fn next_event(&mut self) -> u64 {
        self.events += 1;
        self.events
    }

    /// Publishes what is staged, as far as there is room. `true`: there was something, and the caller wakes the target.
    #[inline]
    pub(crate) fn publish(&mut self) -> bool {
        let staged = !self.staged.is_empty();
        if staged {
            self.staged.pour(&mut self.ring);
        }
        staged
    }

    /// Publishes the first of other staged records, if there is room for it. The caller tells the target.
    pub(crate) fn forward(&mut self, staged: &mut Queue) -> bool {
        staged.pour_one(&mut self.ring)
    }

    /// Whether records are left that found no room.
    #[inline]
    pub(crate) fn is_stuck(&self) -> bool {
        !self.staged.is_empty()
    }
}

/// The target's end. Dropping it drops the records that were not read.
pub(crate) struct LaneReader {
    pub(crate) lane: Arc<Lane>,
    ring: rtrb::Consumer<Unit>,
}

impl LaneReader {
    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.ring.is_empty()
    }

    /// Takes at most `most` records and gives each to `f`; returns how many.
    #[inline(always)]
    pub(crate) fn read(&mut self, most: usize, f: impl FnMut(Arrived<'_>)) -> usize {
        drain(&mut self.ring, most, f)
    }
}

impl Drop for LaneReader {
    fn drop(&mut self) {
        drain(&mut self.ring, usize::MAX, |arrived| {
            _ = caught(|| drop(arrived));
        });
        self.lane.arrivals.end();
    }
}

#[cfg(all(test, not(spargio_loom)))]
mod tests {
    use super::*;
    use crate::door::record::{Head, Kind, Sink};

    fn stage(writer: &mut LaneWriter, tag: u16) {
        writer.staged().plain(Head::new(Kind::Event, tag, 0, 0));
    }

    #[test]
    fn what_is_staged_is_read_after_it_is_published() {
        let (mut writer, mut reader) = lane(0, 1);
        for tag in 0..3 {
            stage(&mut writer, tag);
        }
        assert!(reader.is_empty());
        writer.publish();
        let mut tags = Vec::new();
        assert_eq!(reader.read(2, |record| tags.push(record.head().tag())), 2);
        assert_eq!(reader.read(9, |record| tags.push(record.head().tag())), 1);
        assert_eq!(tags, [0, 1, 2]);
    }

    #[test]
    fn a_full_lane_takes_what_needs_no_room_and_publishes_it_later() {
        let (mut writer, mut reader) = lane(0, 1);
        let mut sent = 0;
        while writer.has_room() {
            stage(&mut writer, sent);
            sent += 1;
        }
        for _ in 0..MOST_UNITS {
            stage(&mut writer, sent);
            sent += 1;
        }
        writer.publish();
        assert!(writer.is_stuck());
        let mut seen = 0;
        while seen < sent {
            reader.read(3, |record| {
                assert_eq!(record.head().tag(), seen);
                seen += 1;
            });
            writer.publish();
        }
        assert!(!writer.is_stuck());
    }
}
