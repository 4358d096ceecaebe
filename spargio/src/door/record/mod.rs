//! Records: what travels between shards. A record is a head of 16 bytes and, if extended, a second unit that says how
//! it is answered and what its body is, and the body's bytes.
//!
//! ```text
//! unit 0   kind 4 | source 12 | tag 16 | slot 32 | val 64         always; 128 bits, so a completion can carry it whole
//! unit 1   reply slot 64 | body's description 64                   if the kind's `EXTENDED` bit is set
//! unit 2.. the body, moved; what is larger than `MOST_BODY` is boxed and its box moved
//! ```
//!
//! A record is written where it will stand, in a [`Sink`]: a queue that is a mailbox or goes into a lane, or a [`Record`]
//! on its own. It is read as [`Units`], wherever it stands, and what was read is moved on as an [`Arrived`].
//!
//! *Rooms.* `head` is the first unit, `body` moves what stands behind it in and out, `units` has records in a row,
//! `owned` those that belong to somebody, and `sink` the places where one is written.
//!
//! *Unsafe.* Units are written and read as what they are, and bodies are moved in and out. What makes it sound: what is
//! looked at as `Units` was written by `units`, which gives each body the description of its own type, from `body`; both
//! are copied and read together; and whoever owns the units owns the body, once: `owned` sees to that, and the queue for
//! what stands in it and in a lane.

mod body;
mod head;
mod owned;
mod sink;
mod units;

pub(crate) use body::{Body, Cargo};
pub(crate) use head::{Head, Kind, MOST_SHARDS};
pub(crate) use owned::{Arrived, Record};
pub use sink::Sink;
pub(crate) use sink::ToRecord;
pub(super) use units::{Units, asking, write_body};

use std::mem::MaybeUninit;

/// The most units a record takes.
pub(crate) const MOST_UNITS: usize = 8;

/// Sixteen bytes of a record. Copied as bytes, whatever they mean: `MaybeUninit` keeps padding and pointers intact.
#[derive(Clone, Copy)]
#[repr(C, align(16))]
pub(super) struct Unit(MaybeUninit<u128>);

impl Unit {
    pub(super) const EMPTY: Self = Self(MaybeUninit::uninit());
}
