/// The handle of an actor that takes [`CounterMsg`]: an address of 8 bytes, which does not keep the actor alive.
///
/// It has a method for each message. What all handles have, such as `stop` and `wait_stopped`, is in the trait
/// `spargio::Handle`.
#[allow(dead_code, deprecated)]
pub struct CounterHandle {
    __address: ::spargio::__private::Address,
}
/// What an actor does with each message of [`CounterMsg`].
///
/// While a method waits, the actor handles no other message.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not handle the messages of `CounterMsg`",
    label = "implement `CounterBehavior` for `{Self}`",
    note = "write `impl CounterBehavior for {Self}` with one `async fn` for each message"
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
pub trait CounterBehavior: ::core::marker::Sized {
    /// Runs before the first message.
    async fn started(&mut self, cx: &::spargio::__private::Cx<Self>) {
        let _ = cx;
    }
    /// Runs after the last message, unless the actor panicked.
    async fn stopped(&mut self, cx: &::spargio::__private::Cx<Self>) {
        let _ = cx;
    }
    /// Adds `n`.
    async fn add(&mut self, cx: &::spargio::__private::Cx<Self>, n: u32);
    /// The sum so far.
    async fn get(&mut self, cx: &::spargio::__private::Cx<Self>) -> u64;
    ///Handles [`AddAll`](CounterMsg::AddAll).
    async fn add_all(&mut self, cx: &::spargio::__private::Cx<Self>, value: Vec<u32>);
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
    impl ::core::clone::Clone for CounterHandle {
        #[inline]
        fn clone(&self) -> Self {
            *self
        }
    }
    #[automatically_derived]
    impl ::core::marker::Copy for CounterHandle {}
    #[automatically_derived]
    impl ::core::cmp::PartialEq for CounterHandle {
        #[inline]
        fn eq(&self, other: &Self) -> bool {
            self.__address == other.__address
        }
    }
    #[automatically_derived]
    impl ::core::cmp::Eq for CounterHandle {}
    #[automatically_derived]
    impl ::core::hash::Hash for CounterHandle {
        fn hash<__Hasher: ::core::hash::Hasher>(&self, state: &mut __Hasher) {
            ::core::hash::Hash::hash(&self.__address, state);
        }
    }
    #[automatically_derived]
    impl ::core::fmt::Debug for CounterHandle {
        fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            f.debug_tuple("CounterHandle").field(&self.__address).finish()
        }
    }
    #[automatically_derived]
    impl ::spargio::__private::RingVal for CounterHandle {
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
    impl ::spargio::__private::Handle for CounterHandle {
        type Msg = CounterMsg;
        #[inline]
        fn __from_address(address: ::spargio::__private::Address) -> Self {
            Self { __address: address }
        }
        #[inline]
        fn __address(self) -> ::spargio::__private::Address {
            self.__address
        }
    }
    impl CounterHandle {
        /// Adds `n`.
        ///
        /// A tell: never blocks, and an error hands the message back.
        /// Travels inline, in 32 bits of the 64-bit val.
        #[inline]
        pub fn add(
            &self,
            n: u32,
        ) -> ::core::result::Result<(), ::spargio::__private::SendError<CounterMsg>> {
            ::spargio::__private::tell(
                *self,
                (n,),
                |(field0,)| {
                    if const {
                        ::spargio::__private::width(
                            &[::spargio::__private::Probe::<u32>::BITS],
                        ) <= 64
                    } {
                        let mut packer = <::spargio::__private::Packer as ::core::default::Default>::default();
                        ::spargio::__private::Probe::<u32>::put(&mut packer, field0);
                        ::spargio::__private::Packed::Inline(0u16, packer.finish())
                    } else {
                        ::spargio::__private::Packed::Body(
                            0u16,
                            (::spargio::__private::Part::<u32>::put(field0),),
                        )
                    }
                },
                |(field0,)| CounterMsg::Add { n: field0 },
            )
        }
        /// The sum so far.
        ///
        /// An ask: sent when called; the future waits for the reply. Asks with a `Client`, a `ShardCtx` or, in a handler, its `cx`.
        /// Travels inline: it has no fields.
        #[inline]
        pub fn get<__Asker: ::spargio::__private::Asker<CounterMsg>>(
            &self,
            asker: &__Asker,
        ) -> <__Asker as ::spargio::__private::Asker<CounterMsg>>::Ask<u64> {
            let packed = ::spargio::__private::Packed::<()>::Inline(1u16, 0);
            ::spargio::__private::Part::<
                u64,
            >::ask::<
                CounterMsg,
                _,
                _,
            >(asker, ::spargio::__private::Handle::__address(*self), packed)
        }
        /// A tell: never blocks, and an error hands the message back.
        /// Travels as a body: `Vec<..>` does not pack into a val.
        #[inline]
        pub fn add_all(
            &self,
            value: Vec<u32>,
        ) -> ::core::result::Result<(), ::spargio::__private::SendError<CounterMsg>> {
            ::spargio::__private::tell(
                *self,
                (value,),
                |(field0,)| {
                    if const {
                        ::spargio::__private::width(
                            &[::spargio::__private::Probe::<Vec<u32>>::BITS],
                        ) <= 64
                    } {
                        let mut packer = <::spargio::__private::Packer as ::core::default::Default>::default();
                        ::spargio::__private::Probe::<
                            Vec<u32>,
                        >::put(&mut packer, field0);
                        ::spargio::__private::Packed::Inline(2u16, packer.finish())
                    } else {
                        ::spargio::__private::Packed::Body(
                            2u16,
                            (::spargio::__private::Part::<Vec<u32>>::put(field0),),
                        )
                    }
                },
                |(field0,)| CounterMsg::AddAll(field0),
            )
        }
    }
    #[automatically_derived]
    impl ::spargio::__private::RingMsg for CounterMsg {
        type Handle = CounterHandle;
        type Inline = ::spargio::__private::Is<{ false }>;
        fn __encode<
            __Reply: ::spargio::__private::ReplyPart,
            __Sink: ::spargio::__private::Sink,
        >(self, encoder: ::spargio::__private::Encoder<__Reply, __Sink>) -> __Sink::Out {
            match self {
                Self::Add { n: field0 } => {
                    encoder
                        .write(
                            if const {
                                ::spargio::__private::width(
                                    &[::spargio::__private::Probe::<u32>::BITS],
                                ) <= 64
                            } {
                                let mut packer = <::spargio::__private::Packer as ::core::default::Default>::default();
                                ::spargio::__private::Probe::<
                                    u32,
                                >::put(&mut packer, field0);
                                ::spargio::__private::Packed::Inline(0u16, packer.finish())
                            } else {
                                ::spargio::__private::Packed::Body(
                                    0u16,
                                    (::spargio::__private::Part::<u32>::put(field0),),
                                )
                            },
                        )
                }
                Self::Get { .. } => {
                    encoder.write(::spargio::__private::Packed::<()>::Inline(1u16, 0))
                }
                Self::AddAll(field0) => {
                    encoder
                        .write(
                            if const {
                                ::spargio::__private::width(
                                    &[::spargio::__private::Probe::<Vec<u32>>::BITS],
                                ) <= 64
                            } {
                                let mut packer = <::spargio::__private::Packer as ::core::default::Default>::default();
                                ::spargio::__private::Probe::<
                                    Vec<u32>,
                                >::put(&mut packer, field0);
                                ::spargio::__private::Packed::Inline(2u16, packer.finish())
                            } else {
                                ::spargio::__private::Packed::Body(
                                    2u16,
                                    (::spargio::__private::Part::<Vec<u32>>::put(field0),),
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
                            &[::spargio::__private::Probe::<u32>::BITS],
                        ) <= 64
                    } {
                        let mut unpacker = ::spargio::__private::Unpacker::new(val);
                        match (
                            ::spargio::__private::Probe::<u32>::take(&mut unpacker),
                        ) {
                            (
                                ::core::option::Option::Some(field0),
                            ) if unpacker.is_empty() => {
                                ::core::result::Result::Ok(Self::Add { n: field0 })
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
                    if val == 0 {
                        ::core::result::Result::Ok(Self::Get {})
                    } else {
                        ::core::result::Result::Err(::spargio::__private::DecodeError::BadValue {
                            tag,
                            val,
                        })
                    }
                }
                2u16 => {
                    if const {
                        ::spargio::__private::width(
                            &[::spargio::__private::Probe::<Vec<u32>>::BITS],
                        ) <= 64
                    } {
                        let mut unpacker = ::spargio::__private::Unpacker::new(val);
                        match (
                            ::spargio::__private::Probe::<Vec<u32>>::take(&mut unpacker),
                        ) {
                            (
                                ::core::option::Option::Some(field0),
                            ) if unpacker.is_empty() => {
                                ::core::result::Result::Ok(Self::AddAll(field0))
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
    impl<__Actor: CounterBehavior> ::spargio::__private::Dispatch<__Actor>
    for CounterMsg {
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
                                        &[::spargio::__private::Probe::<u32>::BITS],
                                    ) <= 64
                                } {
                                    ::core::option::Option::Some(|bits| {
                                        let mut unpacker = ::spargio::__private::Unpacker::new(
                                            bits,
                                        );
                                        match (
                                            ::spargio::__private::Probe::<u32>::take(&mut unpacker),
                                        ) {
                                            (
                                                ::core::option::Option::Some(field0),
                                            ) if unpacker.is_empty() => {
                                                ::core::option::Option::Some((
                                                    ::spargio::__private::Part::<u32>::put(field0),
                                                ))
                                            }
                                            _ => ::core::option::Option::None,
                                        }
                                    })
                                } else {
                                    ::core::option::Option::None
                                },
                            ) else { return };
                        <__Actor as CounterBehavior>::add(
                                actor,
                                cx,
                                ::spargio::__private::Part::<u32>::take(field0),
                            )
                            .await;
                    }
                    1u16 => {
                        let ::core::option::Option::Some((reply, ())) = cx
                            .__ask(
                                ::core::option::Option::Some(|bits| {
                                    if bits == 0 {
                                        ::core::option::Option::Some(())
                                    } else {
                                        ::core::option::Option::None
                                    }
                                }),
                            ) else { return };
                        let value = <__Actor as CounterBehavior>::get(actor, cx).await;
                        reply.send(::spargio::__private::Part::<u64>::put(value));
                    }
                    2u16 => {
                        let ::core::option::Option::Some((field0,)) = cx
                            .__tell(
                                if const {
                                    ::spargio::__private::width(
                                        &[::spargio::__private::Probe::<Vec<u32>>::BITS],
                                    ) <= 64
                                } {
                                    ::core::option::Option::Some(|bits| {
                                        let mut unpacker = ::spargio::__private::Unpacker::new(
                                            bits,
                                        );
                                        match (
                                            ::spargio::__private::Probe::<
                                                Vec<u32>,
                                            >::take(&mut unpacker),
                                        ) {
                                            (
                                                ::core::option::Option::Some(field0),
                                            ) if unpacker.is_empty() => {
                                                ::core::option::Option::Some((
                                                    ::spargio::__private::Part::<Vec<u32>>::put(field0),
                                                ))
                                            }
                                            _ => ::core::option::Option::None,
                                        }
                                    })
                                } else {
                                    ::core::option::Option::None
                                },
                            ) else { return };
                        <__Actor as CounterBehavior>::add_all(
                                actor,
                                cx,
                                ::spargio::__private::Part::<Vec<u32>>::take(field0),
                            )
                            .await;
                    }
                    _ => cx.__refuse(),
                }
            }
        }
        async fn __started(actor: &mut __Actor, cx: &::spargio::__private::Cx<__Actor>) {
            <__Actor as CounterBehavior>::started(actor, cx).await;
        }
        async fn __stopped(actor: &mut __Actor, cx: &::spargio::__private::Cx<__Actor>) {
            <__Actor as CounterBehavior>::stopped(actor, cx).await;
        }
    }
    #[automatically_derived]
    impl ::spargio::__private::AskOrder for CounterMsg {
        const ASK_CYCLE_THESE_PROTOCOLS_WAIT_FOR_EACH_OTHER: u32 = 1;
    }
    const _: u32 = <CounterMsg as ::spargio::__private::AskOrder>::ASK_CYCLE_THESE_PROTOCOLS_WAIT_FOR_EACH_OTHER;
    #[automatically_derived]
    impl ::spargio::__private::AsksWithoutCycle for CounterMsg {}
    fn fields() {
        ::spargio::__private::payload::<u32>();
        ::spargio::__private::payload::<Vec<u32>>();
    }
};
