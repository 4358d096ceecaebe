//! Who may ask whom: a protocol's declared edges, and the compile-time proof that they have no cycle.

/// "Actors of this protocol may ask actors of the protocol `Callee`": what `#[ring(asks(Callee))]` declares.
///
/// With the `Counter` of the [crate's example](crate):
///
/// ```
/// # #[derive(spargio::RingMsg)]
/// # pub enum CounterMsg { Add { n: u32 }, #[ring(reply = u64)] Get }
/// # #[spargio::shard_actor(msg = CounterMsg)]
/// # #[derive(Default)]
/// # pub struct Counter { total: u64 }
/// # impl CounterBehavior for Counter {
/// #     async fn add(&mut self, _: &spargio::Cx<Self>, n: u32) { self.total += u64::from(n); }
/// #     async fn get(&mut self, _: &spargio::Cx<Self>) -> u64 { self.total }
/// # }
/// #
/// use spargio::{Cx, RingMsg, ShardCtx, shard_actor};
///
/// #[derive(RingMsg)]
/// #[ring(asks(CounterMsg))]
/// enum ReportMsg { #[ring(reply = String)] Write }
///
/// #[shard_actor(msg = ReportMsg)]
/// struct Report { counter: CounterHandle }
///
/// impl ReportBehavior for Report {
///     async fn write(&mut self, cx: &Cx<Self>) -> String {
///         // `cx` may ask, for the protocol says so.
///         self.counter.get(cx).await.map_or_else(|error| error.to_string(), |sum| format!("counted {sum}"))
///     }
/// }
///
/// #[spargio::main(shards = 1)]
/// async fn main(cx: ShardCtx) -> Result<(), Box<dyn std::error::Error>> {
///     let report: ReportHandle = cx.start(Report { counter: cx.start(Counter::default())? })?;
///     assert_eq!(report.write(&cx).await?, "counted 0");
///     Ok(())
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "an actor of `{Self}` may not wait for `{Callee}`",
    label = "this actor's protocol does not declare that it asks `{Callee}`",
    note = "declare it: `#[ring(asks({Callee}))]` on `{Self}`",
    note = "or do not wait: send a tell, make the reply `later`, or ask from a task of `cx.spawn_local` with `cx.shard()`"
)]
pub trait MayAsk<Callee> {}

/// A protocol's place in the order of asks: 1 + the greatest of its callees'. A cycle of declared edges makes the
/// constant depend on itself, which the compiler refuses, naming it.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a protocol",
    label = "not a message enum",
    note = "put `#[derive(RingMsg)]` on the enum of messages"
)]
pub trait AskOrder {
    /// These protocols ask each other in a circle, so their actors would wait for each other for ever. Break the
    /// circle at one edge: send a tell, make that reply `later`, or ask from a task of `cx.spawn_local`.
    const ASK_CYCLE_THESE_PROTOCOLS_WAIT_FOR_EACH_OTHER: u32;
}

/// The same proof for generic protocols, which have no constant to force: each edge is a where-clause.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a protocol",
    label = "not a message enum",
    note = "put `#[derive(RingMsg)]` on the enum of messages"
)]
pub trait AsksWithoutCycle {}

/// Forces the proof of [`AsksWithoutCycle`] where a generic protocol is defined.
#[doc(hidden)]
pub const fn asks_without_cycle<M: AsksWithoutCycle>() {}

/// The greater of two places.
#[doc(hidden)]
#[must_use]
pub const fn max(a: u32, b: u32) -> u32 {
    if a > b { a } else { b }
}
