//! Payloads: what may stand in a message or a reply.

use crate::ask::Asker;
use crate::door::slots::Address;
use crate::message::{Packed, RingMsg};
use crate::reply::Reply;
use std::marker::PhantomData;

/// What may stand in a message or a reply: owned data that may cross threads.
///
/// ```
/// use spargio::{Cx, Payload, RingMsg, ShardCtx, shard_actor};
///
/// #[derive(RingMsg)]
/// enum StackMsg<T: Payload> { Push(T), #[ring(reply = Option<T>)] Pop }
///
/// #[shard_actor(msg = StackMsg<T>)]
/// struct Stack<T: Payload> { items: Vec<T> }
///
/// impl<T: Payload> StackBehavior<T> for Stack<T> {
///     async fn push(&mut self, _: &Cx<Self>, item: T) { self.items.push(item); }
///     async fn pop(&mut self, _: &Cx<Self>) -> Option<T> { self.items.pop() }
/// }
///
/// #[spargio::main(shards = 1)]
/// async fn main(cx: ShardCtx) -> Result<(), Box<dyn std::error::Error>> {
///     let stack: StackHandle<Box<str>> = cx.start(Stack { items: Vec::new() })?;
///     stack.push("plate".into())?;
///     assert_eq!(stack.pop(&cx).await?.as_deref(), Some("plate"));
///     Ok(())
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be sent to another shard",
    label = "messages and replies cross threads: this must be `Send + 'static`",
    note = "use owned, `Send` data: `Arc` for `Rc`, a `Mutex` or an atomic for a `Cell`, `String` for a borrowed `&str`"
)]
pub trait Payload: Send + 'static {}

#[diagnostic::do_not_recommend]
impl<T: Send + 'static> Payload for T {}

/// Asks of a type whether it is a [`Payload`], as [`Probe`](crate::pack::Probe) does for `RingVal`: where it is one,
/// these functions hand the value through; where it is not, those of [`Unsendable`] put `()` in its place. So a field
/// that is not `Send` is refused once, where the macro asserts [`payload`], and not at each use; and a reply that is not,
/// in the signature of its ask.
#[doc(hidden)]
#[derive(Debug)]
pub struct Part<T>(PhantomData<T>);

impl<T: Payload> Part<T> {
    #[doc(hidden)]
    #[inline]
    pub fn put(value: T) -> T {
        value
    }

    #[doc(hidden)]
    #[inline]
    pub fn take(value: T) -> T {
        value
    }

    #[doc(hidden)]
    #[inline]
    pub fn later(reply: Reply<T>) -> Reply<T> {
        reply
    }

    /// Asks for a reply of this type.
    #[doc(hidden)]
    #[inline(always)]
    pub fn ask<M: RingMsg, A: Asker<M>, F: Payload>(
        asker: &A,
        to: Address,
        message: Packed<F>,
    ) -> A::Ask<T> {
        asker.__ask(to, message)
    }
}

/// The fallback of [`Part`]; it is compiled only beside an error.
#[doc(hidden)]
pub trait Unsendable {
    #[doc(hidden)]
    type Value;

    #[doc(hidden)]
    fn put(_: Self::Value) {}

    #[doc(hidden)]
    fn take((): ()) -> Self::Value {
        unreachable!("a type that is no payload does not compile")
    }

    #[doc(hidden)]
    fn later<R>(_: Reply<()>) -> R {
        unreachable!("a type that is no payload does not compile")
    }

    #[doc(hidden)]
    fn ask<M, A, R>(_: &A, _: Address, _: impl Sized) -> R {
        unreachable!("a type that is no payload does not compile")
    }
}

impl<T> Unsendable for Part<T> {
    type Value = T;
}

/// Refuses, at compile time, what cannot be sent to another shard.
#[doc(hidden)]
pub const fn payload<T: Payload>() {}
