//! The head of a record: what it is, who sent it and where it goes.

use super::Unit;
use std::mem::MaybeUninit;

/// What a record is. Four bits of the head: two for this, one to say that the record is extended, one kept for an
/// extension of the format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Kind {
    /// A message for an actor.
    Message = 0,
    /// A pair for a shard's event queue.
    Event = 1,
    /// The answer to an ask.
    Reply = 2,
    /// A word between shards; the tag says which.
    Control = 3,
}

const EXTENDED: u64 = 1 << 2;

/// The most shards of a runtime: a head has 12 bits for the source.
pub(crate) const MOST_SHARDS: usize = 1 << 12;

/// The first unit of a record.
#[derive(Clone, Copy, Debug)]
pub struct Head {
    word: u64,
    /// The message's inline fields.
    pub(crate) val: u64,
}

impl Head {
    /// A head that no shard has sent yet.
    #[inline]
    pub(crate) fn new(kind: Kind, tag: u16, slot: u32, val: u64) -> Self {
        Self {
            word: u64::from(slot) << 32 | u64::from(tag) << 16 | kind as u64,
            val,
        }
    }

    #[inline]
    pub(crate) fn kind(self) -> Kind {
        match self.word & 3 {
            0 => Kind::Message,
            1 => Kind::Event,
            2 => Kind::Reply,
            _ => Kind::Control,
        }
    }

    #[inline]
    pub(crate) fn tag(self) -> u16 {
        (self.word >> 16) as u16
    }

    /// The slot, counted within the pages of the shard that owns it.
    #[inline]
    pub(crate) fn slot(self) -> u32 {
        (self.word >> 32) as u32
    }

    /// The shard that sent it.
    #[inline]
    pub(crate) fn source(self) -> u16 {
        (self.word >> 4) as u16 & (MOST_SHARDS - 1) as u16
    }

    /// The same head, sent by a shard.
    #[inline]
    pub(crate) fn from(mut self, source: u16) -> Self {
        self.word |= u64::from(source) << 4;
        self
    }

    /// Whether it was read from the front of a record that has more than its head.
    #[inline]
    pub(in crate::door) fn is_extended(self) -> bool {
        self.word & EXTENDED != 0
    }

    /// The unit of a record that is a head alone, wherever this head was read: what comes next is no extension.
    #[inline]
    pub(in crate::door) fn to_unit(mut self) -> Unit {
        self.word &= !EXTENDED;
        self.unit()
    }

    /// The first unit of a record whose second is an extension.
    #[inline]
    pub(super) fn to_extended_unit(mut self) -> Unit {
        self.word |= EXTENDED;
        self.unit()
    }

    #[inline]
    fn unit(self) -> Unit {
        Unit(MaybeUninit::new(
            u128::from(self.val) << 64 | u128::from(self.word),
        ))
    }

    /// The head that a unit with these bits is.
    #[inline]
    pub(super) fn from_bits(bits: u128) -> Self {
        Self {
            word: bits as u64,
            val: (bits >> 64) as u64,
        }
    }
}

#[cfg(all(test, not(spargio_loom)))]
mod tests {
    use super::*;
    use crate::door::record::{Cargo, Record};

    #[test]
    fn a_head_keeps_its_fields() {
        let head = Head::new(Kind::Control, u16::MAX, u32::MAX, 5).from(MOST_SHARDS as u16 - 1);
        let head = Record::inline(head).head();
        assert_eq!(
            (head.kind(), head.tag(), head.slot(), head.val),
            (Kind::Control, u16::MAX, u32::MAX, 5)
        );
        assert_eq!(head.source(), MOST_SHARDS as u16 - 1);
        assert!(!head.is_extended());
    }

    #[test]
    fn a_head_of_more_is_written_alone_as_a_head_alone() {
        struct Nothing;
        impl Cargo for Nothing {
            fn discard(self) {}
        }
        let head = Head::new(Kind::Message, 1, 9, 7);
        let head = Record::with_body(head, 3, Nothing).head();
        assert!(head.is_extended());
        let alone = Record::inline(head);
        assert!(!alone.head().is_extended());
        assert_eq!((alone.head().val, alone.reply()), (7, 0));
    }
}
