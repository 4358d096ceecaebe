//! The macros of Spargio: [`RingMsg`], [`RingVal`], [`shard_actor`] and [`main`]. The `spargio` crate exports them; its
//! users need no dependency on this one.
//!
//! Each macro works in stages: parse into a model in the user's words, check and report every mistake at once, expand,
//! which cannot fail. After a mistake the item and as much of the generated code as possible are still there, so that
//! one mistake gives one error. Generated code names nothing but the library's private module and `core`.
#![forbid(unsafe_code)]

mod entry;
mod errors;
mod names;
mod options;
mod paths;
mod ring_msg;
mod ring_val;
mod shard_actor;
#[cfg(test)]
mod snapshots;

use proc_macro::TokenStream;

/// Makes an enum a protocol: each variant is a message, each message a method of the handle and of the actor.
///
/// ```
/// use spargio::{Client, Cx, Reply, RingMsg, shard_actor};
///
/// /// What a counter understands.
/// #[derive(RingMsg)]
/// pub enum CounterMsg {
///     /// Adds `n`.
///     Add { n: u32 },
///     /// The sum so far.
///     #[ring(reply = u64)]
///     Get,
///     /// The sum, once it is at least this.
///     #[ring(reply = u64, later)]
///     Reach(u64),
/// }
///
/// #[shard_actor(msg = CounterMsg)]
/// #[derive(Default)]
/// pub struct Counter {
///     total: u64,
///     waiting: Vec<(u64, Reply<u64>)>,
/// }
///
/// impl CounterBehavior for Counter {
///     async fn add(&mut self, _: &Cx<Self>, n: u32) {
///         self.total += u64::from(n);
///         let total = self.total;
///         for (_, reply) in self.waiting.extract_if(.., |(goal, _)| *goal <= total) {
///             reply.send(total);
///         }
///     }
///     async fn get(&mut self, _: &Cx<Self>) -> u64 {
///         self.total
///     }
///     async fn reach(&mut self, _: &Cx<Self>, value: u64, reply: Reply<u64>) {
///         self.waiting.push((value, reply));
///     }
/// }
///
/// async fn count(counter: CounterHandle, client: Client) -> Result<u64, Box<dyn std::error::Error>> {
///     let reached = counter.reach(&client, 5); // sent now, answered when it is so
///     counter.add(5)?; // a tell returns at once
///     assert_eq!(reached.await?, 5);
///     Ok(counter.get(&client).await?) // an ask waits for its typed reply
/// }
/// # let rt = spargio::Runtime::builder().shards(1).build()?;
/// # let counter = rt.block_on(rt.remote(0).ok_or("no shard 0")?.start(Counter::default))?;
/// # assert_eq!(rt.block_on(count(counter, rt.client()))?, 5);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # What is generated
///
/// For `FooMsg`, with its visibility and its parameters:
///
/// - `FooHandle`: 8 bytes, `Copy + Send + Sync` whatever the messages are, a [`Handle`](../spargio/trait.Handle.html).
///   A tell `Add { n: u32 }` gives `add(&self, n: u32) -> Result<(), SendError<FooMsg>>`; an ask takes its asker first
///   and gives a future of its reply. Docs and `#[deprecated]` are copied; a line says how the message travels.
/// - `FooBehavior`: the trait that its actors implement, one `async fn` for each message, in the enum's order, and the
///   hooks `started` and `stopped`.
///
/// The names are those of the enum without `Msg`; an enum that is called otherwise, or `Msg` and no more, keeps its whole
/// name. Variants become `snake_case` methods. The field of a tuple variant is called `value`, several are `arg0`,
/// `arg1` and so on. A variant that `cfg` cuts away has no method.
///
/// # Options
///
/// | on the enum, `#[ring(..)]` | |
/// |---|---|
/// | `asks(OtherMsg, ..)` | the protocols whose replies its actors may wait for, see below |
/// | `handle = Name`, `behavior = Name` | other names for what is generated |
/// | `crate = path` | where to find `spargio`, if not at `::spargio` |
///
/// | on a variant, `#[ring(..)]` | |
/// |---|---|
/// | `reply = T` | an ask: the actor's method returns `T` |
/// | `later` | with `reply`: the method takes a `Reply<T>` as its last parameter, to be sent whenever the value is there |
/// | `inline` | an error if the fields do not pack into 64 bits |
/// | `method = name` | another name for the method |
/// | `tag = 0..=65535` | the number that tells the messages apart; by default the variant's position |
///
/// # How a message travels
///
/// Fields that pack into 64 bits (integers, `bool`, `char`, floats, `NonZero*`, handles and what derives [`RingVal`])
/// travel inline; anything else is moved as a body. It is decided at compile time, for the types and not for their
/// names. A type parameter packs only if its bounds say `RingVal`.
///
/// # Ask cycles do not compile
///
/// An actor that awaits a reply handles nothing meanwhile, so two actors that ask each other wait for ever. Inside an
/// actor an ask takes the method's `cx`, and it compiles only if the actor's protocol declares `asks(Callee)`. A circle
/// of declared edges is an error, which names the constant `ASK_CYCLE_THESE_PROTOCOLS_WAIT_FOR_EACH_OTHER`
/// (`AsksWithoutCycle` for generic protocols). Actors of one protocol that ask each other, as in a tree, count as a circle.
///
/// Ways out: a tell, a `later` reply, or an ask from a task of `cx.spawn_local`, which does not hold the actor.
///
/// ```compile_fail
/// # use spargio::RingMsg;
/// #[derive(RingMsg)]
/// #[ring(asks(PongMsg))]
/// enum PingMsg { #[ring(reply = u8)] Ping }
///
/// #[derive(RingMsg)]
/// #[ring(asks(PingMsg))] // error: cycle detected
/// enum PongMsg { #[ring(reply = u8)] Pong }
/// ```
///
/// What it proves: no circle of actors, each awaiting in a handler the reply of the next, asked with its `cx`. What it
/// cannot see: a ring of full mailboxes whose actors wait in `send`, and a handler that awaits something else, such as
/// a channel or a task that asks. (An ask in a handler through `cx.shard()` or a `Client` is refused at run time.)
///
/// The edges `asks(Store<K>, Store<V>)` overlap, since `K` may be `V`; the compiler refuses them.
///
/// # Generic protocols
///
/// Every type parameter gets `Send + 'static` where the message travels; other bounds are those of the enum. The enum
/// cannot have lifetime parameters: a message owns its data.
#[proc_macro_derive(RingMsg, attributes(ring))]
pub fn ring_msg(input: TokenStream) -> TokenStream {
    ring_msg::derive(input.into()).into()
}

/// Lets a newtype, or an enum without fields, travel inline.
///
/// A newtype takes the bits of what it wraps, an enum just enough for the positions of its variants. The type must be
/// `Copy`. Several values need no struct: side by side in a message, they pack together.
///
/// ```
/// use spargio::{RingMsg, RingVal};
///
/// #[derive(Clone, Copy, Debug, PartialEq, RingVal)]
/// enum Side { Buy, Sell }
///
/// #[derive(Clone, Copy, Debug, PartialEq, RingVal)]
/// struct Price(u32);
///
/// #[derive(Debug, PartialEq, RingMsg)]
/// enum BookMsg {
///     #[ring(inline)]
///     Quote { side: Side, price: Price },
/// }
///
/// assert_eq!((Side::BITS, Price::BITS), (1, 32));
/// let quote = BookMsg::decode(0, 1 | 250 << 1)?;
/// assert_eq!(quote, BookMsg::Quote { side: Side::Sell, price: Price(250) });
/// # Ok::<(), spargio::DecodeError>(())
/// ```
///
/// Type parameters get the bound `RingVal`. The one option, for a renamed dependency, is `#[ring(crate = path)]`.
///
/// What it proves is that every bit pattern is either a value or refused. What it cannot see is another program: variants
/// that change places change the meaning of their bits.
#[proc_macro_derive(RingVal, attributes(ring))]
pub fn ring_val(input: TokenStream) -> TokenStream {
    ring_val::derive(input.into()).into()
}

/// Makes a struct an actor that takes the messages of a protocol.
///
/// The struct stays as it is. It lives on one shard, so `Rc`, `RefCell` and other state that is not `Send` is fine. What
/// it does with each message is said in the protocol's behavior trait; a missing one is an error at the type behind
/// `msg =`.
///
/// ```
/// use spargio::{Cx, RingMsg, ShardCtx, shard_actor};
/// use std::{cell::RefCell, collections::HashMap, hash::Hash, rc::Rc};
///
/// #[derive(RingMsg)]
/// pub enum StoreMsg<K, V> {
///     Put(K, V),
///     #[ring(reply = Option<V>)]
///     Take(K),
/// }
///
/// #[shard_actor(msg = StoreMsg<K, V>, mailbox = 4096, name = "store")]
/// pub struct Store<K, V> {
///     map: Rc<RefCell<HashMap<K, V>>>,
/// }
///
/// impl<K: Hash + Eq + Send + 'static, V: Send + 'static> StoreBehavior<K, V> for Store<K, V> {
///     async fn put(&mut self, _: &Cx<Self>, arg0: K, arg1: V) {
///         self.map.borrow_mut().insert(arg0, arg1);
///     }
///     async fn take(&mut self, _: &Cx<Self>, value: K) -> Option<V> {
///         self.map.borrow_mut().remove(&value)
///     }
/// }
///
/// #[spargio::main(shards = 1)]
/// async fn main(cx: ShardCtx) -> Result<(), Box<dyn std::error::Error>> {
///     let ages: StoreHandle<String, u8> = cx.start(Store { map: Rc::default() })?;
///     ages.put("ada".into(), 36)?;
///     assert_eq!(ages.take(&cx, "ada".into()).await?, Some(36));
///     Ok(())
/// }
/// ```
///
/// | option | |
/// |---|---|
/// | `msg = Enum` | the protocol; needed |
/// | `mailbox = N` | how many messages may wait, at least 1; beats the builder's, whose default is 1024 |
/// | `name = "..."` | its name in statistics; by default the struct's |
/// | `crate = path` | where to find `spargio`, if not at `::spargio` |
///
/// A generic struct is an actor wherever its behavior is implemented, so a missing behavior shows where it is started.
#[proc_macro_attribute]
pub fn shard_actor(arguments: TokenStream, item: TokenStream) -> TokenStream {
    shard_actor::attribute(arguments.into(), &item.into()).into()
}

/// Runs an async `main` on shard 0 of a runtime, and shuts the runtime down when it returns.
///
/// ```
/// use spargio::ShardCtx;
///
/// #[spargio::main(shards = 2, backend = "auto")]
/// async fn main(cx: ShardCtx) -> Result<(), Box<dyn std::error::Error>> {
///     let answer: u8 = "42".parse()?;
///     let other = cx.remote(1).ok_or("no shard 1")?;
///     // What is not waited for ends with `main`.
///     other.spawn(async move { println!("{answer}") })?.await?;
///     Ok(())
/// }
/// ```
///
/// | option | |
/// |---|---|
/// | `shards = N` | how many threads run actors, at least 1; by default `available_parallelism` |
/// | `backend = ".."` | `"queue"` (the default), `"io_uring"`, or `"auto"`, which falls back to the queue |
/// | `crate = path` | where to find `spargio`, if not at `::spargio` |
///
/// The parameter may be left out. The function may return whatever `fn main` may, and is reported on the shard, so that
/// its error need not be `Send`. For other settings, write a `fn main` that is not async and use `Runtime::builder()`.
#[proc_macro_attribute]
pub fn main(arguments: TokenStream, item: TokenStream) -> TokenStream {
    entry::attribute(arguments.into(), item.into()).into()
}
