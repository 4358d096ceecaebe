//! Messages: what `#[derive(RingMsg)]` implements, how a message becomes a record, and how a record is opened.

use crate::ShardId;
use crate::door::record::{Cargo, Head, Kind, Record};
use crate::door::seat::Seat;
use crate::error::AskError;
use crate::handle::Handle;
use crate::payload::Payload;
use crate::reply::Reply;
use crate::shard::reply_slots::ReplyId;

/// A protocol: an enum whose variants are the messages of an actor. Derived, never written by hand.
///
/// See [the derive](macro@crate::RingMsg) for the options.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a protocol",
    label = "not a message enum",
    note = "put `#[derive(RingMsg)]` on the enum of messages"
)]
pub trait RingMsg: Sized + 'static {
    /// The handle through which these messages are sent.
    type Handle: Handle<Msg = Self>;

    /// `Is<true>` if every variant is a tell that travels inline.
    #[doc(hidden)]
    type Inline;

    /// Writes the message as a record.
    #[doc(hidden)]
    fn __encode<R: ReplyPart>(self, encoder: Encoder<R>) -> Record;

    /// Reads a message from the pair of an [`Event`](crate::Event).
    ///
    /// # Errors
    ///
    /// Any pair may arrive in an event, so nothing is trusted: a tag that no variant has, a variant whose fields do
    /// not fit into a `val`, and bits that are no value of the fields are errors.
    fn decode(tag: u16, val: u64) -> Result<Self, DecodeError>;
}

/// A pair that is no message of the protocol it was decoded as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DecodeError {
    /// No variant has this tag.
    UnknownTag {
        /// The tag that came.
        tag: u16,
    },
    /// The variant with this tag does not fit into a `val`, so it never travels as an event.
    HasBody {
        /// The tag that came.
        tag: u16,
    },
    /// The bits are no value of the variant's fields.
    BadValue {
        /// The tag that came.
        tag: u16,
        /// The bits that came with it.
        val: u64,
    },
}

impl std::fmt::Display for DecodeError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::UnknownTag { tag } => write!(
                f,
                "no message has tag {tag}; was the pair sent as another protocol, or by a newer version of this one?"
            ),
            Self::HasBody { tag } => write!(
                f,
                "the message with tag {tag} does not fit into a val; only messages whose fields take at most 64 bits travel as events"
            ),
            Self::BadValue { tag, val } => {
                write!(
                    f,
                    "val {val:#x} is no value of the fields of the message with tag {tag}"
                )
            }
        }
    }
}

impl std::error::Error for DecodeError {}

/// A protocol of which every message is a tell that fits into a `val`: what
/// [`RemoteShard::send`](crate::RemoteShard::send) carries.
#[diagnostic::on_unimplemented(
    message = "not every message of `{Self}` is an inline tell",
    label = "a message of this protocol has a body or a reply",
    note = "an event carries one 64-bit val and no reply: keep to variants without `reply` whose fields pack into 64 bits",
    note = "a generic protocol is never inline as a whole"
)]
pub trait InlineMsg: RingMsg {}

#[diagnostic::do_not_recommend]
impl<M: RingMsg<Inline = Is<true>>> InlineMsg for M {}

/// A truth value as a type.
#[doc(hidden)]
#[derive(Debug)]
pub struct Is<const TRUTH: bool>;

/// Where a message is given what its sender knows and it does not: to whom it goes and how it is answered.
#[doc(hidden)]
pub struct Encoder<R = ()> {
    slot: u32,
    reply: R,
}

impl<R: ReplyPart> Encoder<R> {
    /// `slot` is the actor's, counted within its shard's pages.
    pub(crate) fn new(slot: u32, reply: R) -> Self {
        Self { slot, reply }
    }

    /// A message whose fields are packed into `val`.
    #[doc(hidden)]
    #[inline]
    pub fn inline(self, tag: u16, val: u64) -> Record {
        self.reply
            .seal_inline(Head::new(Kind::Message, tag, self.slot, val))
    }

    /// A message whose fields are moved behind its head.
    #[doc(hidden)]
    #[inline]
    pub fn body<F: Payload>(self, tag: u16, fields: F) -> Record {
        self.reply
            .seal(Head::new(Kind::Message, tag, self.slot, 0), fields)
    }
}

/// How a message's answer finds its way back; this decides what the record carries beside the fields.
#[doc(hidden)]
pub trait ReplyPart {
    #[doc(hidden)]
    fn seal_inline(self, head: Head) -> Record;
    #[doc(hidden)]
    fn seal<F: Payload>(self, head: Head, fields: F) -> Record;
}

/// A tell: nothing comes back.
pub(crate) struct NoReply;

/// An ask between shards of one runtime: the record names a reply slot of the asking shard.
pub(crate) struct ReplySlot(pub(crate) ReplyId, pub(crate) ShardId);

/// The fields of a message, moved.
struct Fields<F>(F);

/// A message's fields and the `Reply` that travels with them: an ask from outside the shards.
struct Asked<T: Payload, F>(Reply<T>, F);

impl<F: Payload> Cargo for Fields<F> {
    fn discard(self) {}
}

impl<T: Payload, F: Payload> Cargo for Asked<T, F> {
    fn discard(self) {
        self.0.refuse(AskError::Dead);
    }
}

impl ReplyPart for NoReply {
    #[inline]
    fn seal_inline(self, head: Head) -> Record {
        Record::inline(head)
    }
    #[inline]
    fn seal<F: Payload>(self, head: Head, fields: F) -> Record {
        Record::with_body(head, 0, Fields(fields))
    }
}

impl ReplyPart for ReplySlot {
    #[inline]
    fn seal_inline(self, head: Head) -> Record {
        Record::asking(head.from(self.1), self.0)
    }
    #[inline]
    fn seal<F: Payload>(self, head: Head, fields: F) -> Record {
        Record::with_body(head.from(self.1), self.0, Fields(fields))
    }
}

impl<T: Payload> ReplyPart for Reply<T> {
    #[inline]
    fn seal_inline(self, head: Head) -> Record {
        Record::with_body(head, 0, Asked(self, ()))
    }
    #[inline]
    fn seal<F: Payload>(self, head: Head, fields: F) -> Record {
        Record::with_body(head, 0, Asked(self, fields))
    }
}

/// Opens the record of a tell. `inline` unpacks the fields where they travel in the val, and is `Some` exactly then.
#[inline]
pub(crate) fn open_tell<F: Payload>(
    record: Record,
    inline: Option<fn(u64) -> Option<F>>,
) -> Option<F> {
    match (inline, record.has_body()) {
        (Some(unpack), false) => unpack(record.head().val),
        (None, true) => record
            .into_body::<Fields<F>>()
            .ok()
            .map(|Fields(fields)| fields),
        _ => None,
    }
}

/// Opens the record of an ask: one from a shard names a reply slot there (`asker` is that shard's seat), one from
/// outside brings its `Reply`, and one that was sent as a plain value has none.
#[inline]
pub(crate) fn open_ask<T: Payload, F: Payload>(
    record: Record,
    asker: &'static Seat,
    inline: Option<fn(u64) -> Option<F>>,
) -> Option<(Reply<T>, F)> {
    if record.reply() != 0 {
        // Made first: if the fields are none of this message, dropping it answers the asker.
        let reply = Reply::to_slot(asker, record.reply());
        return Some((reply, open_tell(record, inline)?));
    }
    let val = record.head().val;
    let record = match inline {
        Some(unpack) => match record.into_body::<Asked<T, ()>>() {
            Ok(Asked(reply, ())) => return Some((reply, unpack(val)?)),
            Err(record) => record,
        },
        None => match record.into_body::<Asked<T, F>>() {
            Ok(Asked(reply, fields)) => return Some((reply, fields)),
            Err(record) => record,
        },
    };
    Some((Reply::to_nobody(), open_tell(record, inline)?))
}
