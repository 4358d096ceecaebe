//! Where what has come belongs: a mailbox, the event queue, a reply slot, or a word to the shard itself.

use super::Core;
use super::events::Event;
use super::reply_slots::ReplyId;
use super::send::Place;
use crate::ShardId;
use crate::door::record::{Arrived, Head, Kind, Record};
use crate::error::AskError;

/// Words between shards: the tags of [`Kind::Control`] records. Their `val` is the slot's generation.
pub(super) const STOP: u16 = 0;
pub(super) const WAKE: u16 = 1;
pub(super) const WANT: u16 = 2;

impl Core {
    /// Takes a record to where it belongs.
    pub(crate) fn deliver(&self, record: Record, from: Option<ShardId>) {
        record.arrive(|arrived| self.deliver_arrived(arrived, from));
    }

    /// The same for a record that still stands where it came.
    #[inline(always)]
    pub(crate) fn deliver_arrived(&self, arrived: Arrived<'_>, from: Option<ShardId>) {
        let head = arrived.head();
        match head.kind() {
            Kind::Message => self.deliver_message(head.slot(), arrived),
            Kind::Reply => self.deliver_reply(head, arrived),
            Kind::Event => _ = self.take_event(head, from),
            Kind::Control => self.obey(arrived.into_record()),
        }
    }

    /// Puts a pair into the event queue. `false`: the shard has ended, and it is dropped.
    pub(crate) fn take_event(&self, head: Head, from: Option<ShardId>) -> bool {
        let (tag, val) = (head.tag(), head.val);
        self.events.push(Event::RingMsg { from, tag, val })
    }

    /// Puts a message, for which a credit is held, into its mailbox.
    #[inline(always)]
    fn deliver_message(&self, slot: u32, arrived: Arrived<'_>) {
        let late = self.table.deliver(slot, arrived, |arrived, mailbox| {
            mailbox.push_arrived(arrived)
        });
        if let Some(arrived) = late {
            self.deliver_late(slot, arrived.into_record());
        }
    }

    /// Accepts a message of this shard, for which a credit is held.
    #[inline(always)]
    pub(crate) fn accept(&self, slot: u32, write: impl FnOnce(Place<'_>)) {
        self.counters().accepted.add(1);
        let late = self
            .table
            .deliver(slot, write, |write, mailbox| write(Place::Queue(mailbox)));
        if let Some(write) = late {
            self.deliver_late(slot, Place::written(write));
        }
    }

    /// A message comes when its actor is gone.
    #[cold]
    fn deliver_late(&self, slot: u32, record: Record) {
        self.table.give_back(slot);
        self.undeliver(record);
    }

    #[inline]
    fn deliver_reply(&self, head: Head, arrived: Arrived<'_>) {
        let id: ReplyId = u64::from(head.slot()) << 32 | head.val;
        match AskError::from_code(head.tag()) {
            None => self.resolve(id, arrived, |arrived, body| body.put_arrived(arrived)),
            Some(error) => self.fail(id, error),
        }
    }

    fn obey(&self, record: Record) {
        let head = record.head();
        match head.tag() {
            WAKE => self.table.wake(head.slot(), head.val),
            WANT => self.want(record),
            STOP => {
                if let Some(entry) = self.table.entry(head.slot())
                    && entry.is(head.val)
                {
                    self.close(entry);
                    // In the mailbox's order: what came before it is handled first.
                    _ = self
                        .table
                        .deliver(head.slot(), record, |record, mailbox| mailbox.push(record));
                }
            }
            _ => {}
        }
    }
}
