//! Bodies: what can be moved in a record, how it stands there, and a body on its own.
//!
//! Only [`stow`] writes a body, and it says as what; so a description that was kept together with its units tells how to
//! move the body out again.

use super::owned::Arrived;
use super::{MOST_UNITS, Unit};
use std::any::TypeId;
use std::marker::PhantomData;
use std::mem::MaybeUninit;

/// The most bytes that a body takes in a lane; a larger one, or one aligned to more than 16 bytes, is boxed.
const MOST_BODY: usize = (MOST_UNITS - 2) * size_of::<Unit>();

/// What can be moved in a record's body.
#[doc(hidden)]
pub trait Cargo: Send + 'static {
    /// What becomes of the body when no actor takes it.
    #[doc(hidden)]
    fn discard(self);
}

/// Where a body is written.
type Place = [MaybeUninit<Unit>; MOST_UNITS - 2];

/// All that must be known of a body to check it, to measure it and to drop it without its actor.
pub(super) struct Description {
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

impl Description {
    /// How many units the body takes.
    #[inline]
    pub(super) fn units(&self) -> usize {
        self.units
    }

    /// Moves the body out, if it is a `B`.
    ///
    /// # Safety
    ///
    /// The body that [`stow`] described so must stand at `place`, and if this gives it out, nobody uses it again.
    #[inline]
    pub(super) unsafe fn take<B: Cargo>(&self, place: *const Unit) -> Option<B> {
        if self.id != TypeId::of::<B>() {
            return None;
        }
        // SAFETY: the caller says that the described body stands here and is moved out once, and its identity is `B`'s.
        Some(unsafe { Stowed::<B>::unstow(place) })
    }

    /// Has the body say what becomes of it.
    ///
    /// # Safety
    ///
    /// The body that [`stow`] described so must stand at `place`, and is moved out: nobody uses it again.
    #[inline]
    pub(super) unsafe fn discard(&self, place: *const Unit) {
        // SAFETY: the caller says that the described body stands here and is moved out once.
        unsafe { (self.discard)(place) }
    }
}

/// Writes a body to where it will stand. Returns its description, to be kept with it.
#[inline]
pub(super) fn stow<B: Cargo>(body: B, place: &mut Place) -> &'static Description {
    Stowed::stow(body, place);
    Stowed::<B>::DESCRIPTION
}

/// How a body of type `B` stands in a record, decided at compile time.
struct Stowed<B>(PhantomData<B>);

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
    fn stow(body: B, place: &mut Place) {
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

/// A body on its own, in a place where many come and go. While there is a description, its body stands in the place.
pub(crate) struct Body {
    place: Place,
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
        self.description = Some(stow(body, &mut self.place));
    }

    /// Puts the body of a record that has come, if it has one, into the place, which must have none.
    #[inline]
    pub(crate) fn put_arrived(&mut self, arrived: Arrived<'_>) {
        debug_assert!(self.description.is_none(), "it would never be dropped");
        if let Some((description, units)) = arrived.into_units().body() {
            for (place, unit) in self.place.iter_mut().zip(units) {
                place.write(*unit);
            }
            self.description = Some(description);
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
        let description = self.description?;
        // SAFETY: the body stands here with its own type's description, which goes at once if the body is moved out.
        let body = unsafe { description.take(self.place.as_ptr().cast()) }?;
        self.description = None;
        Some(body)
    }
}

impl Drop for Body {
    #[inline]
    fn drop(&mut self) {
        if let Some(description) = self.description.take() {
            // SAFETY: the body stands here with its own type's description, which is gone now.
            unsafe { description.discard(self.place.as_ptr().cast()) }
        }
    }
}
