//! All keys: counted, listed, thrown away.

use super::{NOT_AN_INTEGER, Refusal, SYNTAX};
use crate::args::Args;
use crate::glob::matches;
use crate::keyspace::Keyspace;
use crate::limits::{KEYS, REPLIES};
use crate::reply;

/// A place in the keys of all shards, one shard after the other: the number that `SCAN` gives and takes.
#[derive(Clone, Copy)]
pub(crate) struct Cursor {
    pub(crate) shard: u16,
    place: u64,
}

impl Cursor {
    /// A runtime has at most 4,096 shards.
    const SHARD_BITS: u32 = 12;

    pub(crate) fn parse(text: &[u8], shards: usize) -> Option<Self> {
        let number = str::from_utf8(text).ok()?.parse::<u64>().ok()?;
        let shard = (number & ((1 << Self::SHARD_BITS) - 1)) as u16;
        // One that no `SCAN` has given: there is nothing behind it.
        let known = usize::from(shard) < shards;
        Some(Self {
            shard: if known { shard } else { shards as u16 - 1 },
            place: if known {
                number >> Self::SHARD_BITS
            } else {
                u64::MAX
            },
        })
    }

    /// Where the next shard begins, as a number; 0 behind the last.
    pub(crate) fn behind(self, shards: usize) -> u64 {
        let next = u64::from(self.shard) + 1;
        if next < shards as u64 { next } else { 0 }
    }

    /// As a number; 0, with which a scan begins, is what it ends with.
    pub(crate) fn number(self) -> u64 {
        self.place << Self::SHARD_BITS | u64::from(self.shard)
    }
}

impl Keyspace {
    pub(super) fn keys(&mut self, pattern: &[u8], out: &mut Vec<u8>) -> Result<(), Refusal> {
        let mut items = Vec::new();
        let mut count = 0;
        for (_, entry) in self.from(0) {
            if let Some(entry) = entry.filter(|entry| matches(pattern, &entry.key)) {
                reply::bulk(&mut items, &entry.key);
                count += 1;
                if items.len() > KEYS {
                    return Err("ERR the keys are too many for one reply: use SCAN");
                }
            }
        }
        reply::array(out, count);
        out.extend_from_slice(&items);
        Ok(())
    }

    /// Lists some keys from a place on. The arguments are the cursor, what the shard after this one begins with, and the
    /// options.
    pub(super) fn scan(&mut self, args: Args<'_>, out: &mut Vec<u8>) -> Result<(), Refusal> {
        let options = ScanOptions::parse(args.from(2))?;
        let start =
            Cursor::parse(args.get(0), usize::from(u16::MAX)).ok_or("ERR invalid cursor")?;
        let mut next = args.get(1).to_vec();
        let mut items = Vec::new();
        let (mut seen, mut count) = (0, 0);
        let place = usize::try_from(start.place).unwrap_or(usize::MAX);
        for (at, entry) in self.from(place) {
            if seen >= options.count || items.len() > REPLIES {
                let place = at as u64;
                next = Cursor { place, ..start }.number().to_string().into();
                break;
            }
            seen += 1;
            if let Some(entry) = entry.filter(|entry| options.wants(&entry.key)) {
                reply::bulk(&mut items, &entry.key);
                count += 1;
            }
        }
        reply::array(out, 2);
        reply::bulk(out, &next);
        reply::array(out, count);
        out.extend_from_slice(&items);
        Ok(())
    }

    pub(super) fn flush_all(&mut self, out: &mut Vec<u8>) {
        self.clear();
        if let Some(changes) = &mut self.changes {
            changes.flush();
        }
        reply::ok(out);
    }
}

struct ScanOptions<'a> {
    pattern: Option<&'a [u8]>,
    count: usize,
    /// A type was asked for that no key has: all are strings.
    none: bool,
}

impl<'a> ScanOptions<'a> {
    fn parse(args: Args<'a>) -> Result<Self, Refusal> {
        let mut options = Self {
            pattern: None,
            count: 10,
            none: false,
        };
        for at in (0..args.len()).step_by(2) {
            let value = args.get(at + 1);
            match &args.get(at).to_ascii_uppercase()[..] {
                _ if at + 1 == args.len() => return Err(SYNTAX),
                b"MATCH" => options.pattern = Some(value),
                b"COUNT" => {
                    let count = reply::parse(value).ok_or(NOT_AN_INTEGER)?;
                    options.count = usize::try_from(count).unwrap_or(0);
                    if options.count == 0 {
                        return Err(SYNTAX);
                    }
                }
                b"TYPE" => options.none = !value.eq_ignore_ascii_case(b"string"),
                _ => return Err(SYNTAX),
            }
        }
        Ok(options)
    }

    fn wants(&self, key: &[u8]) -> bool {
        !self.none && self.pattern.is_none_or(|pattern| matches(pattern, key))
    }
}
