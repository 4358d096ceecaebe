//! Messages: what `#[derive(RingMsg)]` implements, how a message becomes a record, and how a record is opened.

use crate::ShardId;
use crate::door::queue::Queue;
use crate::door::record::{Cargo, Head, Kind, Sink};
use crate::door::seat::Seat;
use crate::error::AskError;
use crate::handle::Handle;
use crate::payload::Payload;
use crate::reply::Reply;
use crate::shard::reply_slots::ReplyId;
use std::cell::RefCell;

/// A protocol: an enum whose variants are the messages of an actor. Derived, never written by hand.
///
/// See [the derive](macro@crate::RingMsg) for the options.
///
/// ```
/// use spargio::{Event, RingMsg, ShardCtx};
///
/// #[derive(Debug, PartialEq, RingMsg)]
/// enum DimmerMsg { Off, Set { percent: u8 } }
///
/// #[spargio::main(shards = 1)]
/// async fn main(cx: ShardCtx) -> Result<(), Box<dyn std::error::Error>> {
///     cx.remote(0).ok_or("no shard 0")?.send(DimmerMsg::Set { percent: 40 })?;
///     let Event::RingMsg { tag, val, .. } = cx.next_event().await;
///     // Tags are the variants' places; the fields are in the val.
///     assert_eq!((tag, val), (1, 40));
///     assert_eq!(DimmerMsg::decode(tag, val)?, DimmerMsg::Set { percent: 40 });
///     Ok(())
/// }
/// ```
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
    fn __encode<R: ReplyPart, S: Sink>(self, encoder: Encoder<R, S>) -> S::Out;

    /// Reads a message from the pair of an [`Event`](crate::Event).
    ///
    /// ```
    /// use spargio::{DecodeError, RingMsg};
    ///
    /// #[derive(Debug, PartialEq, RingMsg)]
    /// enum KeyMsg { Down { key: char }, Up { key: char } }
    ///
    /// // Pairs of several protocols, or of a newer version of this one: each takes what it knows.
    /// let pairs = [(0, u64::from('a')), (7, 1), (1, u64::from('a'))];
    /// let (known, unknown): (Vec<_>, Vec<_>) =
    ///     pairs.into_iter().map(|(tag, val)| KeyMsg::decode(tag, val)).partition(Result::is_ok);
    /// assert_eq!(known, [Ok(KeyMsg::Down { key: 'a' }), Ok(KeyMsg::Up { key: 'a' })]);
    /// assert_eq!(unknown, [Err(DecodeError::UnknownTag { tag: 7 })]);
    /// ```
    ///
    /// # Errors
    ///
    /// Any pair may arrive in an event, so nothing is trusted: a tag that no variant has, a variant whose fields do
    /// not fit into a `val`, and bits that are no value of the fields are errors.
    fn decode(tag: u16, val: u64) -> Result<Self, DecodeError>;
}

/// A pair that is no message of the protocol it was decoded as.
///
/// ```
/// use spargio::{DecodeError, RingMsg};
///
/// #[derive(Debug, PartialEq, RingMsg)]
/// enum DimmerMsg { Off, Set { percent: u8 }, Name { name: String } }
///
/// assert_eq!(DimmerMsg::decode(1, 40)?, DimmerMsg::Set { percent: 40 });
/// assert_eq!(DimmerMsg::decode(1, 256), Err(DecodeError::BadValue { tag: 1, val: 256 }));
/// assert_eq!(DimmerMsg::decode(2, 0), Err(DecodeError::HasBody { tag: 2 }));
/// assert_eq!(DimmerMsg::decode(9, 0), Err(DecodeError::UnknownTag { tag: 9 }));
/// # Ok::<(), DecodeError>(())
/// ```
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
///
/// ```
/// use spargio::{Event, InlineMsg, RemoteShard, RingMsg, SendError, ShardCtx};
///
/// /// Sends a message to every shard's event queue.
/// fn announce<M: InlineMsg + Clone>(shards: &[RemoteShard], message: M) -> Result<(), SendError<M>> {
///     shards.iter().try_for_each(|shard| shard.send(message.clone()).map(drop))
/// }
///
/// #[derive(Clone, RingMsg)]
/// enum PhaseMsg { Begin { round: u32 } }
///
/// #[spargio::main(shards = 2)]
/// async fn main(cx: ShardCtx) -> Result<(), Box<dyn std::error::Error>> {
///     let shards: Vec<_> = (0..).map_while(|id| cx.remote(id)).collect();
///     announce(&shards, PhaseMsg::Begin { round: 3 })?;
///     assert_eq!(cx.next_event().await, Event::RingMsg { from: Some(0), tag: 0, val: 3 });
///     Ok(())
/// }
/// ```
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

/// A message as it travels, with its tag: which of the two is known at compile time.
#[doc(hidden)]
pub enum Packed<F> {
    /// Its fields, packed into a `val`.
    Inline(u16, u64),
    /// Its fields, moved behind its head.
    Body(u16, F),
}

/// Where a message is given what its sender knows and it does not: to whom it goes, how it is answered, and where its
/// record is written.
#[doc(hidden)]
pub struct Encoder<R, S> {
    slot: u32,
    reply: R,
    sink: S,
}

impl<R: ReplyPart, S: Sink> Encoder<R, S> {
    /// `slot` is the actor's, counted within its shard's pages.
    #[inline]
    pub(crate) fn new(slot: u32, reply: R, sink: S) -> Self {
        Self { slot, reply, sink }
    }

    /// Writes a message.
    #[doc(hidden)]
    #[inline(always)]
    pub fn write<F: Payload>(self, message: Packed<F>) -> S::Out {
        let head = |tag, val| Head::new(Kind::Message, tag, self.slot, val);
        match message {
            Packed::Inline(tag, val) => self.reply.write_inline(head(tag, val), self.sink),
            Packed::Body(tag, fields) => self.reply.write(head(tag, 0), fields, self.sink),
        }
    }
}

/// How a message's answer finds its way back; this decides what the record carries beside the fields.
#[doc(hidden)]
pub trait ReplyPart {
    #[doc(hidden)]
    fn write_inline<S: Sink>(self, head: Head, sink: S) -> S::Out;
    #[doc(hidden)]
    fn write<F: Payload, S: Sink>(self, head: Head, fields: F, sink: S) -> S::Out;
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
    #[inline(always)]
    fn write_inline<S: Sink>(self, head: Head, sink: S) -> S::Out {
        sink.plain(head)
    }
    #[inline(always)]
    fn write<F: Payload, S: Sink>(self, head: Head, fields: F, sink: S) -> S::Out {
        sink.body(head, 0, Fields(fields))
    }
}

impl ReplyPart for ReplySlot {
    #[inline(always)]
    fn write_inline<S: Sink>(self, head: Head, sink: S) -> S::Out {
        sink.asking(head.from(self.1), self.0)
    }
    #[inline(always)]
    fn write<F: Payload, S: Sink>(self, head: Head, fields: F, sink: S) -> S::Out {
        sink.body(head.from(self.1), self.0, Fields(fields))
    }
}

impl<T: Payload> ReplyPart for Reply<T> {
    #[inline(always)]
    fn write_inline<S: Sink>(self, head: Head, sink: S) -> S::Out {
        sink.body(head, 0, Asked(self, ()))
    }
    #[inline(always)]
    fn write<F: Payload, S: Sink>(self, head: Head, fields: F, sink: S) -> S::Out {
        sink.body(head, 0, Asked(self, fields))
    }
}

/// The pair that a message is, if it is one.
pub(crate) struct ToPair;

impl Sink for ToPair {
    type Out = Option<(u16, u64)>;

    #[inline]
    fn plain(self, head: Head) -> Self::Out {
        Some((head.tag(), head.val))
    }
    fn asking(self, _: Head, _: u64) -> Self::Out {
        None
    }
    fn body<B: Cargo>(self, _: Head, _: u64, _: B) -> Self::Out {
        None
    }
}

/// A message that comes next in its mailbox. What is dropped here is dropped with the mailbox free: it may be user code.
pub(crate) struct Next<'a> {
    pub(crate) mailbox: &'a RefCell<Queue>,
    /// Of the shards that may ask.
    pub(crate) seats: &'a [&'static Seat],
}

impl Next<'_> {
    #[inline(always)]
    fn pop_plain(&self) -> Option<Head> {
        self.mailbox.borrow_mut().pop_plain()
    }

    #[inline(always)]
    fn pop_asking(&self) -> Option<(Head, u64)> {
        self.mailbox.borrow_mut().pop_asking()
    }

    #[inline(always)]
    fn pop_body<B: Cargo>(&self) -> Option<(u64, B)> {
        self.mailbox.borrow_mut().pop_body()
    }

    /// Drops it, for it is not the message that its tag says; an asker hears that nobody answers.
    #[cold]
    fn refuse<R>(&self) -> Option<R> {
        let record = self.mailbox.borrow_mut().pop()?;
        if record.reply() != 0 {
            drop(self.reply::<()>(record.head(), record.reply()));
        }
        None
    }

    /// The reply to whoever sent this head and waits in this slot.
    #[inline]
    fn reply<T: Payload>(&self, head: Head, slot: u64) -> Reply<T> {
        Reply::to_slot(self.seats[usize::from(head.source())], slot)
    }

    /// Opens the record of a tell. `inline` unpacks the fields where they travel in the val, and is `Some` exactly then.
    #[inline(always)]
    pub(crate) fn open_tell<F: Payload>(self, inline: Option<fn(u64) -> Option<F>>) -> Option<F> {
        if let Some(unpack) = inline {
            match self.pop_plain() {
                Some(head) => unpack(head.val),
                None => self.refuse(),
            }
        } else {
            match self.pop_body() {
                Some((_, Fields(fields))) => Some(fields),
                None => self.refuse(),
            }
        }
    }

    /// Opens the record of an ask: one from a shard names a reply slot there, one from outside brings its `Reply`, and one
    /// that was sent as a plain value has none.
    #[inline(always)]
    pub(crate) fn open_ask<T: Payload, F: Payload>(
        self,
        inline: Option<fn(u64) -> Option<F>>,
    ) -> Option<(Reply<T>, F)> {
        let head = self.mailbox.borrow().head()?;
        if let Some(unpack) = inline {
            // Made before the fields are unpacked: if they are none of this message, dropping it answers the asker.
            let reply = if let Some((_, slot)) = self.pop_asking() {
                self.reply(head, slot)
            } else if let Some((_, Asked(reply, ()))) = self.pop_body() {
                reply
            } else if self.pop_plain().is_some() {
                Reply::to_nobody()
            } else {
                return self.refuse();
            };
            Some((reply, unpack(head.val)?))
        } else if let Some((slot, Fields(fields))) = self.pop_body() {
            let reply = match slot {
                0 => Reply::to_nobody(),
                slot => self.reply(head, slot),
            };
            Some((reply, fields))
        } else if let Some((_, Asked(reply, fields))) = self.pop_body() {
            Some((reply, fields))
        } else {
            self.refuse()
        }
    }
}
