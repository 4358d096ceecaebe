//! When keys expire.

use super::{NOT_AN_INTEGER, Refusal};
use crate::args::Args;
use crate::command::Command;
use crate::keyspace::{Key, Keyspace};
use crate::reply;

/// Under what condition a deadline is set.
enum Condition {
    Always,
    /// If the key has none.
    None,
    /// If it has one.
    Some,
    /// If it is later.
    Later,
    /// If it is sooner.
    Sooner,
}

impl Condition {
    fn parse(args: Args<'_>) -> Result<Self, Refusal> {
        match (args.len(), &args.get(0).to_ascii_uppercase()[..]) {
            (0, _) => Ok(Self::Always),
            (1, b"NX") => Ok(Self::None),
            (1, b"XX") => Ok(Self::Some),
            (1, b"GT") => Ok(Self::Later),
            (1, b"LT") => Ok(Self::Sooner),
            _ => Err("ERR Unsupported option"),
        }
    }

    /// A key without a deadline never expires, which is later than any time.
    fn holds(&self, former: Option<u64>, deadline: i64) -> bool {
        let former_is = |than: fn(&i64, &i64) -> bool, never| {
            former.map_or(never, |former| than(&(former as i64), &deadline))
        };
        match self {
            Self::Always => true,
            Self::None => former.is_none(),
            Self::Some => former.is_some(),
            Self::Later => former_is(i64::lt, false),
            Self::Sooner => former_is(i64::gt, true),
        }
    }
}

impl Keyspace {
    pub(super) fn expire_at(
        &mut self,
        command: Command,
        key: Key<'_>,
        args: Args<'_>,
        out: &mut Vec<u8>,
    ) -> Result<(), Refusal> {
        let (in_ms, from, invalid) = match command {
            Command::Expire => (
                1000,
                self.now,
                "ERR invalid expire time in 'expire' command",
            ),
            Command::PExpire => (1, self.now, "ERR invalid expire time in 'pexpire' command"),
            Command::ExpireAt => (1000, 0, "ERR invalid expire time in 'expireat' command"),
            _ => (1, 0, "ERR invalid expire time in 'pexpireat' command"),
        };
        let time = reply::parse(args.get(0)).ok_or(NOT_AN_INTEGER)?;
        let condition = Condition::parse(args.from(1))?;
        let deadline = time.checked_mul(in_ms);
        let deadline = deadline.and_then(|time| time.checked_add_unsigned(from));
        let deadline = deadline.ok_or(invalid)?;
        self.may_write()?;
        let found = self.find(key);
        let Some(at) = found.filter(|&at| condition.holds(self.entry(at).deadline, deadline))
        else {
            reply::integer(out, 0);
            return Ok(());
        };
        reply::integer(out, 1);
        let passed = deadline <= 0 || deadline as u64 <= self.now;
        if passed {
            self.remove(at);
            self.changed(&[b"DEL", key.bytes]);
        } else {
            self.set_deadline(at, Some(deadline as u64));
            let mut digits = itoa::Buffer::new();
            let deadline = digits.format(deadline).as_bytes();
            self.changed(&[b"PEXPIREAT", key.bytes, deadline]);
        }
        Ok(())
    }

    pub(super) fn persist(&mut self, key: Key<'_>, out: &mut Vec<u8>) -> Result<(), Refusal> {
        self.may_write()?;
        let found = self.find(key);
        let expiring = found.filter(|&at| self.entry(at).deadline.is_some());
        if let Some(at) = expiring {
            self.set_deadline(at, None);
            self.changed(&[b"PERSIST", key.bytes]);
        }
        reply::integer(out, expiring.is_some().into());
        Ok(())
    }

    /// How long a key has, in units of so many milliseconds: -1 for ever, -2 there is none.
    pub(super) fn ttl(&mut self, key: Key<'_>, unit: u64, out: &mut Vec<u8>) {
        let (found, now) = (self.find(key), self.now);
        let left = found.map(|at| {
            let left = |deadline: u64| (deadline.saturating_sub(now) + unit / 2) / unit;
            self.entry(at).deadline.map(left)
        });
        reply::integer(
            out,
            match left {
                None => -2,
                Some(None) => -1,
                Some(Some(left)) => left as i64,
            },
        );
    }
}
