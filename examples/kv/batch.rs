//! What a connection has a store do at once: operations there, replies back, in the same buffers each time.

use crate::args::{Args, Span};
use crate::command::Command;
use crate::execute::Operation;
use crate::keyspace::Keyspace;
use crate::limits::{KEPT, REPLIES};

#[derive(Default)]
pub(crate) struct Batch {
    bytes: Vec<u8>,
    spans: Vec<Span>,
    operations: Vec<Stored>,
    /// How many operations are done.
    done: usize,
    replies: Vec<u8>,
    /// Where each reply ends.
    ends: Vec<usize>,
    /// How many replies were taken, and where the next begins.
    taken: usize,
    begin: usize,
    /// What was changed could not be written to the file, so its replies would lie.
    pub(crate) unwritten: bool,
}

/// An operation; its arguments stand in the batch's buffers.
struct Stored {
    command: Command,
    hash: u64,
    first: usize,
    end: usize,
}

impl Batch {
    pub(crate) fn push<'a>(
        &mut self,
        command: Command,
        hash: u64,
        args: impl IntoIterator<Item = &'a [u8]>,
    ) {
        let first = self.spans.len();
        for argument in args {
            let start = self.bytes.len();
            self.bytes.extend_from_slice(argument);
            self.spans.push(Span::new(start, self.bytes.len()));
        }
        self.operations.push(Stored {
            command,
            hash,
            first,
            end: self.spans.len(),
        });
    }

    /// How many bytes its arguments have.
    pub(crate) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether there are operations to do, and room for their replies: all that there are were taken.
    pub(crate) fn is_due(&self) -> bool {
        self.done < self.operations.len() && self.taken == self.ends.len()
    }

    /// Does operations until they are done, or have made as many replies as there may be at once.
    pub(crate) fn run(&mut self, keys: &mut Keyspace) {
        self.replies.clear();
        self.ends.clear();
        (self.taken, self.begin) = (0, 0);
        while let Some(stored) = self.operations.get(self.done)
            && self.replies.len() < REPLIES
        {
            let spans = &self.spans[stored.first..stored.end];
            let operation = Operation {
                command: stored.command,
                hash: stored.hash,
                args: Args::new(&self.bytes, spans),
            };
            keys.execute(operation, &mut self.replies);
            self.ends.push(self.replies.len());
            self.done += 1;
        }
    }

    /// Takes the next reply, if it is there.
    pub(crate) fn take_reply(&mut self) -> Option<&[u8]> {
        let end = *self.ends.get(self.taken)?;
        let reply = &self.replies[self.begin..end];
        self.taken += 1;
        self.begin = end;
        Some(reply)
    }

    /// Forgets all of it, and keeps the buffers unless they are large.
    pub(crate) fn clear(&mut self) {
        if self.bytes.capacity() + self.replies.capacity() > KEPT {
            *self = Self::default();
            return;
        }
        self.bytes.clear();
        self.spans.clear();
        self.operations.clear();
        self.replies.clear();
        self.ends.clear();
        (self.done, self.taken, self.begin) = (0, 0, 0);
    }
}
