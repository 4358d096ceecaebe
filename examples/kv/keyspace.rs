//! The keys of one shard, their values, and when they expire.
//!
//! Entries stand in a slab and keep their place for as long as they live, which is what `SCAN` goes by: a key that is
//! there all the time is met, whatever else comes and goes. The table finds the place of a key by its hash.

use crate::log::frames::Frames;
use hashbrown::HashTable;
use slab::Slab;
use smallvec::SmallVec;
use std::collections::BTreeSet;
use std::time::{SystemTime, UNIX_EPOCH};

/// A key or a value. A short one stands in its entry, so there is no other place in memory to wait for.
pub(crate) type Bytes = SmallVec<[u8; 24]>;

pub(crate) struct Entry {
    hash: u64,
    pub(crate) key: Bytes,
    pub(crate) value: Bytes,
    /// When it expires, in milliseconds of Unix time.
    pub(crate) deadline: Option<u64>,
}

/// A key and its hash, which is the same on all shards.
#[derive(Clone, Copy)]
pub(crate) struct Key<'a> {
    pub(crate) bytes: &'a [u8],
    pub(crate) hash: u64,
}

#[derive(Default)]
pub(crate) struct Keyspace {
    entries: Slab<Entry>,
    index: HashTable<u32>,
    /// One beyond the last place that was ever taken.
    end: usize,
    /// The deadlines and the places of the entries that have one.
    deadlines: BTreeSet<(u64, u32)>,
    /// When the next sweep is scheduled.
    alarm: Option<u64>,
    /// The time by which keys expire; 0 while the file is replayed, which says itself what has expired.
    pub(crate) now: u64,
    /// What has changed, on its way to the file, if there is one.
    pub(crate) changes: Option<Frames>,
}

/// The time, in milliseconds of Unix time.
pub(crate) fn unix_time() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| since.as_millis() as u64)
}

impl Keyspace {
    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// The place of a key that has not expired.
    #[inline]
    pub(crate) fn find(&mut self, key: Key<'_>) -> Option<usize> {
        let same = |&at: &u32| *self.entries[at as usize].key == *key.bytes;
        let at = *self.index.find(key.hash, same)? as usize;
        if self.is_due(at) {
            self.expire(at);
            return None;
        }
        Some(at)
    }

    #[inline]
    fn is_due(&self, at: usize) -> bool {
        self.entries[at]
            .deadline
            .is_some_and(|deadline| deadline <= self.now)
    }

    #[inline]
    pub(crate) fn entry(&mut self, at: usize) -> &mut Entry {
        &mut self.entries[at]
    }

    pub(crate) fn insert(&mut self, key: Key<'_>, value: &[u8]) -> usize {
        let at = self.entries.insert(Entry {
            hash: key.hash,
            key: Bytes::from_slice(key.bytes),
            value: Bytes::from_slice(value),
            deadline: None,
        });
        self.end = self.end.max(at + 1);
        let entries = &self.entries;
        let hash = |&at: &u32| entries[at as usize].hash;
        self.index.insert_unique(key.hash, at as u32, hash);
        at
    }

    pub(crate) fn remove(&mut self, at: usize) -> Entry {
        self.set_deadline(at, None);
        let entry = self.entries.remove(at);
        if let Ok(found) = self
            .index
            .find_entry(entry.hash, |&other| other as usize == at)
        {
            found.remove();
        }
        entry
    }

    pub(crate) fn clear(&mut self) {
        *self = Self {
            alarm: self.alarm,
            now: self.now,
            changes: self.changes.take(),
            ..Self::default()
        };
    }

    pub(crate) fn set_deadline(&mut self, at: usize, deadline: Option<u64>) {
        let entry = &mut self.entries[at];
        if entry.deadline == deadline {
            return;
        }
        if let Some(former) = std::mem::replace(&mut entry.deadline, deadline) {
            self.deadlines.remove(&(former, at as u32));
        }
        if let Some(deadline) = deadline {
            self.deadlines.insert((deadline, at as u32));
        }
    }

    /// Removes a key whose time has come. The file is told, so that a replay needs no clock.
    fn expire(&mut self, at: usize) {
        let entry = self.remove(at);
        if let Some(changes) = &mut self.changes {
            changes.record(&[b"DEL", &entry.key]);
        }
    }

    /// Removes keys whose time has come, so many at the most.
    pub(crate) fn sweep(&mut self, most: usize) {
        self.alarm = None;
        for _ in 0..most {
            match self.deadlines.first() {
                Some(&(deadline, at)) if deadline <= self.now => self.expire(at as usize),
                _ => return,
            }
        }
    }

    /// When the next sweep is due, if it is sooner than was told before.
    #[inline]
    pub(crate) fn next_alarm(&mut self) -> Option<u64> {
        let &(deadline, _) = self.deadlines.first()?;
        if self.alarm.is_some_and(|alarm| alarm <= deadline) {
            return None;
        }
        self.alarm = Some(deadline);
        Some(deadline)
    }

    /// The places from one on, and their entries. Those that have expired are passed over.
    pub(crate) fn from(&self, place: usize) -> impl Iterator<Item = (usize, Option<&Entry>)> {
        (place..self.end).map(|at| {
            let entry = self.entries.get(at).filter(|_| !self.is_due(at));
            (at, entry)
        })
    }
}
