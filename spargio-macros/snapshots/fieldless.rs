#[automatically_derived]
#[allow(deprecated, clippy::all, clippy::pedantic, clippy::nursery)]
impl ::spargio::__private::RingVal for Side {
    const BITS: u32 = 2u32;
    const __DERIVED: () = ();
    #[inline]
    fn to_bits(self) -> u64 {
        match self {
            Self::Buy {} => 0u64,
            Self::Sell {} => 1u64,
            Self::Both {} => 2u64,
        }
    }
    #[inline]
    fn from_bits(bits: u64) -> ::core::option::Option<Self> {
        match bits {
            0u64 => ::core::option::Option::Some(Self::Buy {}),
            1u64 => ::core::option::Option::Some(Self::Sell {}),
            2u64 => ::core::option::Option::Some(Self::Both {}),
            _ => ::core::option::Option::None,
        }
    }
}
