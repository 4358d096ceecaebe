#[automatically_derived]
#[allow(deprecated, clippy::all, clippy::pedantic, clippy::nursery)]
impl<T: Id> ::spargio::__private::RingVal for Tagged<T>
where
    T: ::spargio::__private::RingVal,
{
    const BITS: u32 = <T as ::spargio::__private::RingVal>::BITS;
    const __DERIVED: () = ();
    #[inline]
    fn to_bits(self) -> u64 {
        <T as ::spargio::__private::RingVal>::to_bits(self.value)
    }
    #[inline]
    fn from_bits(bits: u64) -> ::core::option::Option<Self> {
        match <T as ::spargio::__private::RingVal>::from_bits(bits) {
            ::core::option::Option::Some(value) => {
                ::core::option::Option::Some(Self { value: value })
            }
            ::core::option::Option::None => ::core::option::Option::None,
        }
    }
}
