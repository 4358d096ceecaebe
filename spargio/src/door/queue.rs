//! Queues of records: what waits in a mailbox or to be published, and the two ends of a lane's ring.
//!
//! Whole records stand one after another, as they are written; this file alone puts them together again.

use super::record::{
    Arrived, Cargo, Head, MOST_UNITS, Record, Sink, Unit, Units, asking, write_body,
};
use super::threads::caught;

/// Records in a row, first in first out, without an allocation for each.
///
/// Their units stand side by side: a record is never cut in two, so a body is moved in and out where it stands. What was
/// taken from the front leaves a gap, which goes when the queue is empty, or when its room is needed.
#[derive(Default)]
pub(crate) struct Queue {
    /// The units of whole records, in order, behind those that are gone.
    units: Vec<Unit>,
    /// How many units are gone.
    gone: usize,
}

impl Queue {
    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.gone == self.units.len()
    }

    /// How many units wait.
    #[inline]
    pub(crate) fn units(&self) -> usize {
        self.units.len() - self.gone
    }

    #[inline]
    fn waiting(&self) -> Units<'_> {
        // SAFETY: this file alone adds units and skips them, whole records at a time.
        unsafe { Units::new(&self.units[self.gone..]) }
    }

    /// Makes room for so many more units.
    #[inline]
    fn reserve(&mut self, units: usize) {
        if self.units.capacity() - self.units.len() < units {
            self.make_room(units);
        }
    }

    #[cold]
    fn make_room(&mut self, units: usize) {
        // Only a gap as large as the rest is closed, so each unit is moved about once.
        if self.gone >= self.units() {
            self.units.drain(..self.gone);
            self.gone = 0;
        }
        self.units.reserve(units);
    }

    /// The first units are gone.
    #[inline]
    fn skip(&mut self, units: usize) {
        self.gone += units;
        if self.is_empty() {
            self.units.clear();
            self.gone = 0;
        }
    }

    pub(crate) fn push(&mut self, record: Record) {
        record.arrive(|arrived| self.push_arrived(arrived));
    }

    /// Adds a record that has come.
    #[inline]
    pub(crate) fn push_arrived(&mut self, arrived: Arrived<'_>) {
        match arrived.into_units().as_slice() {
            [head] => {
                self.reserve(1);
                self.units.push(*head);
            }
            units => self.push_units(units),
        }
    }

    fn push_units(&mut self, units: &[Unit]) {
        self.reserve(units.len());
        self.units.extend_from_slice(units);
    }

    /// The head of the record that comes out next.
    #[inline]
    pub(crate) fn head(&self) -> Option<Head> {
        self.waiting().head()
    }

    /// Takes the first record out if it is a head alone.
    #[inline]
    pub(crate) fn pop_plain(&mut self) -> Option<Head> {
        let head = self.head().filter(|head| !head.is_extended())?;
        self.skip(1);
        Some(head)
    }

    /// Takes the first record out if it is a head with a reply slot and no body.
    #[inline]
    pub(crate) fn pop_asking(&mut self) -> Option<(Head, u64)> {
        let waiting = self.waiting();
        let asking = waiting.head().zip(waiting.asking())?;
        self.skip(2);
        Some(asking)
    }

    /// Takes the first record out if its body is a `B`: its reply slot, or zero, and the body.
    #[inline]
    pub(crate) fn pop_body<B: Cargo>(&mut self) -> Option<(u64, B)> {
        let first = self.waiting().first()?;
        let len = first.as_slice().len();
        // SAFETY: `first` is a whole record, which is skipped at once if its body is moved out.
        let taken = unsafe { first.take_body() }?;
        self.skip(len);
        Some(taken)
    }

    /// Takes the first record out, whatever it is.
    pub(crate) fn pop(&mut self) -> Option<Record> {
        let first = self.waiting().first()?;
        let len = first.as_slice().len();
        // SAFETY: these are the units of a whole record, which is skipped at once.
        let record = unsafe { Arrived::new(first) }.into_record();
        self.skip(len);
        Some(record)
    }

    /// Moves as many whole records as fit into the lane's ring, and publishes them together.
    #[inline]
    pub(super) fn pour(&mut self, ring: &mut rtrb::Producer<Unit>) {
        let units = self.units();
        if units <= ring.cached_slots() || units <= ring.slots() {
            self.pour_units(ring, units);
        } else {
            self.pour_units(ring, self.waiting().whole(ring.slots()));
        }
    }

    /// Moves the first record into the lane's ring and publishes it. `false`: there is no record, or no room for it.
    pub(super) fn pour_one(&mut self, ring: &mut rtrb::Producer<Unit>) -> bool {
        let first = self.waiting().first();
        let units = first.map_or(0, |first| first.as_slice().len());
        let pours = units > 0 && units <= ring.slots();
        if pours {
            self.pour_units(ring, units);
        }
        pours
    }

    #[inline]
    fn pour_units(&mut self, ring: &mut rtrb::Producer<Unit>, units: usize) {
        let poured = &self.units[self.gone..self.gone + units];
        // Published in one step: the reader must never see the front of a record without its rest.
        if ring.push_entire_slice(poured).is_ok() {
            self.skip(units);
        }
    }
}

impl Drop for Queue {
    fn drop(&mut self) {
        while let Some(record) = self.pop() {
            // Its body is anybody's: a panic in its drop keeps no other from theirs.
            caught(|| drop(record));
        }
    }
}

/// A record is written where it will stand.
impl Sink for &mut Queue {
    type Out = ();

    #[inline(always)]
    fn plain(self, head: Head) {
        self.reserve(1);
        self.units.push(head.to_unit());
    }

    #[inline(always)]
    fn asking(self, head: Head, reply: u64) {
        self.reserve(2);
        self.units.extend_from_slice(&asking(head, reply));
    }

    #[inline(always)]
    fn body<B: Cargo>(self, head: Head, reply: u64, body: B) {
        self.reserve(MOST_UNITS);
        let place = self.units.spare_capacity_mut().first_chunk_mut();
        let len = write_body(place.expect("it was reserved"), head, reply, body);
        // SAFETY: so many units were written behind the last, where there is room for more.
        unsafe { self.units.set_len(self.units.len() + len) }
    }
}

/// Takes at most `most` records out of a lane's ring and gives each to `f`. Returns how many.
#[inline(always)]
pub(super) fn drain(
    ring: &mut rtrb::Consumer<Unit>,
    most: usize,
    mut f: impl FnMut(Arrived<'_>),
) -> usize {
    let units = ring.slots();
    let Ok(chunk) = ring.read_chunk(units) else {
        return 0;
    };
    let mut taken = Taken {
        chunk: Some(chunk),
        units: 0,
    };
    let mut records = 0;
    while records < most && taken.units < units {
        taken.next(&mut f);
        records += 1;
    }
    records
}

/// What is being taken out of a ring. Its room is given back in the end, also if a panic is the end.
struct Taken<'a> {
    chunk: Option<rtrb::chunks::ReadChunk<'a, Unit>>,
    /// How many units are taken.
    units: usize,
}

impl Taken<'_> {
    /// Takes the next record, which there must be.
    #[inline(always)]
    fn next(&mut self, f: impl FnOnce(Arrived<'_>)) {
        let Some(chunk) = &self.chunk else { return };
        let (front, back) = chunk.as_slices();
        // SAFETY: a lane has only `Queue::pour` and `pour_one` write to its ring, whole records one after another, and only
        // whole ones were taken. The last may be cut here: it goes on in `back`.
        let here = unsafe { Units::new(front.get(self.units..).unwrap_or_default()) };
        if let Some(first) = here.first() {
            self.units += first.as_slice().len();
            // SAFETY: `first` is a whole record, and this is the only time that it is taken.
            return f(unsafe { Arrived::new(first) });
        }
        // The ring's end is in between.
        let mut gathered = [Unit::EMPTY; MOST_UNITS];
        let len = MOST_UNITS.min(chunk.len() - self.units);
        let rest = front.iter().chain(back).skip(self.units);
        for (place, unit) in gathered[..len].iter_mut().zip(rest) {
            *place = *unit;
        }
        // SAFETY: these are the units that come next, and as above; no record is longer.
        let here = unsafe { Units::new(&gathered[..len]) };
        let first = here.first().expect("only whole records are published");
        self.units += first.as_slice().len();
        // SAFETY: as above.
        f(unsafe { Arrived::new(first) });
    }
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        if let Some(chunk) = self.chunk.take() {
            chunk.commit(self.units);
        }
    }
}

#[cfg(all(test, not(spargio_loom)))]
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
        let left = 7 * 3 + 1;
        assert_eq!(
            queue.units(),
            left,
            "two records of three units fit into eight"
        );
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

    #[test]
    fn a_record_is_read_whole_wherever_the_ring_ends() {
        struct Text(String);
        impl Cargo for Text {
            fn discard(self) {}
        }
        for before in 0..10 {
            let mut queue = Queue::default();
            let (mut write, mut read) = rtrb::RingBuffer::new(10);
            for tag in 0..before {
                (&mut queue).plain(head(tag));
            }
            queue.pour(&mut write);
            drain(&mut read, usize::MAX, |_| {});
            for tag in 0..2 {
                (&mut queue).body(head(tag), 7, Text(tag.to_string()));
                (&mut queue).plain(head(tag));
            }
            queue.pour(&mut write);
            let mut here = Queue::default();
            assert_eq!(drain(&mut read, 9, |record| here.push_arrived(record)), 4);
            for tag in 0..2 {
                let (reply, Text(text)) = here.pop_body().unwrap();
                assert_eq!((reply, text), (7, tag.to_string()));
                assert_eq!(here.pop_plain().map(Head::tag), Some(tag));
            }
        }
    }
}
