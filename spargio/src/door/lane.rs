//! Lanes: from one shard to one other, a ring of shared memory that carries records in order. Made at the first
//! record between a pair; what is sent is staged first and published in one store.

use super::arrivals::Arrivals;
use super::counters::Count;
use super::queue::{Queue, drain};
use super::record::{Arrived, MOST_UNITS, Record, Unit};
use super::seat::UNPOISONED;
use super::threads::caught;
use crate::ShardId;
use crossbeam_utils::CachePadded;
use std::sync::{Arc, Mutex};

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
    ends: Mutex<Ends>,
}

/// Which of a lane's ends are still there. What is published while the target goes is not read by it, so whoever goes last
/// looks once more and drops what is there.
enum Ends {
    Both,
    /// The source: the target has gone, and left it the ring.
    Writer(rtrb::Consumer<Unit>),
    /// The target, or neither: the source publishes nothing more.
    Reader,
}

/// A lane's two ends. `records` is how many records of the largest size it has room for.
pub(crate) fn lane(to: ShardId, records: usize) -> (LaneWriter, LaneReader) {
    let (producer, consumer) = rtrb::RingBuffer::new(records * MOST_UNITS);
    let lane = Arc::new(Lane {
        to,
        accepted: CachePadded::default(),
        taken: CachePadded::default(),
        arrivals: CachePadded::new(Arrivals::new()),
        ends: Mutex::new(Ends::Both),
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
            ring: Some(consumer),
        },
    )
}

/// The source's end. Dropping it drops what it has published for a target that has gone.
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

    /// The source publishes nothing more: the first of the records that have not reached the target, and will not. Those
    /// that found no room, and those that the target left.
    pub(crate) fn take_back(&mut self) -> Option<Record> {
        self.staged.pop().or_else(|| {
            let mut ends = self.lane.ends.lock().expect(UNPOISONED);
            let mut first = None;
            if let Ends::Writer(left) = &mut *ends {
                drain(left, 1, |arrived| first = Some(arrived.into_record()));
            }
            if first.is_none() && !matches!(*ends, Ends::Reader) {
                *ends = Ends::Reader;
                // What is sent all the same finds no room, and stays staged.
                self.ring = rtrb::RingBuffer::new(0).0;
            }
            first
        })
    }
}

impl Drop for LaneWriter {
    fn drop(&mut self) {
        while let Some(record) = self.take_back() {
            caught(|| drop(record));
        }
    }
}

/// The target's end. Dropping it drops the records that were not read.
pub(crate) struct LaneReader {
    pub(crate) lane: Arc<Lane>,
    /// Until it has gone.
    ring: Option<rtrb::Consumer<Unit>>,
}

impl LaneReader {
    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.ring.as_ref().is_none_or(|ring| ring.is_empty())
    }

    /// Takes at most `most` records and gives each to `f`; returns how many.
    #[inline(always)]
    pub(crate) fn read(&mut self, most: usize, f: impl FnMut(Arrived<'_>)) -> usize {
        self.ring.as_mut().map_or(0, |ring| drain(ring, most, f))
    }

    /// The target reads no more, and `f` is given what it has not read. What is published later is the source's again.
    pub(crate) fn end(&mut self, mut f: impl FnMut(Arrived<'_>)) {
        let Some(mut ring) = self.ring.take() else {
            return;
        };
        drain(&mut ring, usize::MAX, &mut f);
        self.lane.arrivals.end();
        let mut ends = self.lane.ends.lock().expect(UNPOISONED);
        match *ends {
            Ends::Both => *ends = Ends::Writer(ring),
            Ends::Writer(_) | Ends::Reader => {
                drop(ends);
                drain(&mut ring, usize::MAX, f);
            }
        }
    }
}

impl Drop for LaneReader {
    fn drop(&mut self) {
        self.end(|arrived| _ = caught(|| drop(arrived)));
    }
}

#[cfg(all(test, not(spargio_loom)))]
mod tests {
    use super::*;
    use crate::door::record::{Cargo, Head, Kind, Sink};

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

    #[test]
    fn whoever_goes_last_drops_what_nobody_reads() {
        struct Token(#[expect(dead_code, reason = "it is there to be dropped")] Arc<()>);
        impl Cargo for Token {
            fn discard(self) {}
        }
        let token = Arc::new(());
        let send = |writer: &mut LaneWriter, records| {
            for _ in 0..records {
                let head = Head::new(Kind::Reply, 0, 0, 0);
                writer.staged().body(head, 0, Token(token.clone()));
            }
            writer.publish();
        };
        let (mut writer, mut reader) = lane(0, 1);
        send(&mut writer, 1);
        reader.end(|arrived| drop(arrived));
        assert_eq!(Arc::strong_count(&token), 1);
        // More than there is room for.
        send(&mut writer, 9);
        drop(reader);
        assert_eq!(Arc::strong_count(&token), 10);
        drop(writer.take_back());
        assert_eq!(Arc::strong_count(&token), 9);
        drop(writer);
        assert_eq!(Arc::strong_count(&token), 1);
        // The other way round.
        let (mut writer, mut reader) = lane(0, 1);
        send(&mut writer, 2);
        assert!(writer.take_back().is_none());
        send(&mut writer, 2);
        assert!(writer.take_back().is_some());
        drop(writer);
        assert_eq!(Arc::strong_count(&token), 3);
        let mut left = 0;
        reader.end(|_| left += 1);
        assert_eq!((left, Arc::strong_count(&token)), (2, 1));
    }
}
