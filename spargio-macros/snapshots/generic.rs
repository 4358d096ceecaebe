/// The handle of an actor that takes [`StoreMsg`]: an address of 8 bytes, which does not keep the actor alive.
///
/// It has a method for each message. What all handles have, such as `stop` and `wait_stopped`, is in the trait
/// `spargio::Handle`.
#[allow(dead_code, deprecated)]
pub(crate) struct StoreHandle<K: Ord, V = u8, const N: usize = 4>
where
    V: Clone,
{
    __address: ::spargio::__private::Address,
    __protocol: ::core::marker::PhantomData<fn() -> StoreMsg<K, V, N>>,
}
/// What an actor does with each message of [`StoreMsg`].
///
/// While a method waits, the actor handles no other message.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not handle the messages of `StoreMsg`",
    label = "implement `StoreBehavior` for `{Self}`",
    note = "write `impl StoreBehavior for {Self}` with one `async fn` for each message"
)]
#[allow(
    async_fn_in_trait,
    clippy::all,
    clippy::pedantic,
    dead_code,
    deprecated,
    private_interfaces,
    private_bounds
)]
pub(crate) trait StoreBehavior<K: Ord, V = u8, const N: usize = 4>: ::core::marker::Sized
where
    V: Clone,
    K: ::core::marker::Send + 'static,
    V: ::core::marker::Send + 'static,
{
    /// Runs before the first message.
    async fn started(&mut self, cx: &::spargio::__private::Cx<Self>) {
        let _ = cx;
    }
    /// Runs after the last message, unless the actor panicked.
    async fn stopped(&mut self, cx: &::spargio::__private::Cx<Self>) {
        let _ = cx;
    }
    ///Handles [`Put`](StoreMsg::Put).
    async fn put(&mut self, cx: &::spargio::__private::Cx<Self>, arg0: K, arg1: [V; N]);
    ///Handles [`Many`](StoreMsg::Many).
    async fn many(&mut self, cx: &::spargio::__private::Cx<Self>, len: u16, full: bool);
    ///Handles [`More`](StoreMsg::More).
    async fn more(
        &mut self,
        cx: &::spargio::__private::Cx<Self>,
        value: Vec<StoreMsg<K, V, N>>,
    );
}
#[doc(hidden)]
#[allow(
    clippy::all,
    clippy::pedantic,
    clippy::nursery,
    dead_code,
    deprecated,
    private_interfaces,
    private_bounds,
    trivial_bounds,
    unused_imports
)]
const _: () = {
    use ::spargio::__private::{Bulky as _, Unsendable as _};
    #[automatically_derived]
    impl<K: Ord, V, const N: usize> ::core::clone::Clone for StoreHandle<K, V, N>
    where
        V: Clone,
    {
        #[inline]
        fn clone(&self) -> Self {
            *self
        }
    }
    #[automatically_derived]
    impl<K: Ord, V, const N: usize> ::core::marker::Copy for StoreHandle<K, V, N>
    where
        V: Clone,
    {}
    #[automatically_derived]
    impl<K: Ord, V, const N: usize> ::core::cmp::PartialEq for StoreHandle<K, V, N>
    where
        V: Clone,
    {
        #[inline]
        fn eq(&self, other: &Self) -> bool {
            self.__address == other.__address
        }
    }
    #[automatically_derived]
    impl<K: Ord, V, const N: usize> ::core::cmp::Eq for StoreHandle<K, V, N>
    where
        V: Clone,
    {}
    #[automatically_derived]
    impl<K: Ord, V, const N: usize> ::core::hash::Hash for StoreHandle<K, V, N>
    where
        V: Clone,
    {
        fn hash<__Hasher: ::core::hash::Hasher>(&self, state: &mut __Hasher) {
            ::core::hash::Hash::hash(&self.__address, state);
        }
    }
    #[automatically_derived]
    impl<K: Ord, V, const N: usize> ::core::fmt::Debug for StoreHandle<K, V, N>
    where
        V: Clone,
    {
        fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            f.debug_tuple("StoreHandle").field(&self.__address).finish()
        }
    }
    #[automatically_derived]
    impl<K: Ord, V, const N: usize> ::spargio::__private::RingVal
    for StoreHandle<K, V, N>
    where
        V: Clone,
        K: ::core::marker::Send + 'static,
        V: ::core::marker::Send + 'static,
    {
        const BITS: u32 = <::spargio::__private::Address as ::spargio::__private::RingVal>::BITS;
        const __DERIVED: () = ();
        #[inline]
        fn to_bits(self) -> u64 {
            ::spargio::__private::RingVal::to_bits(self.__address)
        }
        #[inline]
        fn from_bits(bits: u64) -> ::core::option::Option<Self> {
            ::core::option::Option::map(
                <::spargio::__private::Address as ::spargio::__private::RingVal>::from_bits(
                    bits,
                ),
                <Self as ::spargio::__private::Handle>::__from_address,
            )
        }
    }
    #[automatically_derived]
    impl<K: Ord, V, const N: usize> ::spargio::__private::Handle for StoreHandle<K, V, N>
    where
        V: Clone,
        K: ::core::marker::Send + 'static,
        V: ::core::marker::Send + 'static,
    {
        type Msg = StoreMsg<K, V, N>;
        #[inline]
        fn __from_address(address: ::spargio::__private::Address) -> Self {
            Self {
                __address: address,
                __protocol: ::core::marker::PhantomData,
            }
        }
        #[inline]
        fn __address(self) -> ::spargio::__private::Address {
            self.__address
        }
    }
    impl<K: Ord, V, const N: usize> StoreHandle<K, V, N>
    where
        V: Clone,
        K: ::core::marker::Send + 'static,
        V: ::core::marker::Send + 'static,
    {
        /// A tell: never blocks, and an error hands the message back.
        /// Travels as a body: `[..]` does not pack into a val.
        #[inline]
        pub(crate) fn put(
            &self,
            arg0: K,
            arg1: [V; N],
        ) -> ::core::result::Result<
            (),
            ::spargio::__private::SendError<StoreMsg<K, V, N>>,
        > {
            ::spargio::__private::tell(
                *self,
                (arg0, arg1),
                |(field0, field1)| {
                    if const {
                        ::spargio::__private::width(
                            &[
                                ::spargio::__private::Probe::<K>::BITS,
                                ::spargio::__private::Probe::<[V; N]>::BITS,
                            ],
                        ) <= 64
                    } {
                        let mut packer = <::spargio::__private::Packer as ::core::default::Default>::default();
                        ::spargio::__private::Probe::<K>::put(&mut packer, field0);
                        ::spargio::__private::Probe::<[V; N]>::put(&mut packer, field1);
                        ::spargio::__private::Packed::Inline(0u16, packer.finish())
                    } else {
                        ::spargio::__private::Packed::Body(
                            0u16,
                            (
                                ::spargio::__private::Part::<K>::put(field0),
                                ::spargio::__private::Part::<[V; N]>::put(field1),
                            ),
                        )
                    }
                },
                |(field0, field1)| StoreMsg::Put(field0, field1),
            )
        }
        /// A tell: never blocks, and an error hands the message back.
        /// Travels inline, in the 64-bit val, checked at compile time.
        #[inline]
        pub(crate) fn many(
            &self,
            len: u16,
            full: bool,
        ) -> ::core::result::Result<
            (),
            ::spargio::__private::SendError<StoreMsg<K, V, N>>,
        > {
            ::spargio::__private::tell(
                *self,
                (len, full),
                |(field0, field1)| {
                    const {
                        ::spargio::__private::must_fit(
                            &[
                                ::spargio::__private::Probe::<u16>::BITS,
                                ::spargio::__private::Probe::<bool>::BITS,
                            ],
                        )
                    };
                    let mut packer = <::spargio::__private::Packer as ::core::default::Default>::default();
                    ::spargio::__private::Probe::<u16>::put(&mut packer, field0);
                    ::spargio::__private::Probe::<bool>::put(&mut packer, field1);
                    ::spargio::__private::Packed::<()>::Inline(1u16, packer.finish())
                },
                |(field0, field1)| StoreMsg::Many {
                    len: field0,
                    full: field1,
                },
            )
        }
        /// A tell: never blocks, and an error hands the message back.
        /// Travels as a body: `Vec<..>` does not pack into a val.
        #[inline]
        pub(crate) fn more(
            &self,
            value: Vec<StoreMsg<K, V, N>>,
        ) -> ::core::result::Result<
            (),
            ::spargio::__private::SendError<StoreMsg<K, V, N>>,
        > {
            ::spargio::__private::tell(
                *self,
                (value,),
                |(field0,)| {
                    if const {
                        ::spargio::__private::width(
                            &[
                                ::spargio::__private::Probe::<Vec<StoreMsg<K, V, N>>>::BITS,
                            ],
                        ) <= 64
                    } {
                        let mut packer = <::spargio::__private::Packer as ::core::default::Default>::default();
                        ::spargio::__private::Probe::<
                            Vec<StoreMsg<K, V, N>>,
                        >::put(&mut packer, field0);
                        ::spargio::__private::Packed::Inline(2u16, packer.finish())
                    } else {
                        ::spargio::__private::Packed::Body(
                            2u16,
                            (
                                ::spargio::__private::Part::<
                                    Vec<StoreMsg<K, V, N>>,
                                >::put(field0),
                            ),
                        )
                    }
                },
                |(field0,)| StoreMsg::More(field0),
            )
        }
    }
    #[automatically_derived]
    impl<K: Ord, V, const N: usize> ::spargio::__private::RingMsg for StoreMsg<K, V, N>
    where
        V: Clone,
        K: ::core::marker::Send + 'static,
        V: ::core::marker::Send + 'static,
    {
        type Handle = StoreHandle<K, V, N>;
        type Inline = ::spargio::__private::Is<{ false }>;
        fn __encode<
            __Reply: ::spargio::__private::ReplyPart,
            __Sink: ::spargio::__private::Sink,
        >(self, encoder: ::spargio::__private::Encoder<__Reply, __Sink>) -> __Sink::Out {
            match self {
                Self::Put(field0, field1) => {
                    encoder
                        .write(
                            if const {
                                ::spargio::__private::width(
                                    &[
                                        ::spargio::__private::Probe::<K>::BITS,
                                        ::spargio::__private::Probe::<[V; N]>::BITS,
                                    ],
                                ) <= 64
                            } {
                                let mut packer = <::spargio::__private::Packer as ::core::default::Default>::default();
                                ::spargio::__private::Probe::<K>::put(&mut packer, field0);
                                ::spargio::__private::Probe::<
                                    [V; N],
                                >::put(&mut packer, field1);
                                ::spargio::__private::Packed::Inline(0u16, packer.finish())
                            } else {
                                ::spargio::__private::Packed::Body(
                                    0u16,
                                    (
                                        ::spargio::__private::Part::<K>::put(field0),
                                        ::spargio::__private::Part::<[V; N]>::put(field1),
                                    ),
                                )
                            },
                        )
                }
                Self::Many { len: field0, full: field1 } => {
                    encoder
                        .write({
                            const {
                                ::spargio::__private::must_fit(
                                    &[
                                        ::spargio::__private::Probe::<u16>::BITS,
                                        ::spargio::__private::Probe::<bool>::BITS,
                                    ],
                                )
                            };
                            let mut packer = <::spargio::__private::Packer as ::core::default::Default>::default();
                            ::spargio::__private::Probe::<u16>::put(&mut packer, field0);
                            ::spargio::__private::Probe::<
                                bool,
                            >::put(&mut packer, field1);
                            ::spargio::__private::Packed::<
                                (),
                            >::Inline(1u16, packer.finish())
                        })
                }
                Self::More(field0) => {
                    encoder
                        .write(
                            if const {
                                ::spargio::__private::width(
                                    &[
                                        ::spargio::__private::Probe::<Vec<StoreMsg<K, V, N>>>::BITS,
                                    ],
                                ) <= 64
                            } {
                                let mut packer = <::spargio::__private::Packer as ::core::default::Default>::default();
                                ::spargio::__private::Probe::<
                                    Vec<StoreMsg<K, V, N>>,
                                >::put(&mut packer, field0);
                                ::spargio::__private::Packed::Inline(2u16, packer.finish())
                            } else {
                                ::spargio::__private::Packed::Body(
                                    2u16,
                                    (
                                        ::spargio::__private::Part::<
                                            Vec<StoreMsg<K, V, N>>,
                                        >::put(field0),
                                    ),
                                )
                            },
                        )
                }
            }
        }
        fn decode(
            tag: u16,
            val: u64,
        ) -> ::core::result::Result<Self, ::spargio::__private::DecodeError> {
            match tag {
                0u16 => {
                    if const {
                        ::spargio::__private::width(
                            &[
                                ::spargio::__private::Probe::<K>::BITS,
                                ::spargio::__private::Probe::<[V; N]>::BITS,
                            ],
                        ) <= 64
                    } {
                        let mut unpacker = ::spargio::__private::Unpacker::new(val);
                        match (
                            ::spargio::__private::Probe::<K>::take(&mut unpacker),
                            ::spargio::__private::Probe::<[V; N]>::take(&mut unpacker),
                        ) {
                            (
                                ::core::option::Option::Some(field0),
                                ::core::option::Option::Some(field1),
                            ) if unpacker.is_empty() => {
                                ::core::result::Result::Ok(Self::Put(field0, field1))
                            }
                            _ => {
                                ::core::result::Result::Err(::spargio::__private::DecodeError::BadValue {
                                    tag,
                                    val,
                                })
                            }
                        }
                    } else {
                        ::core::result::Result::Err(::spargio::__private::DecodeError::HasBody {
                            tag,
                        })
                    }
                }
                1u16 => {
                    if const {
                        ::spargio::__private::width(
                            &[
                                ::spargio::__private::Probe::<u16>::BITS,
                                ::spargio::__private::Probe::<bool>::BITS,
                            ],
                        ) <= 64
                    } {
                        let mut unpacker = ::spargio::__private::Unpacker::new(val);
                        match (
                            ::spargio::__private::Probe::<u16>::take(&mut unpacker),
                            ::spargio::__private::Probe::<bool>::take(&mut unpacker),
                        ) {
                            (
                                ::core::option::Option::Some(field0),
                                ::core::option::Option::Some(field1),
                            ) if unpacker.is_empty() => {
                                ::core::result::Result::Ok(Self::Many {
                                    len: field0,
                                    full: field1,
                                })
                            }
                            _ => {
                                ::core::result::Result::Err(::spargio::__private::DecodeError::BadValue {
                                    tag,
                                    val,
                                })
                            }
                        }
                    } else {
                        ::core::result::Result::Err(::spargio::__private::DecodeError::HasBody {
                            tag,
                        })
                    }
                }
                2u16 => {
                    if const {
                        ::spargio::__private::width(
                            &[
                                ::spargio::__private::Probe::<Vec<StoreMsg<K, V, N>>>::BITS,
                            ],
                        ) <= 64
                    } {
                        let mut unpacker = ::spargio::__private::Unpacker::new(val);
                        match (
                            ::spargio::__private::Probe::<
                                Vec<StoreMsg<K, V, N>>,
                            >::take(&mut unpacker),
                        ) {
                            (
                                ::core::option::Option::Some(field0),
                            ) if unpacker.is_empty() => {
                                ::core::result::Result::Ok(Self::More(field0))
                            }
                            _ => {
                                ::core::result::Result::Err(::spargio::__private::DecodeError::BadValue {
                                    tag,
                                    val,
                                })
                            }
                        }
                    } else {
                        ::core::result::Result::Err(::spargio::__private::DecodeError::HasBody {
                            tag,
                        })
                    }
                }
                _ => {
                    ::core::result::Result::Err(::spargio::__private::DecodeError::UnknownTag {
                        tag,
                    })
                }
            }
        }
    }
    #[automatically_derived]
    impl<
        K: Ord,
        V,
        const N: usize,
        __Actor: StoreBehavior<K, V, N>,
    > ::spargio::__private::Dispatch<__Actor> for StoreMsg<K, V, N>
    where
        V: Clone,
        K: ::core::marker::Send + 'static,
        V: ::core::marker::Send + 'static,
    {
        #[inline]
        fn __dispatch(
            actor: &mut __Actor,
            cx: &::spargio::__private::Cx<__Actor>,
            tag: u16,
        ) -> impl ::core::future::Future<Output = ()> {
            async move {
                match tag {
                    0u16 => {
                        let ::core::option::Option::Some((field0, field1)) = cx
                            .__tell(
                                if const {
                                    ::spargio::__private::width(
                                        &[
                                            ::spargio::__private::Probe::<K>::BITS,
                                            ::spargio::__private::Probe::<[V; N]>::BITS,
                                        ],
                                    ) <= 64
                                } {
                                    ::core::option::Option::Some(|bits| {
                                        let mut unpacker = ::spargio::__private::Unpacker::new(
                                            bits,
                                        );
                                        match (
                                            ::spargio::__private::Probe::<K>::take(&mut unpacker),
                                            ::spargio::__private::Probe::<[V; N]>::take(&mut unpacker),
                                        ) {
                                            (
                                                ::core::option::Option::Some(field0),
                                                ::core::option::Option::Some(field1),
                                            ) if unpacker.is_empty() => {
                                                ::core::option::Option::Some((
                                                    ::spargio::__private::Part::<K>::put(field0),
                                                    ::spargio::__private::Part::<[V; N]>::put(field1),
                                                ))
                                            }
                                            _ => ::core::option::Option::None,
                                        }
                                    })
                                } else {
                                    ::core::option::Option::None
                                },
                            ) else { return };
                        <__Actor as StoreBehavior<
                            K,
                            V,
                            N,
                        >>::put(
                                actor,
                                cx,
                                ::spargio::__private::Part::<K>::take(field0),
                                ::spargio::__private::Part::<[V; N]>::take(field1),
                            )
                            .await;
                    }
                    1u16 => {
                        let ::core::option::Option::Some((field0, field1)) = cx
                            .__tell(
                                if const {
                                    ::spargio::__private::width(
                                        &[
                                            ::spargio::__private::Probe::<u16>::BITS,
                                            ::spargio::__private::Probe::<bool>::BITS,
                                        ],
                                    ) <= 64
                                } {
                                    ::core::option::Option::Some(|bits| {
                                        let mut unpacker = ::spargio::__private::Unpacker::new(
                                            bits,
                                        );
                                        match (
                                            ::spargio::__private::Probe::<u16>::take(&mut unpacker),
                                            ::spargio::__private::Probe::<bool>::take(&mut unpacker),
                                        ) {
                                            (
                                                ::core::option::Option::Some(field0),
                                                ::core::option::Option::Some(field1),
                                            ) if unpacker.is_empty() => {
                                                ::core::option::Option::Some((
                                                    ::spargio::__private::Part::<u16>::put(field0),
                                                    ::spargio::__private::Part::<bool>::put(field1),
                                                ))
                                            }
                                            _ => ::core::option::Option::None,
                                        }
                                    })
                                } else {
                                    ::core::option::Option::None
                                },
                            ) else { return };
                        <__Actor as StoreBehavior<
                            K,
                            V,
                            N,
                        >>::many(
                                actor,
                                cx,
                                ::spargio::__private::Part::<u16>::take(field0),
                                ::spargio::__private::Part::<bool>::take(field1),
                            )
                            .await;
                    }
                    2u16 => {
                        let ::core::option::Option::Some((field0,)) = cx
                            .__tell(
                                if const {
                                    ::spargio::__private::width(
                                        &[
                                            ::spargio::__private::Probe::<Vec<StoreMsg<K, V, N>>>::BITS,
                                        ],
                                    ) <= 64
                                } {
                                    ::core::option::Option::Some(|bits| {
                                        let mut unpacker = ::spargio::__private::Unpacker::new(
                                            bits,
                                        );
                                        match (
                                            ::spargio::__private::Probe::<
                                                Vec<StoreMsg<K, V, N>>,
                                            >::take(&mut unpacker),
                                        ) {
                                            (
                                                ::core::option::Option::Some(field0),
                                            ) if unpacker.is_empty() => {
                                                ::core::option::Option::Some((
                                                    ::spargio::__private::Part::<
                                                        Vec<StoreMsg<K, V, N>>,
                                                    >::put(field0),
                                                ))
                                            }
                                            _ => ::core::option::Option::None,
                                        }
                                    })
                                } else {
                                    ::core::option::Option::None
                                },
                            ) else { return };
                        <__Actor as StoreBehavior<
                            K,
                            V,
                            N,
                        >>::more(
                                actor,
                                cx,
                                ::spargio::__private::Part::<
                                    Vec<StoreMsg<K, V, N>>,
                                >::take(field0),
                            )
                            .await;
                    }
                    _ => cx.__refuse(),
                }
            }
        }
        async fn __started(actor: &mut __Actor, cx: &::spargio::__private::Cx<__Actor>) {
            <__Actor as StoreBehavior<K, V, N>>::started(actor, cx).await;
        }
        async fn __stopped(actor: &mut __Actor, cx: &::spargio::__private::Cx<__Actor>) {
            <__Actor as StoreBehavior<K, V, N>>::stopped(actor, cx).await;
        }
    }
    #[automatically_derived]
    impl<K: Ord, V, const N: usize> ::spargio::__private::AskOrder for StoreMsg<K, V, N>
    where
        V: Clone,
        K: ::core::marker::Send + 'static,
        V: ::core::marker::Send + 'static,
    {
        const ASK_CYCLE_THESE_PROTOCOLS_WAIT_FOR_EACH_OTHER: u32 = 1;
    }
    #[automatically_derived]
    impl<K: Ord, V, const N: usize> ::spargio::__private::AsksWithoutCycle
    for StoreMsg<K, V, N>
    where
        V: Clone,
        K: ::core::marker::Send + 'static,
        V: ::core::marker::Send + 'static,
    {}
    fn asks_without_cycle<K: Ord, V, const N: usize>()
    where
        V: Clone,
        K: ::core::marker::Send + 'static,
        V: ::core::marker::Send + 'static,
    {
        ::spargio::__private::asks_without_cycle::<StoreMsg<K, V, N>>()
    }
    fn fields<K: Ord, V, const N: usize>()
    where
        V: Clone,
        K: ::core::marker::Send + 'static,
        V: ::core::marker::Send + 'static,
    {
        ::spargio::__private::payload::<K>();
        ::spargio::__private::payload::<[V; N]>();
        let _ = <u16 as ::spargio::__private::RingVal>::BITS;
        let _ = <bool as ::spargio::__private::RingVal>::BITS;
        ::spargio::__private::payload::<Vec<StoreMsg<K, V, N>>>();
    }
};
