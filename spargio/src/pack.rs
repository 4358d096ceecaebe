//! Packing: whether a message's fields fit into one `val`, decided at compile time, and how they stand in it.

use crate::value::RingVal;
use std::marker::PhantomData;

/// Asks of a type whether it is a [`RingVal`], without a bound: the inherent functions win where it is one, those of
/// [`Bulky`] where it is not or where it cannot be proved (a bare generic parameter).
#[doc(hidden)]
#[derive(Debug)]
pub struct Probe<T>(PhantomData<T>);

impl<T: RingVal> Probe<T> {
    #[doc(hidden)]
    pub const BITS: u32 = T::BITS;

    #[doc(hidden)]
    #[inline]
    pub fn put(packer: &mut Packer, value: T) {
        packer.put(T::BITS, value.to_bits());
    }

    #[doc(hidden)]
    #[inline]
    pub fn take(unpacker: &mut Unpacker) -> Option<T> {
        T::from_bits(unpacker.take(T::BITS))
    }
}

/// The fallback of [`Probe`]: what is no [`RingVal`] is wider than any `val`.
#[doc(hidden)]
pub trait Bulky {
    #[doc(hidden)]
    type Value;
    #[doc(hidden)]
    const BITS: u32 = 1 << 20;

    /// Never called where it matters: code that packs stands behind `if const { fits }`. Drops the value.
    #[doc(hidden)]
    fn put(_: &mut Packer, _: Self::Value) {}

    #[doc(hidden)]
    fn take(_: &mut Unpacker) -> Option<Self::Value> {
        None
    }
}

impl<T> Bulky for Probe<T> {
    type Value = T;
}

/// The sum of the fields' widths, saturating: more than 64 means "travels as a body".
#[doc(hidden)]
#[must_use]
pub const fn width(bits: &[u32]) -> u32 {
    let (mut sum, mut at) = (0_u32, 0);
    while at < bits.len() {
        sum = sum.saturating_add(bits[at]);
        at += 1;
    }
    sum
}

/// Refuses, at compile time, a message marked `#[ring(inline)]` whose fields take more than a `val`. A field that is
/// no [`RingVal`] has an error of its own and counts for nothing here.
#[doc(hidden)]
#[track_caller]
pub const fn must_fit(bits: &[u32]) {
    let (mut sum, mut at) = (0_u32, 0);
    while at < bits.len() {
        if bits[at] <= 64 {
            sum = sum.saturating_add(bits[at]);
        }
        at += 1;
    }
    if sum > 64 {
        too_wide(sum);
    }
}

/// Panics with `sum` in the message: the formatting that a constant cannot do, done by hand.
#[track_caller]
const fn too_wide(sum: u32) -> ! {
    const TEXT: [&[u8]; 2] =
        [b"needs ", b" bits, a val carries 64: drop `inline` to let it travel as a body, or use narrower fields"];
    let mut digits = [0_u8; 10];
    let (mut rest, mut first) = (sum, digits.len());
    while rest > 0 {
        first -= 1;
        digits[first] = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
    let parts = [TEXT[0], digits.split_at(first).1, TEXT[1]];
    let (mut text, mut end, mut part) = ([0_u8; 128], 0, 0);
    while part < parts.len() {
        let mut at = 0;
        while at < parts[part].len() {
            text[end] = parts[part][at];
            (at, end) = (at + 1, end + 1);
        }
        part += 1;
    }
    match std::str::from_utf8(text.split_at(end).0) {
        Ok(text) => panic!("{}", text),
        Err(_) => panic!("does not fit into a val of 64 bits"),
    }
}

/// Packs values side by side, the first lowest.
#[doc(hidden)]
#[derive(Debug, Default)]
pub struct Packer {
    bits: u64,
    used: u32,
}

impl Packer {
    #[inline]
    fn put(&mut self, width: u32, bits: u64) {
        self.bits |= (bits & mask(width)).checked_shl(self.used).unwrap_or(0);
        self.used += width;
    }

    /// What was packed.
    #[doc(hidden)]
    #[inline]
    #[must_use]
    pub fn finish(self) -> u64 {
        self.bits
    }
}

/// Takes values out in the order in which they were packed.
#[doc(hidden)]
#[derive(Debug)]
pub struct Unpacker {
    bits: u64,
}

impl Unpacker {
    #[doc(hidden)]
    #[inline]
    #[must_use]
    pub fn new(bits: u64) -> Self {
        Self { bits }
    }

    #[inline]
    fn take(&mut self, width: u32) -> u64 {
        let bits = self.bits & mask(width);
        self.bits = self.bits.checked_shr(width).unwrap_or(0);
        bits
    }

    /// Whether nothing is left: bits beyond the last value belong to no message.
    #[doc(hidden)]
    #[inline]
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bits == 0
    }
}

#[inline]
pub(crate) const fn mask(width: u32) -> u64 {
    if width >= 64 {
        u64::MAX
    } else {
        (1 << width) - 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_val_packs_to_the_last_bit() {
        let mut packer = Packer::default();
        Probe::<u32>::put(&mut packer, u32::MAX);
        Probe::<i32>::put(&mut packer, -2);
        Probe::<()>::put(&mut packer, ());
        let mut unpacker = Unpacker::new(packer.finish());
        assert_eq!(Probe::<u32>::take(&mut unpacker), Some(u32::MAX));
        assert_eq!(Probe::<i32>::take(&mut unpacker), Some(-2));
        assert_eq!(Probe::<()>::take(&mut unpacker), Some(()));
        assert!(unpacker.is_empty());
    }
}
