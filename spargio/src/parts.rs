//! The parts of the message path, each on its own, for the bench of that name. No interface for people: it changes with
//! the parts.

use crate::door::lane::{LaneReader, LaneWriter, lane};
use crate::door::queue::Queue;
use crate::door::record::{Cargo, Head, Kind, Sink};
use crate::shard::reply_slots::{ReplyId, ReplySlots, Value};
use std::task::{Poll, Waker};
use std::time::Duration;

/// A body as it is moved through a lane and a mailbox.
struct Load([u64; 6]);

impl Cargo for Load {
    fn discard(self) {}
}

fn head(n: u64) -> Head {
    Head::new(Kind::Message, 1, 2, n)
}

/// A queue of records.
#[derive(Default)]
pub struct Mailbox(Queue);

impl Mailbox {
    /// Puts a record of a head alone into it.
    #[inline]
    pub fn push(&mut self, n: u64) {
        (&mut self.0).plain(head(n));
    }

    /// Takes one out.
    #[inline]
    pub fn pop(&mut self) -> Option<u64> {
        self.0.pop_plain().map(|head| head.val)
    }

    /// Puts a record with a body of 48 bytes into it.
    #[inline]
    pub fn push_body(&mut self, body: [u64; 6]) {
        (&mut self.0).body(head(0), 0, Load(body));
    }

    /// Takes one out.
    #[inline]
    pub fn pop_body(&mut self) -> Option<[u64; 6]> {
        self.0.pop_body().map(|(_, Load(body))| body)
    }
}

/// Both ends of a lane.
pub struct Lane(LaneWriter, LaneReader);

impl Lane {
    /// A lane for so many records of the largest size.
    pub fn new(records: usize) -> Self {
        let (writer, reader) = lane(1, records);
        Self(writer, reader)
    }

    /// Stages records of a head alone, publishes them together and reads them. Returns the sum of what was read.
    #[inline]
    pub fn pass(&mut self, records: u64) -> u64 {
        for n in 0..records {
            self.0.staged().plain(head(n));
        }
        self.0.publish();
        let mut sum = 0;
        self.1.read(usize::MAX, |arrived| sum += arrived.head().val);
        sum
    }
}

/// Where asks wait for their replies.
pub struct AskSlots(ReplySlots);

impl Default for AskSlots {
    fn default() -> Self {
        Self(ReplySlots::new(0))
    }
}

impl AskSlots {
    /// Opens a slot, waits in vain, has the reply come, and takes it.
    #[inline]
    pub fn ask(&self, n: u64) -> Option<u64> {
        let id: ReplyId = self.0.open(Duration::from_secs(5));
        let waker = Waker::noop();
        assert!(self.0.poll::<u64>(id, waker).is_pending());
        let waiting = self.0.resolve(id, Value(n), |value, body| body.put(value));
        assert!(waiting.is_ok_and(|waker| waker.is_some()));
        match self.0.poll(id, waker) {
            Poll::Ready(reply) => reply.ok(),
            Poll::Pending => None,
        }
    }

    /// Sets the deadlines of what was asked since the last call, as a shard does when it looks at the clock.
    pub fn sweep(&self) {
        self.0.sweep(crate::door::clock::now());
    }
}
