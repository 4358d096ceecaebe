//! What a completion says: the 128 bits that a message to another ring carries, and the 64 that come back to its sender.
//!
//! ```text
//! user_data   code 4 | source 12 | tag 16 | slot 24, number 7, val 1   res  val, low half     flags  val, high half
//! without FLAGS_PASS (before Linux 6.3), for events alone:
//! user_data   code 4 | source 12 | tag 16 | val, high half             res  val, low half     flags  nothing
//! sender's    code 4 | target 12 | number 16
//! operation's code 4 | place 28 | generation 32                       res  what came of it
//! ```
//!
//! The flags' bit 15 travels in `user_data`, and stays clear where it belongs: from Linux 6.18 on the kernel reads it as
//! its own, takes the completion for one of 32 bytes, and fills the end of the queue with a completion of zeros where that
//! would not fit. So no code is zero, either.
//!
//! No pointer ever stands in a completion, so whatever a stray one says, reading it is harmless.

use super::flights::FlightId;
use crate::ShardId;
use crate::door::record::{Head, Kind};
use crate::door::slots::MOST_SLOTS;
use io_uring::squeue::{Entry, Flags};
use io_uring::{opcode, types};

// A slot's number within its seat leaves eight of its 32 bits to others.
const _: () = assert!(MOST_SLOTS <= 1 << 24);
const SLOT: u32 = (1 << 24) - 1;

/// Numbers of words count up to this and start again from zero.
pub(super) const LAST_NUMBER: u8 = 0x7F;

/// The kernel's `IORING_CQE_F_32`.
const OF_32_BYTES: u32 = 1 << 15;

/// A whole record has the code of its `Kind`, plus one.
const WHOLE: u64 = 1;
const NEXT: u64 = 5;
const BELL: u64 = 6;
const SENT: u64 = 7;
const RUNG: u64 = 8;
const CALLED: u64 = 9;
const DONE: u64 = 10;
const CANCELLED: u64 = 11;

/// What one shard tells another with a completion.
#[derive(Clone, Copy, Debug)]
pub(super) enum Word {
    /// A record that is a head alone.
    Whole(Head),
    /// The next record of the lane between the two.
    Next,
}

impl Word {
    /// Whether a record is a head alone, and one that a completion can carry.
    pub(super) fn can_be(head: Head) -> bool {
        !head.is_extended() && head.slot() <= SLOT
    }

    pub(super) fn is_event(self) -> bool {
        matches!(self, Self::Whole(head) if head.kind() == Kind::Event)
    }
}

/// A word that has come from another shard.
#[derive(Clone, Copy, Debug)]
pub(super) struct Arrival {
    pub(super) source: ShardId,
    /// The word's number in the order of its sender; none where completions have no room for one.
    pub(super) number: Option<u8>,
    pub(super) word: Word,
}

/// What a completion of the own ring is.
#[derive(Clone, Copy, Debug)]
pub(super) enum Completed {
    Arrived(Arrival),
    /// Somebody woke this shard.
    Bell,
    /// A word of this shard has arrived, or not.
    Sent {
        to: ShardId,
        number: u8,
    },
    /// This shard tried to ring another's bell and failed; nothing is said of those that rang.
    Rung {
        to: ShardId,
    },
    /// Somebody without a ring wrote to the eventfd. `armed`: the next write is heard, too.
    Called {
        armed: bool,
    },
    /// An operation of this shard is done.
    Done(FlightId),
    /// An operation that was to be cancelled was not found: it is done, or about to be.
    NotCancelled,
    /// None of ours.
    Stray,
}

/// The 128 bits of a message to another ring.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bits {
    user_data: u64,
    res: u32,
    /// `None` where the kernel does not pass them.
    flags: Option<u32>,
}

impl Bits {
    /// A word from `source`. `pass`: whether the kernel passes `flags`; if it does not, only events can travel.
    pub(super) fn of(word: Word, source: ShardId, number: u8, pass: bool) -> Self {
        let (code, tag, slot, val) = match word {
            Word::Whole(head) => (
                // Whatever the caller has not kept to, it spoils no other field.
                WHOLE + head.kind() as u64,
                head.tag(),
                head.slot() & SLOT,
                head.val,
            ),
            Word::Next => (NEXT, 0, 0, 0),
        };
        let upper = (val >> 32) as u32;
        let high = if pass {
            u32::from(upper & OF_32_BYTES != 0) << 31 | u32::from(number) << 24 | slot
        } else {
            upper
        };
        Self {
            user_data: u64::from(high) << 32 | u64::from(tag) << 16 | u64::from(source) << 4 | code,
            res: val as u32,
            flags: pass.then_some(upper & !OF_32_BYTES),
        }
    }

    /// Wakes whoever waits on the ring, and says nothing else.
    pub(super) const BELL: Self = Self {
        user_data: BELL,
        res: 0,
        flags: None,
    };

    /// The SQE that sends it to the ring behind `fd`; the sender's completion will say `user_data`.
    pub(super) fn entry(self, fd: types::Fd, user_data: u64) -> Entry {
        opcode::MsgRingData::new(fd, self.res as i32, self.user_data, self.flags)
            .build()
            .user_data(user_data)
    }
}

/// What the sender's completion of a word says.
pub(super) fn sent(to: ShardId, number: u8) -> u64 {
    u64::from(number) << 16 | u64::from(to) << 4 | SENT
}

/// What the sender's completion of a bell says, if it failed.
pub(super) fn rung(to: ShardId) -> u64 {
    u64::from(to) << 4 | RUNG
}

#[cfg(test)]
pub(super) fn is_rung(user_data: u64) -> bool {
    user_data & 0xF == RUNG
}

/// What the completions of the poll on the eventfd say.
pub(super) const CALL: u64 = CALLED;

/// What the completion of an operation says.
pub(super) fn done(flight: FlightId) -> u64 {
    u64::from(flight.generation()) << 32 | u64::from(flight.place()) << 4 | DONE
}

/// The SQE that cancels an operation; it has a completion if it fails.
pub(super) fn cancel(flight: FlightId) -> Entry {
    opcode::AsyncCancel::new(done(flight))
        .build()
        .flags(Flags::SKIP_SUCCESS)
        .user_data(CANCELLED)
}

/// Reads a completion of the own ring. `pass` as in [`Bits::of`].
pub(super) fn read(user_data: u64, res: i32, flags: u32, pass: bool) -> Completed {
    let shard = (user_data >> 4) as ShardId & 0xFFF;
    let (tag, high) = ((user_data >> 16) as u16, (user_data >> 32) as u32);
    let arrived = |word| {
        Completed::Arrived(Arrival {
            source: shard,
            number: pass.then_some((high >> 24) as u8 & LAST_NUMBER),
            word,
        })
    };
    let whole = |kind| {
        let (slot, upper) = if pass {
            (
                high & SLOT,
                (flags & !OF_32_BYTES) | ((high >> 31) * OF_32_BYTES),
            )
        } else {
            (0, high)
        };
        let val = u64::from(upper) << 32 | u64::from(res as u32);
        arrived(Word::Whole(Head::new(kind, tag, slot, val).from(shard)))
    };
    match user_data & 0xF {
        1 => whole(Kind::Message),
        2 => whole(Kind::Event),
        3 => whole(Kind::Reply),
        4 => whole(Kind::Control),
        NEXT => arrived(Word::Next),
        BELL => Completed::Bell,
        SENT => Completed::Sent {
            to: shard,
            number: tag as u8,
        },
        RUNG => Completed::Rung { to: shard },
        CALLED => Completed::Called {
            armed: io_uring::cqueue::more(flags),
        },
        DONE => Completed::Done(FlightId::new((user_data as u32) >> 4, high)),
        CANCELLED => Completed::NotCancelled,
        _ => Completed::Stray,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn there_and_back(head: Head, number: u8, pass: bool) -> Arrival {
        let bits = Bits::of(Word::Whole(head), 4095, number, pass);
        assert_eq!(bits.flags.unwrap_or(0) & OF_32_BYTES, 0);
        match read(
            bits.user_data,
            bits.res as i32,
            bits.flags.unwrap_or(0),
            pass,
        ) {
            Completed::Arrived(arrival) => arrival,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_head_travels_whole() {
        for kind in [Kind::Message, Kind::Event, Kind::Reply, Kind::Control] {
            let head = Head::new(kind, u16::MAX, SLOT, u64::MAX - 7);
            let arrival = there_and_back(head, 0x65, true);
            assert_eq!((arrival.source, arrival.number), (4095, Some(0x65)));
            let Word::Whole(read) = arrival.word else {
                panic!("{arrival:?}")
            };
            assert_eq!((read.kind(), read.tag()), (kind, u16::MAX));
            assert_eq!((read.slot(), read.val), (SLOT, u64::MAX - 7));
        }
    }

    #[test]
    fn each_bit_of_a_value_travels_alone() {
        for bit in 0..64 {
            for pass in [true, false] {
                let head = Head::new(Kind::Event, 0, 0, 1 << bit);
                let Word::Whole(read) = there_and_back(head, 0, pass).word else {
                    panic!("{bit}")
                };
                assert_eq!(read.val, 1 << bit);
            }
        }
    }

    #[test]
    fn an_event_travels_whole_without_flags() {
        let head = Head::new(Kind::Event, 7, 0, 0xFEDC_BA98_7654_3210);
        let arrival = there_and_back(head, 9, false);
        let Word::Whole(read) = arrival.word else {
            panic!("{arrival:?}")
        };
        assert_eq!((read.tag(), read.val), (7, 0xFEDC_BA98_7654_3210));
        assert_eq!((arrival.source, arrival.number), (4095, None));
    }

    #[test]
    fn no_completion_is_read_as_what_it_is_not() {
        // Bits that no record of a head alone has would be read as the front of a longer one.
        for user_data in (0..64).map(|bit| 1 << bit).chain([u64::MAX, 0]) {
            for pass in [true, false] {
                if let Completed::Arrived(arrival) = read(user_data, -1, u32::MAX, pass)
                    && let Word::Whole(head) = arrival.word
                {
                    assert!(!head.is_extended());
                }
            }
        }
    }
}
