//! Replies on their way back to a connection, put together in the order of its commands.
//!
//! They are put together of pieces, as a proxy before several servers would do it: each store's replies come in the order
//! of its operations, so a piece need only say whose reply is next.

use crate::batch::Batch;
use crate::limits::{KEPT, REPLIES};
use crate::reply;
use spargio::ShardId;
use std::collections::VecDeque;

/// A part of the replies.
pub(crate) enum Piece {
    /// So many bytes of what the connection itself replies.
    Text(usize),
    /// The next reply of a store.
    Reply(ShardId),
    /// The next reply of a store, which adds to a sum.
    Term(ShardId),
    /// The sum.
    Sum(Sum),
}

/// What the replies of several stores come to.
pub(crate) enum Sum {
    /// Their sum.
    Number,
    /// OK, as each of them.
    Ok,
    /// One array of all their items.
    Items,
    /// What is made of the sum of their numbers.
    Text(Box<dyn Fn(i64) -> String>),
}

/// The sum so far: of numbers, of items, and what one of them said was wrong.
#[derive(Default)]
struct Terms {
    number: i64,
    items: Vec<u8>,
    error: Option<Vec<u8>>,
}

#[derive(Default)]
pub(crate) struct Assembly {
    pieces: VecDeque<Piece>,
    /// What the connection itself replies; what stands before `told` was put in its place.
    texts: Vec<u8>,
    told: usize,
    terms: Terms,
    /// Replies, in order.
    pub(crate) out: Vec<u8>,
}

impl Assembly {
    /// How many pieces are to come.
    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.pieces.len()
    }

    /// Whether what is replied now comes next.
    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// How many bytes are there that are not on their way: replies, and what stands between those that are to come.
    #[inline]
    pub(crate) fn bytes(&self) -> usize {
        self.out.len() + self.texts.len()
    }

    pub(crate) fn push(&mut self, piece: Piece) {
        self.pieces.push_back(piece);
    }

    /// What the connection itself replies.
    #[inline]
    pub(crate) fn reply(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        match self.pieces.is_empty() {
            true => write(&mut self.out),
            false => {
                let before = self.texts.len();
                write(&mut self.texts);
                self.push(Piece::Text(self.texts.len() - before));
            }
        }
    }

    /// Puts replies into their order, up to the first that is not there, or until there are as many as there may be at once.
    pub(crate) fn assemble(&mut self, batches: &mut [Option<Box<Batch>>]) {
        while self.out.len() < REPLIES
            && let Some(piece) = self.pieces.pop_front()
        {
            let (Piece::Reply(from) | Piece::Term(from)) = piece else {
                self.put(piece);
                continue;
            };
            let batch = batches[usize::from(from)].as_mut();
            let Some(reply) = batch.and_then(|batch| batch.take_reply()) else {
                self.pieces.push_front(piece);
                return;
            };
            match piece {
                Piece::Reply(_) => self.out.extend_from_slice(reply),
                _ => self.terms.add(reply),
            }
        }
        if self.pieces.is_empty() {
            self.texts.clear();
            self.texts.shrink_to(KEPT);
            self.told = 0;
        }
    }

    /// Puts a piece in its place that is no store's reply.
    fn put(&mut self, piece: Piece) {
        match piece {
            Piece::Text(len) => {
                let text = self.texts.get(self.told..self.told + len);
                self.out.extend_from_slice(text.unwrap_or_default());
                self.told += len;
            }
            Piece::Sum(sum) => std::mem::take(&mut self.terms).write(&sum, &mut self.out),
            Piece::Reply(_) | Piece::Term(_) => {}
        }
    }
}

impl Terms {
    fn add(&mut self, reply: &[u8]) {
        match reply.first() {
            Some(b'-') => self.error = Some(reply.to_vec()),
            Some(b'+') => {}
            _ => {
                let (number, items) = reply::head(reply);
                self.number += number;
                self.items.extend_from_slice(items);
            }
        }
    }

    fn write(self, sum: &Sum, out: &mut Vec<u8>) {
        match (self.error, sum) {
            (Some(error), _) => out.extend_from_slice(&error),
            (None, Sum::Number) => reply::integer(out, self.number),
            (None, Sum::Ok) => reply::ok(out),
            (None, Sum::Items) => {
                reply::array(out, usize::try_from(self.number).unwrap_or(0));
                out.extend_from_slice(&self.items);
            }
            (None, Sum::Text(text)) => reply::bulk(out, text(self.number).as_bytes()),
        }
    }
}
