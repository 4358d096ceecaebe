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
//! The only unsafe code here moves a body into units and out again. What makes it sound: a body is written together with
//! the description of its own type, both are copied and read together, and whoever owns the units owns the body.

use std::any::TypeId;
use std::mem::{ManuallyDrop, MaybeUninit};

/// The most units a record takes.
pub(crate) const MOST_UNITS: usize = 8;

/// The most bytes that a body takes in a lane; a larger one, or one aligned to more than 16 bytes, is boxed.
pub(crate) const MOST_BODY: usize = (MOST_UNITS - 2) * size_of::<Unit>();

/// Sixteen bytes of a record. Copied as bytes, whatever they mean: `MaybeUninit` keeps padding and pointers intact.
#[derive(Clone, Copy)]
#[repr(C, align(16))]
pub(crate) struct Unit(MaybeUninit<u128>);

impl Unit {
    pub(super) const EMPTY: Self = Self(MaybeUninit::uninit());
}

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

    #[inline]
    pub(crate) fn is_extended(self) -> bool {
        self.word & EXTENDED != 0
    }

    #[inline]
    fn extended(mut self) -> Self {
        self.word |= EXTENDED;
        self
    }

    #[inline]
    pub(super) fn to_unit(self) -> Unit {
        Unit(MaybeUninit::new(
            u128::from(self.val) << 64 | u128::from(self.word),
        ))
    }
}

/// Where a record is written: each method writes a whole one.
#[doc(hidden)]
pub trait Sink {
    #[doc(hidden)]
    type Out;

    /// A head alone.
    #[doc(hidden)]
    fn plain(self, head: Head) -> Self::Out;

    /// A head that is answered to a reply slot of the shard that sends it.
    #[doc(hidden)]
    fn asking(self, head: Head, reply: u64) -> Self::Out;

    /// A head, a reply slot or zero, and a body.
    #[doc(hidden)]
    fn body<B: Cargo>(self, head: Head, reply: u64, body: B) -> Self::Out;
}

/// What can be moved in a record's body.
#[doc(hidden)]
pub trait Cargo: Send + 'static {
    /// What becomes of the body when no actor takes it.
    #[doc(hidden)]
    fn discard(self);
}

/// The second unit of an extended record.
#[derive(Clone, Copy)]
#[repr(C, align(16))]
struct Extension {
    reply: u64,
    body: Option<&'static Description>,
}

impl Extension {
    #[inline]
    fn to_unit(self) -> Unit {
        let mut unit = Unit::EMPTY;
        // SAFETY: an `Extension` has the size and alignment of the unit that it is written to.
        unsafe { (&raw mut unit).cast::<Self>().write(self) }
        unit
    }
}

/// All that must be known of a body to check it, to measure it and to drop it without its actor.
struct Description {
    id: TypeId,
    /// In units.
    units: usize,
    /// Discards the body whose bytes start at the pointer.
    ///
    /// # Safety
    ///
    /// A body of the described type must stand there, and is moved out.
    discard: unsafe fn(*const Unit),
}

/// Where a record is written.
pub(super) type Place = [MaybeUninit<Unit>; MOST_UNITS];

/// Where a body is written.
type BodyPlace = [MaybeUninit<Unit>; MOST_UNITS - 2];

/// How a body of type `B` stands in a record, decided at compile time.
struct Stowed<B>(std::marker::PhantomData<B>);

impl<B: Cargo> Stowed<B> {
    const DIRECT: bool = size_of::<B>() <= MOST_BODY && align_of::<B>() <= align_of::<Unit>();

    const DESCRIPTION: &'static Description = &Description {
        id: TypeId::of::<B>(),
        units: if Self::DIRECT {
            size_of::<B>()
        } else {
            size_of::<Box<B>>()
        }
        .div_ceil(size_of::<Unit>()),
        discard: Self::discard,
    };

    #[inline]
    fn stow(body: B, place: &mut BodyPlace) {
        let place = place.as_mut_ptr();
        if Self::DIRECT {
            // SAFETY: `DIRECT` says that a `B` is neither larger nor more aligned than the units it is written to.
            unsafe { place.cast::<B>().write(body) }
        } else {
            // SAFETY: a box is one thin pointer (`B` is sized), so it fits the units in size and alignment.
            unsafe { place.cast::<Box<B>>().write(Box::new(body)) }
        }
    }

    /// # Safety
    ///
    /// What [`stow`](Self::stow) of this same `B` wrote must stand at `place`, and is moved out.
    #[inline]
    unsafe fn unstow(place: *const Unit) -> B {
        if Self::DIRECT {
            // SAFETY: the caller says that `stow` wrote a `B` here, which nobody else moves out.
            unsafe { place.cast::<B>().read() }
        } else {
            // SAFETY: the caller says that `stow` wrote a `Box<B>` here, which nobody else moves out.
            *unsafe { place.cast::<Box<B>>().read() }
        }
    }

    /// # Safety
    ///
    /// As for [`unstow`](Self::unstow).
    unsafe fn discard(place: *const Unit) {
        // SAFETY: the caller keeps the promise of `unstow`.
        unsafe { Self::unstow(place) }.discard();
    }
}

/// Writes a record with a body. Returns how many units it takes.
#[inline]
pub(super) fn write_body<B: Cargo>(place: &mut Place, head: Head, reply: u64, body: B) -> usize {
    let description = Stowed::<B>::DESCRIPTION;
    let extension = Extension {
        reply,
        body: Some(description),
    };
    place[0].write(head.extended().to_unit());
    place[1].write(extension.to_unit());
    let rest = place
        .last_chunk_mut()
        .expect("a record has room for a body");
    Stowed::stow(body, rest);
    2 + description.units
}

/// The two units of a record that asks and has no body.
#[inline]
pub(super) fn asking(head: Head, reply: u64) -> [Unit; 2] {
    let extension = Extension { reply, body: None };
    [head.extended().to_unit(), extension.to_unit()]
}

/// Whole records, wherever they stand: a look, which owns nothing.
#[derive(Clone, Copy)]
pub(super) struct Units<'a>(pub(super) &'a [Unit]);

impl<'a> Units<'a> {
    #[inline]
    pub(super) fn head(self) -> Option<Head> {
        self.0.first().map(head_of)
    }

    /// The second unit of the first record, if it is extended.
    #[inline]
    fn extension(self) -> Option<Extension> {
        self.head()
            .filter(|head| head.is_extended())
            .map(|_| extension_of(&self.0[1]))
    }

    /// The first record, if there is one and all of it stands here.
    #[inline]
    pub(super) fn first(self) -> Option<&'a [Unit]> {
        let len = match self.0 {
            [] => return None,
            [head, ..] if !head_of(head).is_extended() => 1,
            [_] => return None,
            [_, extension, ..] => 2 + extension_of(extension).body.map_or(0, |body| body.units),
        };
        self.0.get(..len)
    }

    /// The reply slot of an extended record that has no body.
    #[inline]
    pub(super) fn asking(self) -> Option<u64> {
        match self.extension()? {
            Extension { reply, body: None } => Some(reply),
            Extension { .. } => None,
        }
    }

    /// How many units at the front are whole records of at most `room` units together.
    pub(super) fn whole(self, room: usize) -> usize {
        let mut units = 0;
        while let Some(first) = Units(&self.0[units..]).first()
            && units + first.len() <= room
        {
            units += first.len();
        }
        units
    }

    /// The first record's reply slot and its body, if that is a `B`.
    ///
    /// # Safety
    ///
    /// The body is moved out: nobody may use these units again.
    #[inline]
    pub(super) unsafe fn take_body<B: Cargo>(self) -> Option<(u64, B)> {
        let Extension { reply, body } = self.extension()?;
        if body?.id != TypeId::of::<B>() {
            return None;
        }
        // SAFETY: a body stands here with the description of its type, whose identity is `B`'s, and the caller says that
        // nobody else moves it out.
        Some((reply, unsafe { Stowed::<B>::unstow(self.0[2..].as_ptr()) }))
    }
}

#[inline]
fn head_of(unit: &Unit) -> Head {
    // SAFETY: the first unit of a record is made by `Head::to_unit`, all of whose bits are initialised.
    let bits = unsafe { unit.0.assume_init() };
    Head {
        word: bits as u64,
        val: (bits >> 64) as u64,
    }
}

#[inline]
fn extension_of(unit: &Unit) -> Extension {
    // SAFETY: the second unit of an extended record is made by `Extension::to_unit`, and nothing else.
    unsafe { std::ptr::from_ref(unit).cast::<Extension>().read() }
}

const _: () = assert!(size_of::<Extension>() == size_of::<Unit>());
const _: () = assert!(align_of::<Extension>() == align_of::<Unit>());

/// A record that has come and still stands where it came; it is owned, and moved on from there.
pub(crate) struct Arrived<'a>(&'a [Unit]);

impl<'a> Arrived<'a> {
    /// # Safety
    ///
    /// These must be the units of one whole record, which nobody else uses again.
    #[inline]
    pub(super) unsafe fn new(units: &'a [Unit]) -> Self {
        Self(units)
    }

    #[inline]
    pub(crate) fn head(&self) -> Head {
        head_of(&self.0[0])
    }

    /// The units, to be copied to where they are owned from now on.
    #[inline]
    pub(super) fn into_units(self) -> &'a [Unit] {
        ManuallyDrop::new(self).0
    }

    pub(crate) fn into_record(self) -> Record {
        Record::of(self.into_units())
    }
}

impl Drop for Arrived<'_> {
    fn drop(&mut self) {
        // SAFETY: the units were this value's alone, which is used no more.
        drop(unsafe { Arrived::new(self.0) }.into_record());
    }
}

/// A record on its own: it is sent on, or opened, or dropped with its body.
pub(crate) struct Record {
    units: Place,
    len: usize,
}

impl Record {
    /// A record of a head alone.
    #[inline]
    pub(crate) fn inline(head: Head) -> Self {
        Self::of(&[head.to_unit()])
    }

    /// A record that carries a body.
    #[inline]
    pub(crate) fn with_body<B: Cargo>(head: Head, reply: u64, body: B) -> Self {
        let mut record = Self::of(&[]);
        record.len = write_body(&mut record.units, head, reply, body);
        record
    }

    /// A record made of these units, which it owns from now on.
    #[inline]
    fn of(units: &[Unit]) -> Self {
        let mut record = Self {
            units: [MaybeUninit::uninit(); MOST_UNITS],
            len: units.len(),
        };
        for (place, unit) in record.units.iter_mut().zip(units) {
            place.write(*unit);
        }
        record
    }

    /// What the record is made of.
    #[inline]
    fn units(&self) -> Units<'_> {
        // SAFETY: the first `len` units were written.
        Units(unsafe { self.units[..self.len].assume_init_ref() })
    }

    #[inline]
    pub(crate) fn head(&self) -> Head {
        head_of(&self.units().0[0])
    }

    /// The reply slot on the sender's shard, or zero.
    #[inline]
    pub(crate) fn reply(&self) -> u64 {
        self.units()
            .extension()
            .map_or(0, |extension| extension.reply)
    }

    /// Moves the body out, if it is a `B`; else the record is given back.
    #[inline]
    pub(crate) fn into_body<B: Cargo>(self) -> Result<B, Self> {
        let record = ManuallyDrop::new(self);
        // SAFETY: the record's drop, which would move the body out too, does not run.
        match unsafe { record.units().take_body() } {
            Some((_, body)) => Ok(body),
            None => Err(ManuallyDrop::into_inner(record)),
        }
    }

    /// Has the record arrive, from where it is now.
    #[inline]
    pub(crate) fn arrive<R>(self, f: impl FnOnce(Arrived<'_>) -> R) -> R {
        // SAFETY: a record is whole, and its units are not used again.
        self.hand_over(|units| f(unsafe { Arrived::new(units) }))
    }

    /// Gives `f` the units, to be copied to where they are owned from now on.
    #[inline]
    pub(super) fn hand_over<R>(self, f: impl FnOnce(&[Unit]) -> R) -> R {
        f(ManuallyDrop::new(self).units().0)
    }
}

impl Drop for Record {
    #[inline]
    fn drop(&mut self) {
        if let Some(Extension {
            body: Some(body), ..
        }) = self.units().extension()
        {
            let body_at = self.units().0[2..].as_ptr();
            // SAFETY: the record owns its body, described by its own type's description, and is used no more.
            unsafe { (body.discard)(body_at) }
        }
    }
}

/// A body on its own, in a place where many come and go.
pub(crate) struct Body {
    place: BodyPlace,
    description: Option<&'static Description>,
}

impl Body {
    /// A place without a body.
    pub(crate) fn none() -> Self {
        Self {
            place: [MaybeUninit::uninit(); MOST_UNITS - 2],
            description: None,
        }
    }

    /// Puts a body into the place, which must have none.
    #[inline]
    pub(crate) fn put<B: Cargo>(&mut self, body: B) {
        debug_assert!(self.description.is_none(), "it would never be dropped");
        Stowed::stow(body, &mut self.place);
        self.description = Some(Stowed::<B>::DESCRIPTION);
    }

    /// Puts the body of a record that has come, if it has one, into the place, which must have none.
    #[inline]
    pub(crate) fn put_arrived(&mut self, arrived: Arrived<'_>) {
        debug_assert!(self.description.is_none(), "it would never be dropped");
        let units = arrived.into_units();
        self.description = Units(units)
            .extension()
            .and_then(|extension| extension.body);
        if self.description.is_some() {
            for (place, unit) in self.place.iter_mut().zip(&units[2..]) {
                place.write(*unit);
            }
        }
    }

    /// Takes the body out, whatever it is.
    #[inline]
    pub(crate) fn take_any(&mut self) -> Option<Self> {
        let description = self.description.take()?;
        Some(Self {
            place: self.place,
            description: Some(description),
        })
    }

    /// Takes the body out, if it is a `B`.
    #[inline]
    pub(crate) fn take<B: Cargo>(&mut self) -> Option<B> {
        self.description
            .take_if(|description| description.id == TypeId::of::<B>())?;
        // SAFETY: a body stands here with the description of its type, whose identity is `B`'s. The description is gone, so
        // it is moved out once.
        Some(unsafe { Stowed::<B>::unstow(self.place.as_ptr().cast()) })
    }
}

impl Drop for Body {
    #[inline]
    fn drop(&mut self) {
        if let Some(description) = self.description.take() {
            // SAFETY: the body stands here with its own type's description, which is gone now.
            unsafe { (description.discard)(self.place.as_ptr().cast()) }
        }
    }
}

/// A record on its own is made where there is no queue to write to.
pub(crate) struct ToRecord;

impl Sink for ToRecord {
    type Out = Record;

    #[inline]
    fn plain(self, head: Head) -> Record {
        Record::inline(head)
    }

    #[inline]
    fn asking(self, head: Head, reply: u64) -> Record {
        Record::of(&asking(head, reply))
    }

    #[inline]
    fn body<B: Cargo>(self, head: Head, reply: u64, body: B) -> Record {
        Record::with_body(head, reply, body)
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use std::sync::Arc;

    struct Token(#[expect(dead_code, reason = "it is there to be dropped")] Arc<()>);
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
    fn a_head_keeps_its_fields() {
        let head = Head::new(Kind::Control, u16::MAX, u32::MAX, 5).from(MOST_SHARDS as u16 - 1);
        let head = head_of(&head.to_unit());
        assert_eq!(
            (head.kind(), head.tag(), head.slot(), head.val),
            (Kind::Control, u16::MAX, u32::MAX, 5)
        );
        assert_eq!(head.source(), MOST_SHARDS as u16 - 1);
        assert!(!head.is_extended());
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
        struct Exact([u8; MOST_BODY]);
        impl Cargo for Exact {
            fn discard(self) {}
        }
        const { assert!(Stowed::<Exact>::DIRECT) };
        let record = Record::with_body(head(0), 0, Exact([3; MOST_BODY]));
        assert_eq!(record.len, MOST_UNITS);
        let body = record.into_body::<Exact>().ok().unwrap();
        assert_eq!(body.0, [3; MOST_BODY]);
        const { assert!(!Stowed::<Wide>::DIRECT) };
    }
}
