::core::compile_error! {
    "unknown option `replay`: did you mean `reply`?"
}
::core::compile_error! {
    "a message owns its data: use owned types, `String` for `&str`"
}
::core::compile_error! {
    "only an ask has a reply to send later: add `reply = T`, or drop `later`"
}
::core::compile_error! {
    "the method `stop` would hide `Handle::stop`: rename it with `#[ring(method = name)]`"
}
/// The handle of an actor that takes [`LogMsg`]: an address of 8 bytes, which does not keep the actor alive.
///
/// It has a method for each message. What all handles have, such as `stop` and `wait_stopped`, is in the trait
/// `spargio::Handle`.
#[allow(dead_code, deprecated)]
struct LogHandle {
    __address: ::spargio::__private::Address,
}
/// What an actor does with each message of [`LogMsg`].
///
/// While a method waits, the actor handles no other message.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not handle the messages of `LogMsg`",
    label = "implement `LogBehavior` for `{Self}`",
    note = "write `impl LogBehavior for {Self}` with one `async fn` for each message"
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
trait LogBehavior: ::core::marker::Sized {
    /// Runs before the first message.
    async fn started(&mut self, cx: &::spargio::__private::Cx<Self>) {
        let _ = cx;
    }
    /// Runs after the last message, unless the actor panicked.
    async fn stopped(&mut self, cx: &::spargio::__private::Cx<Self>) {
        let _ = cx;
    }
    ///Handles [`Line`](LogMsg::Line).
    async fn line(&mut self, cx: &::spargio::__private::Cx<Self>, value: &'static str);
    ///Handles [`Flush`](LogMsg::Flush).
    async fn flush(&mut self, cx: &::spargio::__private::Cx<Self>);
    ///Handles [`Stop`](LogMsg::Stop).
    async fn stop(&mut self, cx: &::spargio::__private::Cx<Self>);
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
    impl ::core::clone::Clone for LogHandle {
        #[inline]
        fn clone(&self) -> Self {
            *self
        }
    }
    #[automatically_derived]
    impl ::core::marker::Copy for LogHandle {}
    #[automatically_derived]
    impl ::core::cmp::PartialEq for LogHandle {
        #[inline]
        fn eq(&self, other: &Self) -> bool {
            self.__address == other.__address
        }
    }
    #[automatically_derived]
    impl ::core::cmp::Eq for LogHandle {}
    #[automatically_derived]
    impl ::core::hash::Hash for LogHandle {
        fn hash<__Hasher: ::core::hash::Hasher>(&self, state: &mut __Hasher) {
            ::core::hash::Hash::hash(&self.__address, state);
        }
    }
    #[automatically_derived]
    impl ::core::fmt::Debug for LogHandle {
        fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            f.debug_tuple("LogHandle").field(&self.__address).finish()
        }
    }
    #[automatically_derived]
    impl ::spargio::__private::RingVal for LogHandle {
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
    impl ::spargio::__private::Handle for LogHandle {
        type Msg = LogMsg<'static>;
        #[inline]
        fn __from_address(address: ::spargio::__private::Address) -> Self {
            Self { __address: address }
        }
        #[inline]
        fn __address(self) -> ::spargio::__private::Address {
            self.__address
        }
    }
    impl LogHandle {
        /// A tell: never blocks, and an error hands the message back.
        /// Travels as a body: `&'static ..` does not pack into a val.
        #[inline]
        fn line(
            &self,
            value: &'static str,
        ) -> ::core::result::Result<
            (),
            ::spargio::__private::SendError<LogMsg<'static>>,
        > {
            ::spargio::__private::tell(
                *self,
                (value,),
                |(field0,)| {
                    if const {
                        ::spargio::__private::width(
                            &[::spargio::__private::Probe::<&'static str>::BITS],
                        ) <= 64
                    } {
                        let mut packer = <::spargio::__private::Packer as ::core::default::Default>::default();
                        ::spargio::__private::Probe::<
                            &'static str,
                        >::put(&mut packer, field0);
                        ::spargio::__private::Packed::Inline(0u16, packer.finish())
                    } else {
                        ::spargio::__private::Packed::Body(
                            0u16,
                            (::spargio::__private::Part::<&'static str>::put(field0),),
                        )
                    }
                },
                |(field0,)| LogMsg::Line(field0),
            )
        }
        /// A tell: never blocks, and an error hands the message back.
        /// Travels inline: it has no fields.
        #[inline]
        fn flush(
            &self,
        ) -> ::core::result::Result<
            (),
            ::spargio::__private::SendError<LogMsg<'static>>,
        > {
            ::spargio::__private::tell(
                *self,
                (),
                |()| ::spargio::__private::Packed::<()>::Inline(1u16, 0),
                |()| LogMsg::Flush {},
            )
        }
        /// A tell: never blocks, and an error hands the message back.
        /// Travels inline: it has no fields.
        #[inline]
        fn stop(
            &self,
        ) -> ::core::result::Result<
            (),
            ::spargio::__private::SendError<LogMsg<'static>>,
        > {
            ::spargio::__private::tell(
                *self,
                (),
                |()| ::spargio::__private::Packed::<()>::Inline(2u16, 0),
                |()| LogMsg::Stop {},
            )
        }
    }
    #[automatically_derived]
    impl ::spargio::__private::RingMsg for LogMsg<'static> {
        type Handle = LogHandle;
        type Inline = ::spargio::__private::Is<
            {
                ::spargio::__private::width(
                    &[::spargio::__private::Probe::<&'static str>::BITS],
                ) <= 64
            },
        >;
        fn __encode<
            __Reply: ::spargio::__private::ReplyPart,
            __Sink: ::spargio::__private::Sink,
        >(self, encoder: ::spargio::__private::Encoder<__Reply, __Sink>) -> __Sink::Out {
            match self {
                Self::Line(field0) => {
                    encoder
                        .write(
                            if const {
                                ::spargio::__private::width(
                                    &[::spargio::__private::Probe::<&'static str>::BITS],
                                ) <= 64
                            } {
                                let mut packer = <::spargio::__private::Packer as ::core::default::Default>::default();
                                ::spargio::__private::Probe::<
                                    &'static str,
                                >::put(&mut packer, field0);
                                ::spargio::__private::Packed::Inline(0u16, packer.finish())
                            } else {
                                ::spargio::__private::Packed::Body(
                                    0u16,
                                    (::spargio::__private::Part::<&'static str>::put(field0),),
                                )
                            },
                        )
                }
                Self::Flush { .. } => {
                    encoder.write(::spargio::__private::Packed::<()>::Inline(1u16, 0))
                }
                Self::Stop { .. } => {
                    encoder.write(::spargio::__private::Packed::<()>::Inline(2u16, 0))
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
                            &[::spargio::__private::Probe::<&'static str>::BITS],
                        ) <= 64
                    } {
                        let mut unpacker = ::spargio::__private::Unpacker::new(val);
                        match (
                            ::spargio::__private::Probe::<
                                &'static str,
                            >::take(&mut unpacker),
                        ) {
                            (
                                ::core::option::Option::Some(field0),
                            ) if unpacker.is_empty() => {
                                ::core::result::Result::Ok(Self::Line(field0))
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
                        ::core::result::Result::Ok(Self::Flush {})
                    } else {
                        ::core::result::Result::Err(::spargio::__private::DecodeError::BadValue {
                            tag,
                            val,
                        })
                    }
                }
                2u16 => {
                    if val == 0 {
                        ::core::result::Result::Ok(Self::Stop {})
                    } else {
                        ::core::result::Result::Err(::spargio::__private::DecodeError::BadValue {
                            tag,
                            val,
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
    impl<__Actor: LogBehavior> ::spargio::__private::Dispatch<__Actor>
    for LogMsg<'static> {
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
                                        &[::spargio::__private::Probe::<&'static str>::BITS],
                                    ) <= 64
                                } {
                                    ::core::option::Option::Some(|bits| {
                                        let mut unpacker = ::spargio::__private::Unpacker::new(
                                            bits,
                                        );
                                        match (
                                            ::spargio::__private::Probe::<
                                                &'static str,
                                            >::take(&mut unpacker),
                                        ) {
                                            (
                                                ::core::option::Option::Some(field0),
                                            ) if unpacker.is_empty() => {
                                                ::core::option::Option::Some((
                                                    ::spargio::__private::Part::<&'static str>::put(field0),
                                                ))
                                            }
                                            _ => ::core::option::Option::None,
                                        }
                                    })
                                } else {
                                    ::core::option::Option::None
                                },
                            ) else { return };
                        <__Actor as LogBehavior>::line(
                                actor,
                                cx,
                                ::spargio::__private::Part::<&'static str>::take(field0),
                            )
                            .await;
                    }
                    1u16 => {
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
                        <__Actor as LogBehavior>::flush(actor, cx).await;
                    }
                    2u16 => {
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
                        <__Actor as LogBehavior>::stop(actor, cx).await;
                    }
                    _ => cx.__refuse(),
                }
            }
        }
        async fn __started(actor: &mut __Actor, cx: &::spargio::__private::Cx<__Actor>) {
            <__Actor as LogBehavior>::started(actor, cx).await;
        }
        async fn __stopped(actor: &mut __Actor, cx: &::spargio::__private::Cx<__Actor>) {
            <__Actor as LogBehavior>::stopped(actor, cx).await;
        }
    }
    #[automatically_derived]
    impl ::spargio::__private::AskOrder for LogMsg<'static> {
        const ASK_CYCLE_THESE_PROTOCOLS_WAIT_FOR_EACH_OTHER: u32 = 1;
    }
    const _: u32 = <LogMsg<
        'static,
    > as ::spargio::__private::AskOrder>::ASK_CYCLE_THESE_PROTOCOLS_WAIT_FOR_EACH_OTHER;
    #[automatically_derived]
    impl ::spargio::__private::AsksWithoutCycle for LogMsg<'static> {}
    fn fields() {
        ::spargio::__private::payload::<&'static str>();
    }
};
