/// The handle of an actor that takes [`TableMsg`]: an address of 8 bytes, which does not keep the actor alive.
///
/// It has a method for each message. What all handles have, such as `stop` and `wait_stopped`, is in the trait
/// `spargio::Handle`.
#[allow(dead_code, deprecated)]
struct TableHandle<K> {
    __address: ::spargio::__private::Address,
    __protocol: ::core::marker::PhantomData<fn() -> TableMsg<K>>,
}
/// What an actor does with each message of [`TableMsg`].
///
/// While a method waits, the actor handles no other message.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not handle the messages of `TableMsg`",
    label = "implement `TableBehavior` for `{Self}`",
    note = "write `impl TableBehavior for {Self}` with one `async fn` for each message"
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
trait TableBehavior<K>: ::core::marker::Sized
where
    K: ::core::marker::Send + 'static,
{
    /// Runs before the first message.
    async fn started(&mut self, cx: &::spargio::__private::Cx<Self>) {
        let _ = cx;
    }
    /// Runs after the last message, unless the actor panicked.
    async fn stopped(&mut self, cx: &::spargio::__private::Cx<Self>) {
        let _ = cx;
    }
    ///Handles [`Put`](TableMsg::Put).
    async fn put(&mut self, cx: &::spargio::__private::Cx<Self>, value: K);
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
    impl<K> ::core::clone::Clone for TableHandle<K> {
        #[inline]
        fn clone(&self) -> Self {
            *self
        }
    }
    #[automatically_derived]
    impl<K> ::core::marker::Copy for TableHandle<K> {}
    #[automatically_derived]
    impl<K> ::core::cmp::PartialEq for TableHandle<K> {
        #[inline]
        fn eq(&self, other: &Self) -> bool {
            self.__address == other.__address
        }
    }
    #[automatically_derived]
    impl<K> ::core::cmp::Eq for TableHandle<K> {}
    #[automatically_derived]
    impl<K> ::core::hash::Hash for TableHandle<K> {
        fn hash<__Hasher: ::core::hash::Hasher>(&self, state: &mut __Hasher) {
            ::core::hash::Hash::hash(&self.__address, state);
        }
    }
    #[automatically_derived]
    impl<K> ::core::fmt::Debug for TableHandle<K> {
        fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            f.debug_tuple("TableHandle").field(&self.__address).finish()
        }
    }
    #[automatically_derived]
    impl<K> ::spargio::__private::RingVal for TableHandle<K>
    where
        K: ::core::marker::Send + 'static,
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
    impl<K> ::spargio::__private::Handle for TableHandle<K>
    where
        K: ::core::marker::Send + 'static,
    {
        type Msg = TableMsg<K>;
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
    impl<K> TableHandle<K>
    where
        K: ::core::marker::Send + 'static,
    {
        /// A tell: never blocks, and an error hands the message back.
        /// Travels inline if its fields pack into the 64-bit val, else as a body.
        #[inline]
        fn put(
            &self,
            value: K,
        ) -> ::core::result::Result<(), ::spargio::__private::SendError<TableMsg<K>>> {
            ::spargio::__private::tell(
                *self,
                (value,),
                |(field0,)| {
                    if const {
                        ::spargio::__private::width(
                            &[::spargio::__private::Probe::<K>::BITS],
                        ) <= 64
                    } {
                        let mut packer = <::spargio::__private::Packer as ::core::default::Default>::default();
                        ::spargio::__private::Probe::<K>::put(&mut packer, field0);
                        ::spargio::__private::Packed::Inline(0u16, packer.finish())
                    } else {
                        ::spargio::__private::Packed::Body(
                            0u16,
                            (::spargio::__private::Part::<K>::put(field0),),
                        )
                    }
                },
                |(field0,)| TableMsg::Put(field0),
            )
        }
    }
    #[automatically_derived]
    impl<K> ::spargio::__private::RingMsg for TableMsg<K>
    where
        K: ::core::marker::Send + 'static,
    {
        type Handle = TableHandle<K>;
        type Inline = ::spargio::__private::Is<{ false }>;
        fn __encode<
            __Reply: ::spargio::__private::ReplyPart,
            __Sink: ::spargio::__private::Sink,
        >(self, encoder: ::spargio::__private::Encoder<__Reply, __Sink>) -> __Sink::Out {
            match self {
                Self::Put(field0) => {
                    encoder
                        .write(
                            if const {
                                ::spargio::__private::width(
                                    &[::spargio::__private::Probe::<K>::BITS],
                                ) <= 64
                            } {
                                let mut packer = <::spargio::__private::Packer as ::core::default::Default>::default();
                                ::spargio::__private::Probe::<K>::put(&mut packer, field0);
                                ::spargio::__private::Packed::Inline(0u16, packer.finish())
                            } else {
                                ::spargio::__private::Packed::Body(
                                    0u16,
                                    (::spargio::__private::Part::<K>::put(field0),),
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
                            &[::spargio::__private::Probe::<K>::BITS],
                        ) <= 64
                    } {
                        let mut unpacker = ::spargio::__private::Unpacker::new(val);
                        match (::spargio::__private::Probe::<K>::take(&mut unpacker),) {
                            (
                                ::core::option::Option::Some(field0),
                            ) if unpacker.is_empty() => {
                                ::core::result::Result::Ok(Self::Put(field0))
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
    impl<K, __Actor: TableBehavior<K>> ::spargio::__private::Dispatch<__Actor>
    for TableMsg<K>
    where
        K: ::core::marker::Send + 'static,
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
                        let ::core::option::Option::Some((field0,)) = cx
                            .__tell(
                                if const {
                                    ::spargio::__private::width(
                                        &[::spargio::__private::Probe::<K>::BITS],
                                    ) <= 64
                                } {
                                    ::core::option::Option::Some(|bits| {
                                        let mut unpacker = ::spargio::__private::Unpacker::new(
                                            bits,
                                        );
                                        match (
                                            ::spargio::__private::Probe::<K>::take(&mut unpacker),
                                        ) {
                                            (
                                                ::core::option::Option::Some(field0),
                                            ) if unpacker.is_empty() => {
                                                ::core::option::Option::Some((
                                                    ::spargio::__private::Part::<K>::put(field0),
                                                ))
                                            }
                                            _ => ::core::option::Option::None,
                                        }
                                    })
                                } else {
                                    ::core::option::Option::None
                                },
                            ) else { return };
                        <__Actor as TableBehavior<
                            K,
                        >>::put(actor, cx, ::spargio::__private::Part::<K>::take(field0))
                            .await;
                    }
                    _ => cx.__refuse(),
                }
            }
        }
        async fn __started(actor: &mut __Actor, cx: &::spargio::__private::Cx<__Actor>) {
            <__Actor as TableBehavior<K>>::started(actor, cx).await;
        }
        async fn __stopped(actor: &mut __Actor, cx: &::spargio::__private::Cx<__Actor>) {
            <__Actor as TableBehavior<K>>::stopped(actor, cx).await;
        }
    }
    #[automatically_derived]
    impl<K> ::spargio::__private::MayAsk<IndexMsg<K>> for TableMsg<K>
    where
        K: ::core::marker::Send + 'static,
    {}
    #[automatically_derived]
    impl<K> ::spargio::__private::AskOrder for TableMsg<K>
    where
        K: ::core::marker::Send + 'static,
    {
        const ASK_CYCLE_THESE_PROTOCOLS_WAIT_FOR_EACH_OTHER: u32 = 1
            + <IndexMsg<
                K,
            > as ::spargio::__private::AskOrder>::ASK_CYCLE_THESE_PROTOCOLS_WAIT_FOR_EACH_OTHER;
    }
    #[automatically_derived]
    impl<K> ::spargio::__private::AsksWithoutCycle for TableMsg<K>
    where
        K: ::core::marker::Send + 'static,
        IndexMsg<K>: ::spargio::__private::AsksWithoutCycle,
    {}
    fn asks_without_cycle<K>()
    where
        K: ::core::marker::Send + 'static,
    {
        ::spargio::__private::asks_without_cycle::<TableMsg<K>>()
    }
    fn fields<K>()
    where
        K: ::core::marker::Send + 'static,
    {
        ::spargio::__private::payload::<K>();
    }
};
