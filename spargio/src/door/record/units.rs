//! Records in units: how one is written, and a look at those that stand in a row.

use super::body::{Cargo, Description, stow};
use super::{Head, MOST_UNITS, Unit};
use std::mem::MaybeUninit;
use std::ptr;

/// The second unit of an extended record.
#[derive(Clone, Copy)]
#[repr(C, align(16))]
struct Extension {
    reply: u64,
    body: Option<&'static Description>,
}

const _: () = assert!(size_of::<Extension>() == size_of::<Unit>());
const _: () = assert!(align_of::<Extension>() == align_of::<Unit>());

impl Extension {
    #[inline]
    fn to_unit(self) -> Unit {
        let mut unit = Unit::EMPTY;
        // SAFETY: an `Extension` has the size and alignment of the unit that it is written to.
        unsafe { (&raw mut unit).cast::<Self>().write(self) }
        unit
    }
}

/// Where a record is written.
pub(super) type Place = [MaybeUninit<Unit>; MOST_UNITS];

/// Writes a record with a body. Returns how many units it takes.
#[inline]
pub(in crate::door) fn write_body<B: Cargo>(
    place: &mut Place,
    head: Head,
    reply: u64,
    body: B,
) -> usize {
    let rest = place
        .last_chunk_mut()
        .expect("a record has room for a body");
    let description = stow(body, rest);
    let extension = Extension {
        reply,
        body: Some(description),
    };
    place[0].write(head.to_extended_unit());
    place[1].write(extension.to_unit());
    2 + description.units()
}

/// The two units of a record that asks and has no body.
#[inline]
pub(in crate::door) fn asking(head: Head, reply: u64) -> [Unit; 2] {
    let extension = Extension { reply, body: None };
    [head.to_extended_unit(), extension.to_unit()]
}

/// Records in a row, wherever they stand: a look, which owns nothing.
#[derive(Clone, Copy)]
pub(in crate::door) struct Units<'a>(&'a [Unit]);

impl<'a> Units<'a> {
    /// # Safety
    ///
    /// These must be the units of records, one after another, each as it is written by [`Head::to_unit`], [`asking`] or
    /// [`write_body`]. The last may be cut.
    #[inline]
    pub(in crate::door) unsafe fn new(units: &'a [Unit]) -> Self {
        Self(units)
    }

    /// The units, to be copied.
    #[inline]
    pub(in crate::door) fn as_slice(self) -> &'a [Unit] {
        self.0
    }

    #[inline]
    pub(in crate::door) fn head(self) -> Option<Head> {
        let unit = self.0.first()?;
        // SAFETY: a row begins with a head, all of whose bits are initialised.
        Some(Head::from_bits(unsafe { unit.0.assume_init() }))
    }

    /// The second unit of the first record, if it is extended. It must not be cut before that.
    #[inline]
    fn extension(self) -> Option<Extension> {
        let unit = self
            .head()
            .filter(|head| head.is_extended())
            .map(|_| &self.0[1])?;
        // SAFETY: behind the head of an extended record stands an `Extension`, whose size and alignment are a unit's.
        Some(unsafe { ptr::from_ref(unit).cast::<Extension>().read() })
    }

    /// The first record, if there is one and all of it stands here.
    #[inline]
    pub(in crate::door) fn first(self) -> Option<Self> {
        let len = match self.head()? {
            head if !head.is_extended() => 1,
            _ if self.0.len() == 1 => return None,
            _ => 2 + self.extension()?.body.map_or(0, Description::units),
        };
        self.0.get(..len).map(Self)
    }

    /// How many units at the front are whole records of at most `room` units together.
    pub(in crate::door) fn whole(self, room: usize) -> usize {
        let mut units = 0;
        while let Some(first) = Self(&self.0[units..]).first()
            && units + first.0.len() <= room
        {
            units += first.0.len();
        }
        units
    }

    /// The reply slot of the first record, or zero.
    #[inline]
    pub(super) fn reply(self) -> u64 {
        self.extension().map_or(0, |extension| extension.reply)
    }

    /// The reply slot of an extended record that has no body.
    #[inline]
    pub(in crate::door) fn asking(self) -> Option<u64> {
        match self.extension()? {
            Extension { reply, body: None } => Some(reply),
            Extension { .. } => None,
        }
    }

    /// The body of the first record, if it has one: its description, and the units from its first one on.
    #[inline]
    pub(super) fn body(self) -> Option<(&'static Description, &'a [Unit])> {
        Some((self.extension()?.body?, &self.0[2..]))
    }

    /// The first record's reply slot and its body, if that is a `B`.
    ///
    /// # Safety
    ///
    /// The first record must be whole, and if its body is given out, nobody uses this record again.
    #[inline]
    pub(in crate::door) unsafe fn take_body<B: Cargo>(self) -> Option<(u64, B)> {
        let Extension { reply, body } = self.extension()?;
        // SAFETY: behind an extension stands the body that it describes; the caller says that all of it does, and that
        // nobody else moves it out.
        let body = unsafe { body?.take(self.0[2..].as_ptr()) }?;
        Some((reply, body))
    }

    /// Has the first record's body, if it has one, say what becomes of it.
    ///
    /// # Safety
    ///
    /// The first record must be whole, and nobody uses it again.
    #[inline]
    pub(super) unsafe fn discard_body(self) {
        if let Some((description, body)) = self.body() {
            // SAFETY: as in `take_body`, the caller says that all of the described body stands here and is used once.
            unsafe { description.discard(body.as_ptr()) }
        }
    }
}
