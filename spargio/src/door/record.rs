//! Records: what travels between shards. A record is a head of 16 bytes and, if extended, a second unit that says how
//! it is answered and what its body is, and the body's bytes.
//!
//! ```text
//! unit 0   kind 4 | source 12 | tag 16 | slot 32 | val 64         always; 128 bits, so a completion can carry it whole
//! unit 1   reply slot 64 | body's description 64                   if the kind's `EXTENDED` bit is set
//! unit 2.. the body, moved; what is larger than `MOST_BODY` is boxed and its box moved
//! ```
//!
//! The only unsafe code here moves a body into units and out again. What makes it sound: a body enters a [`Record`]
//! together with the description of its own type, both leave it together, and a `Record` owns its body until then.

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
    const EMPTY: Self = Self(MaybeUninit::uninit());
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
    fn to_unit(self) -> Unit {
        Unit(MaybeUninit::new(
            u128::from(self.val) << 64 | u128::from(self.word),
        ))
    }
}

/// What can be moved in a record's body.
pub(crate) trait Cargo: Send + 'static {
    /// What becomes of the body when no actor takes it.
    fn discard(self);
}

/// The second unit of an extended record.
#[derive(Clone, Copy)]
#[repr(C, align(16))]
pub(super) struct Extension {
    reply: u64,
    pub(super) body: Option<&'static Description>,
}

/// All that must be known of a body to check it, to measure it and to drop it without its actor.
pub(super) struct Description {
    id: TypeId,
    /// In units.
    pub(super) units: usize,
    /// Discards the body whose bytes start at the pointer.
    ///
    /// # Safety
    ///
    /// A body of the described type must stand there, and is moved out.
    discard: unsafe fn(*const Unit),
}

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

    fn stow(body: B, place: &mut [Unit; MOST_UNITS - 2]) {
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

/// A record, owned: it is sent on, or opened, or dropped with its body.
pub struct Record {
    units: [Unit; MOST_UNITS],
    len: usize,
}

impl Record {
    /// A record of a head alone.
    #[inline]
    pub(crate) fn inline(head: Head) -> Self {
        let mut units = [Unit::EMPTY; MOST_UNITS];
        units[0] = head.to_unit();
        Self { units, len: 1 }
    }

    /// A record that is answered to a reply slot of the shard that sends it.
    #[inline]
    pub(crate) fn asking(head: Head, reply: u64) -> Self {
        Self::extended(head, Extension { reply, body: None })
    }

    /// A record that carries a body.
    #[inline]
    pub(crate) fn with_body<B: Cargo>(head: Head, reply: u64, body: B) -> Self {
        let description = Stowed::<B>::DESCRIPTION;
        let mut record = Self::extended(
            head,
            Extension {
                reply,
                body: Some(description),
            },
        );
        let place = record
            .units
            .last_chunk_mut()
            .expect("a record has room for a body");
        Stowed::stow(body, place);
        record.len += description.units;
        record
    }

    #[inline]
    fn extended(head: Head, extension: Extension) -> Self {
        let mut record = Self::inline(head.extended());
        let place: *mut Unit = &mut record.units[1];
        // SAFETY: an `Extension` has the size and alignment of the unit that it is written to.
        unsafe { place.cast::<Extension>().write(extension) }
        record.len = 2;
        record
    }

    #[inline]
    pub(crate) fn head(&self) -> Head {
        head_of(&self.units[0])
    }

    /// The reply slot on the sender's shard, or zero.
    #[inline]
    pub(crate) fn reply(&self) -> u64 {
        self.extension().map_or(0, |extension| extension.reply)
    }

    #[inline]
    pub(crate) fn has_body(&self) -> bool {
        self.extension()
            .is_some_and(|extension| extension.body.is_some())
    }

    #[inline]
    fn extension(&self) -> Option<Extension> {
        (self.len > 1).then(|| extension_of(&self.units[1]))
    }

    /// Moves the body out, if it is a `B`; else the record is given back.
    #[inline]
    pub(crate) fn into_body<B: Cargo>(self) -> Result<B, Self> {
        match self.extension() {
            Some(Extension {
                body: Some(body), ..
            }) if body.id == TypeId::of::<B>() => {
                let record = ManuallyDrop::new(self);
                // SAFETY: a body stands here with the description of its type, whose identity is `B`'s. The record's
                // drop, which would move it out too, does not run.
                Ok(unsafe { Stowed::<B>::unstow(record.units[2..].as_ptr()) })
            }
            _ => Err(self),
        }
    }

    /// The record's units, to be copied into a lane or a mailbox that owns them from now on.
    #[inline]
    pub(crate) fn into_units(self) -> ([Unit; MOST_UNITS], usize) {
        let record = ManuallyDrop::new(self);
        (record.units, record.len)
    }

    /// Takes a record back out of where its units were copied to.
    ///
    /// `next` gives the units in order; it is called as often as the record has units.
    ///
    /// # Safety
    ///
    /// The units must be those of one [`into_units`](Self::into_units), in their order, and are not used again.
    #[inline]
    pub(crate) unsafe fn from_units(mut next: impl FnMut() -> Unit) -> Self {
        let mut units = [Unit::EMPTY; MOST_UNITS];
        units[0] = next();
        let mut len = 1;
        if head_of(&units[0]).is_extended() {
            units[1] = next();
            len = 2 + extension_of(&units[1]).body.map_or(0, |body| body.units);
            for unit in &mut units[2..len] {
                *unit = next();
            }
        }
        Self { units, len }
    }
}

impl Drop for Record {
    #[inline]
    fn drop(&mut self) {
        if let Some(Extension {
            body: Some(body), ..
        }) = self.extension()
        {
            // SAFETY: the record owns its body, described by its own type's description, and is used no more.
            unsafe { (body.discard)(self.units[2..].as_ptr()) }
        }
    }
}

#[inline]
pub(super) fn head_of(unit: &Unit) -> Head {
    // SAFETY: the first unit of a record is made by `Head::to_unit`, all of whose bits are initialised.
    let bits = unsafe { unit.0.assume_init() };
    Head {
        word: bits as u64,
        val: (bits >> 64) as u64,
    }
}

#[inline]
pub(super) fn extension_of(unit: &Unit) -> Extension {
    // SAFETY: the second unit of an extended record is written by `Record::extended`, and nothing else.
    unsafe { std::ptr::from_ref(unit).cast::<Extension>().read() }
}

const _: () = assert!(size_of::<Extension>() == size_of::<Unit>());
const _: () = assert!(align_of::<Extension>() == align_of::<Unit>());

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
