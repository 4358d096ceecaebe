//! Values: what packs into the 64 bits of a `val`.

use std::num::{
    NonZeroI8, NonZeroI16, NonZeroI32, NonZeroI64, NonZeroIsize, NonZeroU8, NonZeroU16, NonZeroU32,
    NonZeroU64, NonZeroUsize,
};

/// A value that packs into at most 64 bits and so can travel inline, without a body.
///
/// Integers up to 64 bits, `bool`, `char`, floats, `NonZero*`, `()` and every handle are values already; newtypes
/// and fieldless enums become values with `#[derive(RingVal)]`. It is derived, never written by hand.
///
/// ```
/// use spargio::RingVal;
///
/// #[derive(Clone, Copy, Debug, PartialEq, RingVal)]
/// enum Side { Buy, Sell }
///
/// assert_eq!(Side::from_bits(Side::Sell.to_bits()), Some(Side::Sell));
/// assert_eq!(Side::from_bits(7), None);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot travel inline: it is not a `RingVal`",
    label = "does not pack into a 64-bit val",
    note = "drop `inline` and let it travel as a body, or derive `RingVal` for a newtype or a fieldless enum"
)]
pub trait RingVal: Copy + Send + 'static {
    /// How many of the 64 bits the value takes, at most 64. A message travels inline if its fields take no more than that
    /// together.
    ///
    /// ```
    /// use spargio::RingVal;
    ///
    /// #[derive(Clone, Copy, RingVal)]
    /// enum Suit { Clubs, Diamonds, Hearts, Spades }
    ///
    /// // Two bits tell four suits apart, so there is room for a sequence number beside one.
    /// assert_eq!((Suit::BITS, char::BITS, <()>::BITS), (2, 21, 0));
    /// assert!(Suit::BITS + u32::BITS <= 64);
    /// ```
    const BITS: u32;

    /// Says that the trait was derived: packing runs no user code.
    #[doc(hidden)]
    const __DERIVED: ();

    /// Packs the value into the low [`BITS`](Self::BITS) bits. Higher bits are cut off by the packer.
    ///
    /// ```
    /// use spargio::RingVal;
    /// use std::sync::atomic::{AtomicU64, Ordering};
    ///
    /// #[derive(Clone, Copy, Debug, PartialEq, RingVal)]
    /// enum Health { Good, Degraded }
    ///
    /// // As a number it fits where numbers do: into a pair's val, or into an atomic that any thread reads.
    /// let health = AtomicU64::new(Health::Good.to_bits());
    /// health.store(Health::Degraded.to_bits(), Ordering::Relaxed);
    /// assert_eq!(Health::from_bits(health.into_inner()), Some(Health::Degraded));
    /// ```
    fn to_bits(self) -> u64;

    /// Unpacks a value, or `None` if no value has these bits.
    ///
    /// ```
    /// use spargio::RingVal;
    ///
    /// #[derive(Clone, Copy, Debug, PartialEq, RingVal)]
    /// enum Health { Good, Degraded }
    ///
    /// // Any number may come in from outside: it is a value or is refused.
    /// assert_eq!(Health::from_bits(1), Some(Health::Degraded));
    /// assert_eq!(Health::from_bits(2), None);
    /// assert_eq!(char::from_bits(0xD800), None);
    /// ```
    fn from_bits(bits: u64) -> Option<Self>;
}

macro_rules! integers {
    ($($int:ty => $unsigned:ty),* $(,)?) => {$(
        impl RingVal for $int {
            const BITS: u32 = <$int>::BITS;
            const __DERIVED: () = ();
            #[inline]
            fn to_bits(self) -> u64 { u64::from(self as $unsigned) }
            #[inline]
            fn from_bits(bits: u64) -> Option<Self> {
                <$unsigned>::try_from(bits).ok().map(|bits| bits as $int)
            }
        }
    )*};
}
integers!(u8 => u8, u16 => u16, u32 => u32, u64 => u64, i8 => u8, i16 => u16, i32 => u32, i64 => u64);

macro_rules! pointer_sized {
    ($($int:ty => $wide:ty),* $(,)?) => {$(
        impl RingVal for $int {
            const BITS: u32 = <$int>::BITS;
            const __DERIVED: () = ();
            #[inline]
            fn to_bits(self) -> u64 { (self as usize) as u64 }
            #[inline]
            fn from_bits(bits: u64) -> Option<Self> {
                usize::try_from(bits).ok().map(|bits| bits as $int)
            }
        }
    )*};
}
pointer_sized!(usize => u64, isize => i64);

macro_rules! non_zero {
    ($($non_zero:ty => $int:ty),* $(,)?) => {$(
        impl RingVal for $non_zero {
            const BITS: u32 = <$int>::BITS;
            const __DERIVED: () = ();
            #[inline]
            fn to_bits(self) -> u64 { RingVal::to_bits(self.get()) }
            #[inline]
            fn from_bits(bits: u64) -> Option<Self> {
                <$int as RingVal>::from_bits(bits).and_then(Self::new)
            }
        }
    )*};
}
non_zero!(
    NonZeroU8 => u8, NonZeroU16 => u16, NonZeroU32 => u32, NonZeroU64 => u64, NonZeroUsize => usize,
    NonZeroI8 => i8, NonZeroI16 => i16, NonZeroI32 => i32, NonZeroI64 => i64, NonZeroIsize => isize,
);

impl RingVal for bool {
    const BITS: u32 = 1;
    const __DERIVED: () = ();
    #[inline]
    fn to_bits(self) -> u64 {
        u64::from(self)
    }
    #[inline]
    fn from_bits(bits: u64) -> Option<Self> {
        match bits {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }
}

impl RingVal for char {
    const BITS: u32 = 21;
    const __DERIVED: () = ();
    #[inline]
    fn to_bits(self) -> u64 {
        u64::from(u32::from(self))
    }
    #[inline]
    fn from_bits(bits: u64) -> Option<Self> {
        u32::try_from(bits).ok().and_then(char::from_u32)
    }
}

impl RingVal for f32 {
    const BITS: u32 = 32;
    const __DERIVED: () = ();
    #[inline]
    fn to_bits(self) -> u64 {
        u64::from(f32::to_bits(self))
    }
    #[inline]
    fn from_bits(bits: u64) -> Option<Self> {
        u32::try_from(bits).ok().map(f32::from_bits)
    }
}

impl RingVal for f64 {
    const BITS: u32 = 64;
    const __DERIVED: () = ();
    #[inline]
    fn to_bits(self) -> u64 {
        f64::to_bits(self)
    }
    #[inline]
    fn from_bits(bits: u64) -> Option<Self> {
        Some(f64::from_bits(bits))
    }
}

impl RingVal for () {
    const BITS: u32 = 0;
    const __DERIVED: () = ();
    #[inline]
    fn to_bits(self) -> u64 {
        0
    }
    #[inline]
    fn from_bits(bits: u64) -> Option<Self> {
        (bits == 0).then_some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pack::mask;

    fn both_ways<T: RingVal + PartialEq + std::fmt::Debug>(value: T) {
        assert_eq!(T::from_bits(value.to_bits()), Some(value));
        assert_eq!(
            value.to_bits() & !mask(T::BITS),
            0,
            "{value:?} is wider than its BITS"
        );
    }

    #[test]
    fn every_value_comes_back() {
        both_ways(u8::MAX);
        both_ways(i8::MIN);
        both_ways(i64::MIN);
        both_ways(-1_i32);
        both_ways(isize::MIN);
        both_ways(char::MAX);
        both_ways(true);
        both_ways(-0.5_f32);
        both_ways(f64::MIN);
        both_ways(NonZeroU64::MAX);
        both_ways(());
    }

    #[test]
    fn bits_of_no_value_are_refused() {
        assert_eq!(bool::from_bits(2), None);
        assert_eq!(char::from_bits(0xD800), None);
        assert_eq!(NonZeroU8::from_bits(0), None);
        assert_eq!(u8::from_bits(256), None);
    }
}
