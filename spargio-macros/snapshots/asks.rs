/// The handle of an actor that takes [`OrderMsg`]: an address of 8 bytes, which does not keep the actor alive.
///
/// It has a method for each message. What all handles have, such as `stop` and `wait_stopped`, is in the trait
/// `spargio::Handle`.
#[allow(dead_code, deprecated)]
struct Desk {
    __address: deps::actors::__private::Address,
}
/// What an actor does with each message of [`OrderMsg`].
///
/// While a method waits, the actor handles no other message.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not handle the messages of `OrderMsg`",
    label = "implement `Serves` for `{Self}`",
    note = "write `impl Serves for {Self}` with one `async fn` for each message"
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
trait Serves: ::core::marker::Sized {
    /// Runs before the first message.
    async fn started(&mut self, cx: &deps::actors::__private::Cx<Self>) {
        let _ = cx;
    }
    /// Runs after the last message, unless the actor panicked.
    async fn stopped(&mut self, cx: &deps::actors::__private::Cx<Self>) {
        let _ = cx;
    }
    ///Handles [`HTTPGet`](OrderMsg::HTTPGet).
    async fn get(&mut self, cx: &deps::actors::__private::Cx<Self>);
    ///Handles [`Buy`](OrderMsg::Buy).
    async fn buy(
        &mut self,
        cx: &deps::actors::__private::Cx<Self>,
        r#type: u8,
        price: u32,
        reply: deps::actors::__private::Reply<u64>,
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
    use deps::actors::__private::{Bulky as _, Unsendable as _};
    #[automatically_derived]
    impl ::core::clone::Clone for Desk {
        #[inline]
        fn clone(&self) -> Self {
            *self
        }
    }
    #[automatically_derived]
    impl ::core::marker::Copy for Desk {}
    #[automatically_derived]
    impl ::core::cmp::PartialEq for Desk {
        #[inline]
        fn eq(&self, other: &Self) -> bool {
            self.__address == other.__address
        }
    }
    #[automatically_derived]
    impl ::core::cmp::Eq for Desk {}
    #[automatically_derived]
    impl ::core::hash::Hash for Desk {
        fn hash<__Hasher: ::core::hash::Hasher>(&self, state: &mut __Hasher) {
            ::core::hash::Hash::hash(&self.__address, state);
        }
    }
    #[automatically_derived]
    impl ::core::fmt::Debug for Desk {
        fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            f.debug_tuple("Desk").field(&self.__address).finish()
        }
    }
    #[automatically_derived]
    impl deps::actors::__private::RingVal for Desk {
        const BITS: u32 = <deps::actors::__private::Address as deps::actors::__private::RingVal>::BITS;
        const __DERIVED: () = ();
        #[inline]
        fn to_bits(self) -> u64 {
            deps::actors::__private::RingVal::to_bits(self.__address)
        }
        #[inline]
        fn from_bits(bits: u64) -> ::core::option::Option<Self> {
            ::core::option::Option::map(
                <deps::actors::__private::Address as deps::actors::__private::RingVal>::from_bits(
                    bits,
                ),
                <Self as deps::actors::__private::Handle>::__from_address,
            )
        }
    }
    #[automatically_derived]
    impl deps::actors::__private::Handle for Desk {
        type Msg = OrderMsg;
        #[inline]
        fn __from_address(address: deps::actors::__private::Address) -> Self {
            Self { __address: address }
        }
        #[inline]
        fn __address(self) -> deps::actors::__private::Address {
            self.__address
        }
    }
    impl Desk {
        /// A tell: never blocks, and an error hands the message back.
        /// Travels inline: it has no fields.
        #[deprecated(note = "use `Buy`")]
        #[inline]
        fn get(
            &self,
        ) -> ::core::result::Result<(), deps::actors::__private::SendError<OrderMsg>> {
            deps::actors::__private::tell(
                *self,
                (),
                |()| deps::actors::__private::Packed::<()>::Inline(7u16, 0),
                |()| OrderMsg::HTTPGet {},
            )
        }
        /// An ask: sent when called; the future waits for the reply. Asks with a `Client`, a `ShardCtx` or, in a handler, its `cx`.
        /// Travels inline, in the 64-bit val, checked at compile time.
        #[inline]
        fn buy<__Asker: deps::actors::__private::Asker<OrderMsg>>(
            &self,
            asker: &__Asker,
            r#type: u8,
            price: u32,
        ) -> <__Asker as deps::actors::__private::Asker<OrderMsg>>::Ask<u64> {
            let field0 = r#type;
            let field1 = price;
            let packed = {
                let mut packer = <deps::actors::__private::Packer as ::core::default::Default>::default();
                deps::actors::__private::Probe::<u8>::put(&mut packer, field0);
                deps::actors::__private::Probe::<u32>::put(&mut packer, field1);
                deps::actors::__private::Packed::<()>::Inline(1u16, packer.finish())
            };
            deps::actors::__private::Part::<
                u64,
            >::ask::<
                OrderMsg,
                _,
                _,
            >(asker, deps::actors::__private::Handle::__address(*self), packed)
        }
    }
    #[automatically_derived]
    impl deps::actors::__private::RingMsg for OrderMsg {
        type Handle = Desk;
        type Inline = deps::actors::__private::Is<{ false }>;
        fn __encode<
            __Reply: deps::actors::__private::ReplyPart,
            __Sink: deps::actors::__private::Sink,
        >(
            self,
            encoder: deps::actors::__private::Encoder<__Reply, __Sink>,
        ) -> __Sink::Out {
            match self {
                Self::HTTPGet { .. } => {
                    encoder.write(deps::actors::__private::Packed::<()>::Inline(7u16, 0))
                }
                Self::Buy { r#type: field0, price: field1 } => {
                    encoder
                        .write({
                            let mut packer = <deps::actors::__private::Packer as ::core::default::Default>::default();
                            deps::actors::__private::Probe::<
                                u8,
                            >::put(&mut packer, field0);
                            deps::actors::__private::Probe::<
                                u32,
                            >::put(&mut packer, field1);
                            deps::actors::__private::Packed::<
                                (),
                            >::Inline(1u16, packer.finish())
                        })
                }
            }
        }
        fn decode(
            tag: u16,
            val: u64,
        ) -> ::core::result::Result<Self, deps::actors::__private::DecodeError> {
            match tag {
                7u16 => {
                    if val == 0 {
                        ::core::result::Result::Ok(Self::HTTPGet {})
                    } else {
                        ::core::result::Result::Err(deps::actors::__private::DecodeError::BadValue {
                            tag,
                            val,
                        })
                    }
                }
                1u16 => {
                    if const {
                        deps::actors::__private::width(
                            &[
                                deps::actors::__private::Probe::<u8>::BITS,
                                deps::actors::__private::Probe::<u32>::BITS,
                            ],
                        ) <= 64
                    } {
                        let mut unpacker = deps::actors::__private::Unpacker::new(val);
                        match (
                            deps::actors::__private::Probe::<u8>::take(&mut unpacker),
                            deps::actors::__private::Probe::<u32>::take(&mut unpacker),
                        ) {
                            (
                                ::core::option::Option::Some(field0),
                                ::core::option::Option::Some(field1),
                            ) if unpacker.is_empty() => {
                                ::core::result::Result::Ok(Self::Buy {
                                    r#type: field0,
                                    price: field1,
                                })
                            }
                            _ => {
                                ::core::result::Result::Err(deps::actors::__private::DecodeError::BadValue {
                                    tag,
                                    val,
                                })
                            }
                        }
                    } else {
                        ::core::result::Result::Err(deps::actors::__private::DecodeError::HasBody {
                            tag,
                        })
                    }
                }
                _ => {
                    ::core::result::Result::Err(deps::actors::__private::DecodeError::UnknownTag {
                        tag,
                    })
                }
            }
        }
    }
    #[automatically_derived]
    impl<__Actor: Serves> deps::actors::__private::Dispatch<__Actor> for OrderMsg {
        #[inline]
        fn __dispatch(
            actor: &mut __Actor,
            cx: &deps::actors::__private::Cx<__Actor>,
            tag: u16,
        ) -> impl ::core::future::Future<Output = ()> {
            async move {
                match tag {
                    7u16 => {
                        let ::core::option::Option::Some(()) = cx
                            .__tell(
                                ::core::option::Option::Some(|bits| {
                                    if bits == 0 {
                                        ::core::option::Option::Some(())
                                    } else {
                                        ::core::option::Option::None
                                    }
                                }),
                            ) else { return };
                        <__Actor as Serves>::get(actor, cx).await;
                    }
                    1u16 => {
                        let ::core::option::Option::Some((reply, (field0, field1))) = cx
                            .__ask(
                                if const {
                                    deps::actors::__private::width(
                                        &[
                                            deps::actors::__private::Probe::<u8>::BITS,
                                            deps::actors::__private::Probe::<u32>::BITS,
                                        ],
                                    ) <= 64
                                } {
                                    ::core::option::Option::Some(|bits| {
                                        let mut unpacker = deps::actors::__private::Unpacker::new(
                                            bits,
                                        );
                                        match (
                                            deps::actors::__private::Probe::<u8>::take(&mut unpacker),
                                            deps::actors::__private::Probe::<u32>::take(&mut unpacker),
                                        ) {
                                            (
                                                ::core::option::Option::Some(field0),
                                                ::core::option::Option::Some(field1),
                                            ) if unpacker.is_empty() => {
                                                ::core::option::Option::Some((
                                                    deps::actors::__private::Part::<u8>::put(field0),
                                                    deps::actors::__private::Part::<u32>::put(field1),
                                                ))
                                            }
                                            _ => ::core::option::Option::None,
                                        }
                                    })
                                } else {
                                    ::core::option::Option::None
                                },
                            ) else { return };
                        <__Actor as Serves>::buy(
                                actor,
                                cx,
                                deps::actors::__private::Part::<u8>::take(field0),
                                deps::actors::__private::Part::<u32>::take(field1),
                                deps::actors::__private::Part::<u64>::later(reply),
                            )
                            .await;
                    }
                    _ => cx.__refuse(),
                }
            }
        }
        async fn __started(
            actor: &mut __Actor,
            cx: &deps::actors::__private::Cx<__Actor>,
        ) {
            <__Actor as Serves>::started(actor, cx).await;
        }
        async fn __stopped(
            actor: &mut __Actor,
            cx: &deps::actors::__private::Cx<__Actor>,
        ) {
            <__Actor as Serves>::stopped(actor, cx).await;
        }
    }
    #[automatically_derived]
    impl deps::actors::__private::MayAsk<AuditMsg> for OrderMsg {}
    #[automatically_derived]
    impl deps::actors::__private::MayAsk<StoreMsg<u8>> for OrderMsg {}
    #[automatically_derived]
    impl deps::actors::__private::AskOrder for OrderMsg {
        const ASK_CYCLE_THESE_PROTOCOLS_WAIT_FOR_EACH_OTHER: u32 = 1
            + deps::actors::__private::max(
                <AuditMsg as deps::actors::__private::AskOrder>::ASK_CYCLE_THESE_PROTOCOLS_WAIT_FOR_EACH_OTHER,
                <StoreMsg<
                    u8,
                > as deps::actors::__private::AskOrder>::ASK_CYCLE_THESE_PROTOCOLS_WAIT_FOR_EACH_OTHER,
            );
    }
    const _: u32 = <OrderMsg as deps::actors::__private::AskOrder>::ASK_CYCLE_THESE_PROTOCOLS_WAIT_FOR_EACH_OTHER;
    #[automatically_derived]
    impl deps::actors::__private::AsksWithoutCycle for OrderMsg {}
    fn fields() {
        let _ = <u8 as deps::actors::__private::RingVal>::BITS;
        let _ = <u32 as deps::actors::__private::RingVal>::BITS;
    }
    const _: () = deps::actors::__private::must_fit(
        &[
            deps::actors::__private::Probe::<u8>::BITS,
            deps::actors::__private::Probe::<u32>::BITS,
        ],
    );
};
