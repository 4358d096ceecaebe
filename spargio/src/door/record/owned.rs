//! Records that belong to somebody, and their bodies with them: each is moved on, or opened, or dropped, once.

use super::body::Cargo;
use super::units::{Place, Units, asking, write_body};
use super::{Head, MOST_UNITS, Unit};
use std::mem::{ManuallyDrop, MaybeUninit};

/// A record that has come and still stands where it came; it is owned, and moved on from there.
pub(crate) struct Arrived<'a>(Units<'a>);

impl<'a> Arrived<'a> {
    /// # Safety
    ///
    /// These must be the units of one whole record, which nobody else uses again.
    #[inline]
    pub(in crate::door) unsafe fn new(units: Units<'a>) -> Self {
        Self(units)
    }

    #[inline]
    pub(crate) fn head(&self) -> Head {
        self.0.head().expect("a record has a head")
    }

    /// The units, to be copied to where they are owned from now on.
    #[inline]
    pub(in crate::door) fn into_units(self) -> Units<'a> {
        ManuallyDrop::new(self).0
    }

    pub(crate) fn into_record(self) -> Record {
        // SAFETY: these are a whole record's, and were this value's alone, which is gone.
        unsafe { Record::of(self.into_units().as_slice()) }
    }
}

impl Drop for Arrived<'_> {
    fn drop(&mut self) {
        // SAFETY: these are a whole record's, and were this value's alone, which is used no more.
        unsafe { self.0.discard_body() }
    }
}

/// A record on its own: it is sent on, or opened, or dropped with its body.
pub(crate) struct Record {
    units: Place,
    /// So many units are written: one whole record, whose body is this value's alone.
    len: usize,
}

impl Record {
    /// A record of a head alone.
    #[inline]
    pub(crate) fn inline(head: Head) -> Self {
        // SAFETY: a head alone is a whole record, and owns nothing.
        unsafe { Self::of(&[head.to_unit()]) }
    }

    /// A record that asks and has no body.
    #[inline]
    pub(super) fn asking(head: Head, reply: u64) -> Self {
        // SAFETY: these two units are a whole record, which owns nothing.
        unsafe { Self::of(&asking(head, reply)) }
    }

    /// A record that carries a body.
    #[inline]
    pub(crate) fn with_body<B: Cargo>(head: Head, reply: u64, body: B) -> Self {
        let mut record = Self::empty();
        record.len = write_body(&mut record.units, head, reply, body);
        record
    }

    /// What is to become a record: it owns nothing, and nobody looks at it before it is written.
    #[inline]
    fn empty() -> Self {
        Self {
            units: [MaybeUninit::uninit(); MOST_UNITS],
            len: 0,
        }
    }

    /// A record made of these units.
    ///
    /// # Safety
    ///
    /// They must be one whole record, which nobody else uses again.
    #[inline]
    unsafe fn of(units: &[Unit]) -> Self {
        let mut record = Self::empty();
        for (place, unit) in record.units.iter_mut().zip(units) {
            place.write(*unit);
        }
        record.len = units.len();
        record
    }

    /// What the record is made of.
    #[inline]
    fn units(&self) -> Units<'_> {
        // SAFETY: the first `len` units were written, by `of` or `with_body`.
        let units = unsafe { self.units[..self.len].assume_init_ref() };
        // SAFETY: they were written as a whole record.
        unsafe { Units::new(units) }
    }

    #[inline]
    pub(crate) fn head(&self) -> Head {
        self.units().head().expect("a record has a head")
    }

    /// The reply slot on the sender's shard, or zero.
    #[inline]
    pub(crate) fn reply(&self) -> u64 {
        self.units().reply()
    }

    /// Moves the body out, if it is a `B`; else the record is given back.
    #[inline]
    pub(crate) fn into_body<B: Cargo>(self) -> Result<B, Self> {
        let record = ManuallyDrop::new(self);
        // SAFETY: a record is whole, and if its body is moved out, its drop, which would do that too, does not run.
        match unsafe { record.units().take_body() } {
            Some((_, body)) => Ok(body),
            None => Err(ManuallyDrop::into_inner(record)),
        }
    }

    /// Has the record arrive, from where it is now.
    #[inline]
    pub(crate) fn arrive<R>(self, f: impl FnOnce(Arrived<'_>) -> R) -> R {
        let record = ManuallyDrop::new(self);
        // SAFETY: a record is whole, and this one is used no more: its drop does not run.
        f(unsafe { Arrived::new(record.units()) })
    }
}

impl Drop for Record {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: a record is whole, and this one is used no more.
        unsafe { self.units().discard_body() }
    }
}

#[cfg(all(test, not(spargio_loom)))]
mod tests {
    use super::*;
    use crate::door::record::Kind;

    struct Token;
    impl Cargo for Token {
        fn discard(self) {}
    }

    #[derive(Debug, PartialEq)]
    struct Wide([u64; 40]);
    impl Cargo for Wide {
        fn discard(self) {}
    }

    fn head(tag: u16) -> Head {
        Head::new(Kind::Message, tag, 9, u64::MAX)
    }

    #[test]
    fn a_body_is_given_to_its_own_type_only() {
        let record = Record::with_body(head(1), 0, Wide([7; 40]));
        let Err(record) = record.into_body::<Token>() else {
            panic!("a body of another type was taken")
        };
        assert_eq!(record.into_body::<Wide>().ok(), Some(Wide([7; 40])));
    }

    #[test]
    fn bodies_at_the_limit_travel_whole() {
        const ROOM: usize = (MOST_UNITS - 2) * size_of::<Unit>();
        struct Bytes<const N: usize>([u8; N]);
        impl<const N: usize> Cargo for Bytes<N> {
            fn discard(self) {}
        }
        let record = Record::with_body(head(0), 0, Bytes([3; ROOM]));
        assert_eq!(record.len, MOST_UNITS);
        let body = record.into_body::<Bytes<ROOM>>().ok().unwrap();
        assert_eq!(body.0, [3; ROOM]);
        let record = Record::with_body(head(0), 0, Bytes([3; ROOM + 1]));
        assert_eq!(record.len, 3, "a box is all that stands there");
    }
}
