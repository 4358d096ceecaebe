//! Values.

use super::{NOT_AN_INTEGER, Refusal, SYNTAX};
use crate::args::Args;
use crate::keyspace::{Bytes, Key, Keyspace};
use crate::limits::BULK;
use crate::reply;

/// A value's room that is kept whatever is stored there next.
const ROOM: usize = 1024;

/// What a `SET` says behind its value.
#[derive(Default)]
struct SetOptions {
    deadline: Option<u64>,
    keep_deadline: bool,
    only_new: bool,
    only_old: bool,
    get: bool,
}

impl SetOptions {
    fn parse(args: Args<'_>, now: u64) -> Result<Self, Refusal> {
        let mut options = Self::default();
        let mut at = 0;
        while at < args.len() {
            let name = args.get(at).to_ascii_uppercase();
            at += 1;
            match &name[..] {
                b"NX" => options.only_new = true,
                b"XX" => options.only_old = true,
                b"GET" => options.get = true,
                b"KEEPTTL" => options.keep_deadline = true,
                b"EX" | b"PX" | b"EXAT" | b"PXAT"
                    if at < args.len() && options.deadline.is_none() =>
                {
                    options.deadline = Some(Self::deadline(&name, args.get(at), now)?);
                    at += 1;
                }
                _ => return Err(SYNTAX),
            }
        }
        let both_times = options.keep_deadline && options.deadline.is_some();
        match both_times || options.only_new && options.only_old {
            true => Err(SYNTAX),
            false => Ok(options),
        }
    }

    fn deadline(unit: &[u8], time: &[u8], now: u64) -> Result<u64, Refusal> {
        let invalid = "ERR invalid expire time in 'set' command";
        let time = reply::parse(time).ok_or(NOT_AN_INTEGER)?;
        let time = u64::try_from(time).ok().filter(|&time| time > 0);
        let in_ms = if unit.starts_with(b"E") { 1000 } else { 1 };
        let from = if unit.ends_with(b"AT") { 0 } else { now };
        time.and_then(|time| time.checked_mul(in_ms)?.checked_add(from))
            .filter(|&deadline| deadline <= i64::MAX as u64)
            .ok_or(invalid)
    }
}

impl Keyspace {
    #[inline]
    pub(super) fn get(&mut self, key: Key<'_>, out: &mut Vec<u8>) {
        match self.find(key) {
            Some(at) => reply::bulk(out, &self.entry(at).value),
            None => reply::null(out),
        }
    }

    #[inline]
    pub(super) fn set(
        &mut self,
        key: Key<'_>,
        args: Args<'_>,
        out: &mut Vec<u8>,
    ) -> Result<(), Refusal> {
        let options = match args.len() {
            2 => SetOptions::default(),
            _ => SetOptions::parse(args.from(2), self.now)?,
        };
        self.may_write()?;
        let found = self.find(key);
        let refused = match found {
            Some(_) => options.only_new,
            None => options.only_old,
        };
        match (options.get, found) {
            (true, Some(at)) => reply::bulk(out, &self.entry(at).value),
            (true, None) => reply::null(out),
            (false, _) if refused => reply::null(out),
            (false, _) => reply::ok(out),
        }
        if !refused {
            self.put(key, found, args.get(1), &options);
        }
        Ok(())
    }

    #[inline]
    fn put(&mut self, key: Key<'_>, found: Option<usize>, value: &[u8], options: &SetOptions) {
        let at = match found {
            Some(at) => {
                let former = &mut self.entry(at).value;
                // Its room is used again, unless it is much more than is needed.
                if former.capacity() > ROOM && former.capacity() / 2 > value.len() {
                    *former = Bytes::new();
                }
                former.clear();
                former.extend_from_slice(value);
                at
            }
            None => self.insert(key, value),
        };
        let deadline = match options.keep_deadline {
            true => self.entry(at).deadline,
            false => options.deadline,
        };
        self.set_deadline(at, deadline);
        if let Some(changes) = &mut self.changes {
            match deadline {
                None => changes.record(&[b"SET", key.bytes, value]),
                Some(deadline) => {
                    let mut digits = itoa::Buffer::new();
                    let deadline = digits.format(deadline).as_bytes();
                    changes.record(&[b"SET", key.bytes, value, b"PXAT", deadline]);
                }
            }
        }
    }

    pub(super) fn append(
        &mut self,
        key: Key<'_>,
        more: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<(), Refusal> {
        self.may_write()?;
        let at = match self.find(key) {
            Some(at) => at,
            None => self.insert(key, b""),
        };
        let value = &mut self.entry(at).value;
        if value.len() + more.len() > BULK {
            return Err("ERR string exceeds maximum allowed size (proto-max-bulk-len)");
        }
        value.extend_from_slice(more);
        reply::integer(out, value.len() as i64);
        self.changed(&[b"APPEND", key.bytes, more]);
        Ok(())
    }

    pub(super) fn strlen(&mut self, key: Key<'_>, out: &mut Vec<u8>) {
        let len = self.find(key).map_or(0, |at| self.entry(at).value.len());
        reply::integer(out, len as i64);
    }

    /// Adds to a number.
    pub(super) fn add(
        &mut self,
        key: Key<'_>,
        by: Option<i64>,
        out: &mut Vec<u8>,
    ) -> Result<(), Refusal> {
        let by = by.ok_or(NOT_AN_INTEGER)?;
        self.may_write()?;
        let found = self.find(key);
        let former = match found {
            Some(at) => reply::parse(&self.entry(at).value).ok_or(NOT_AN_INTEGER)?,
            None => 0,
        };
        let overflow = "ERR increment or decrement would overflow";
        let sum = former.checked_add(by).ok_or(overflow)?;
        let mut digits = itoa::Buffer::new();
        let text = digits.format(sum).as_bytes();
        match found {
            Some(at) => {
                let value = &mut self.entry(at).value;
                value.clear();
                value.extend_from_slice(text);
            }
            None => _ = self.insert(key, text),
        }
        reply::integer(out, sum);
        // What came of it, and not what was added: the replay need not count.
        self.changed(&[b"SET", key.bytes, text, b"KEEPTTL"]);
        Ok(())
    }

    pub(super) fn delete(&mut self, key: Key<'_>, out: &mut Vec<u8>) -> Result<(), Refusal> {
        self.may_write()?;
        let found = self.find(key);
        if let Some(at) = found {
            self.remove(at);
            self.changed(&[b"DEL", key.bytes]);
        }
        reply::integer(out, found.is_some().into());
        Ok(())
    }
}
