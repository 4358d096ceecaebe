//! What a store does for each command. The arguments are those behind the command's name.

mod expiry;
pub(crate) mod keys;
mod strings;

use crate::args::Args;
use crate::command::Command;
use crate::keyspace::{Key, Keyspace};
use crate::reply;

pub(crate) const SYNTAX: &str = "ERR syntax error";
pub(crate) const NOT_AN_INTEGER: &str = "ERR value is not an integer or out of range";
pub(crate) const MISCONF: &str = "MISCONF Errors writing to the AOF file: writes are refused until it can be written \
                                  again; see what the server said on its standard error output";

/// An error reply.
pub(crate) type Refusal = &'static str;

/// A command on its way to a store.
#[derive(Clone, Copy)]
pub(crate) struct Operation<'a> {
    pub(crate) command: Command,
    /// The hash of the key, for a command that has one.
    pub(crate) hash: u64,
    pub(crate) args: Args<'a>,
}

impl<'a> Operation<'a> {
    fn key(&self) -> Key<'a> {
        Key {
            bytes: self.args.get(0),
            hash: self.hash,
        }
    }
}

impl Keyspace {
    /// Does what a command asks for, and writes one reply.
    #[inline]
    pub(crate) fn execute(&mut self, operation: Operation<'_>, out: &mut Vec<u8>) {
        let begin = out.len();
        if let Err(refusal) = self.try_execute(operation, out) {
            out.truncate(begin);
            reply::error(out, refusal);
        }
    }

    #[inline]
    fn try_execute(&mut self, operation: Operation<'_>, out: &mut Vec<u8>) -> Result<(), Refusal> {
        let (key, args) = (operation.key(), operation.args);
        match operation.command {
            Command::Get | Command::MGet => self.get(key, out),
            Command::Set => self.set(key, args, out)?,
            Command::MSet => self.set(key, args.first(2), out)?,
            Command::Append => self.append(key, args.get(1), out)?,
            Command::StrLen => self.strlen(key, out),
            Command::Incr => self.add(key, Some(1), out)?,
            Command::Decr => self.add(key, Some(-1), out)?,
            Command::IncrBy => self.add(key, reply::parse(args.get(1)), out)?,
            Command::DecrBy => {
                let by = reply::parse(args.get(1));
                self.add(key, by.and_then(i64::checked_neg), out)?;
            }
            Command::Del => self.delete(key, out)?,
            Command::Exists => reply::integer(out, self.find(key).is_some().into()),
            Command::Expire | Command::PExpire | Command::ExpireAt | Command::PExpireAt => {
                self.expire_at(operation.command, key, args.from(1), out)?;
            }
            Command::Persist => self.persist(key, out)?,
            Command::Ttl => self.ttl(key, 1000, out),
            Command::PTtl => self.ttl(key, 1, out),
            Command::DbSize | Command::Info => reply::integer(out, self.len() as i64),
            Command::Keys => self.keys(args.get(0), out)?,
            Command::Scan => self.scan(args, out)?,
            Command::FlushAll => self.flush_all(out),
            // Connections answer these.
            Command::Client
            | Command::Commands
            | Command::Config
            | Command::Echo
            | Command::Hello
            | Command::Ping
            | Command::Quit
            | Command::Select => return Err("ERR this command is not for a store"),
        }
        Ok(())
    }

    /// Refuses to change what could not be written to the file.
    #[inline]
    fn may_write(&self) -> Result<(), Refusal> {
        match &self.changes {
            Some(changes) if changes.is_broken() => Err(MISCONF),
            _ => Ok(()),
        }
    }

    #[inline]
    fn changed(&mut self, change: &[&[u8]]) {
        if let Some(changes) = &mut self.changes {
            changes.record(change);
        }
    }
}
