//! Queues of records: what waits in a mailbox or to be published, and the two ends of a lane's ring.
//!
//! Whole records stand one after another, as the units that [`Record::into_units`] gave; this file alone puts them
//! together again.

use super::record::{Head, Record, Unit, extension_of, head_of};
use std::collections::VecDeque;

/// Records in a row, first in first out, without an allocation for each.
#[derive(Default)]
pub(crate) struct Queue {
    /// The units of whole records, in order.
    units: VecDeque<Unit>,
    records: usize,
}

impl Queue {
    /// How many records wait.
    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.records
    }

    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.records == 0
    }

    /// How many units they take.
    #[inline]
    pub(crate) fn units(&self) -> usize {
        self.units.len()
    }

    #[inline]
    pub(crate) fn push(&mut self, record: Record) {
        let (units, len) = record.into_units();
        if len == 1 {
            self.units.push_back(units[0]);
        } else {
            self.units.extend(&units[..len]);
        }
        self.records += 1;
    }

    /// The head of the record that comes out next.
    #[inline]
    pub(crate) fn head(&self) -> Option<Head> {
        self.units.front().map(head_of)
    }

    #[inline]
    pub(crate) fn pop(&mut self) -> Option<Record> {
        self.records = self.records.checked_sub(1)?;
        // SAFETY: the queue holds whole records one after another, and what is popped is gone from it.
        Some(unsafe {
            Record::from_units(|| self.units.pop_front().expect("whole records are queued"))
        })
    }

    /// Moves as many whole records as fit into the lane's ring, and publishes them together.
    pub(crate) fn pour(&mut self, ring: &mut rtrb::Producer<Unit>) {
        let (units, records) = self.prefix(ring.slots());
        self.pour_units(ring, units, records);
    }

    /// Moves the first record into the lane's ring and publishes it. `false`: there is no record, or no room for it.
    pub(crate) fn pour_one(&mut self, ring: &mut rtrb::Producer<Unit>) -> bool {
        let units = match self.records {
            0 => return false,
            _ => self.len_of_record_at(0),
        };
        units <= ring.slots() && {
            self.pour_units(ring, units, 1);
            true
        }
    }

    fn pour_units(&mut self, ring: &mut rtrb::Producer<Unit>, units: usize, records: usize) {
        if let Ok(chunk) = ring.write_chunk_uninit(units) {
            // One commit for all: the reader must never see the front of a record without its rest.
            chunk.fill_from_iter(self.units.drain(..units));
            self.records -= records;
        }
    }

    /// How many units, and how many records, at the front are whole records of at most `room` units together.
    fn prefix(&self, room: usize) -> (usize, usize) {
        if self.units.len() <= room {
            return (self.units.len(), self.records);
        }
        let (mut units, mut records) = (0, 0);
        loop {
            let len = self.len_of_record_at(units);
            if units + len > room {
                return (units, records);
            }
            units += len;
            records += 1;
        }
    }

    /// How many units the record takes that begins at this one.
    fn len_of_record_at(&self, unit: usize) -> usize {
        if !head_of(&self.units[unit]).is_extended() {
            return 1;
        }
        let body = extension_of(&self.units[unit + 1]).body;
        2 + body.map_or(0, |body| body.units)
    }
}

impl Drop for Queue {
    fn drop(&mut self) {
        while self.pop().is_some() {}
    }
}

/// Takes at most `most` records out of a lane's ring and gives each to `f`.
#[inline]
pub(crate) fn drain(
    ring: &mut rtrb::Consumer<Unit>,
    most: usize,
    mut f: impl FnMut(Record),
) -> usize {
    let available = ring.slots();
    if available == 0 {
        return 0;
    }
    let mut units = ring
        .read_chunk(available)
        .expect("the ring has this many units")
        .into_iter();
    let mut records = 0;
    while records < most && units.len() > 0 {
        // SAFETY: `Queue::pour` publishes whole records one after another, and the iterator yields each unit once.
        f(unsafe { Record::from_units(|| units.next().expect("whole records are published")) });
        records += 1;
    }
    records
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use crate::door::record::{Cargo, Kind};
    use std::sync::Arc;

    struct Token(#[expect(dead_code, reason = "it is there to be dropped")] Arc<()>);
    impl Cargo for Token {
        fn discard(self) {}
    }

    fn head(tag: u16) -> Head {
        Head::new(Kind::Message, tag, 9, u64::MAX)
    }

    #[test]
    fn each_body_is_dropped_once_wherever_it_stands() {
        let token = Arc::new(());
        let record = |tag| Record::with_body(head(tag), 3, Token(token.clone()));
        drop(record(0));
        let mut queue = Queue::default();
        let (mut write, mut read) = rtrb::RingBuffer::new(8);
        for tag in 0..9 {
            queue.push(record(tag));
        }
        queue.push(Record::inline(head(9)));
        queue.pour(&mut write);
        assert_eq!(queue.len(), 8, "two records of three units fit into eight");
        let mut tags = Vec::new();
        assert_eq!(
            drain(&mut read, 1, |record| tags.push(record.head().tag())),
            1
        );
        drop(queue.pop());
        drop(queue);
        assert_eq!(
            Arc::strong_count(&token),
            2,
            "one record is left in the ring"
        );
        drain(&mut read, 9, |record| tags.push(record.head().tag()));
        assert_eq!(tags, [0, 1]);
        assert_eq!(Arc::strong_count(&token), 1);
    }
}
