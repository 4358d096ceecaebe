//! Spargio: typed actors for thread-per-core services.
//!
//! Annotate a struct with [`#[shard_actor]`](macro@shard_actor), derive [`RingMsg`](macro@RingMsg) on the enum of its
//! messages, and talk to it through the handle that the macros generate. Actors live on *shards*, one pinned thread for
//! each core; messages travel between shards through lanes of shared memory, or, on Linux, as completions of io_uring
//! ([`BackendKind`], [`Carry`]).
//!
//! ```
//! use spargio::{Cx, RingMsg, Runtime, shard_actor};
//!
//! #[derive(RingMsg)]
//! pub enum CounterMsg {
//!     /// Adds `n`.
//!     Add { n: u32 },
//!     /// The sum so far.
//!     #[ring(reply = u64)]
//!     Get,
//! }
//!
//! #[shard_actor(msg = CounterMsg)]
//! #[derive(Default)]
//! pub struct Counter { total: u64 }
//!
//! impl CounterBehavior for Counter {
//!     async fn add(&mut self, _: &Cx<Self>, n: u32) { self.total += u64::from(n); }
//!     async fn get(&mut self, _: &Cx<Self>) -> u64 { self.total }
//! }
//!
//! let rt = Runtime::builder().shards(2).build()?;
//! let client = rt.client();
//! rt.block_on(async {
//!     let counter: CounterHandle = rt.remote(1).ok_or("no shard 1")?.start(Counter::default).await?;
//!     counter.add(5)?;
//!     counter.add(6)?;
//!     assert_eq!(counter.get(&client).await?, 11);
//!     Ok::<(), Box<dyn std::error::Error>>(())
//! })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Rooms
//!
//! The front (what users name) stands on the shard (one thread's actors and tasks, no locks, no atomics), and that on the
//! door (the only room with more than one thread in it). No arrow goes up. [`error`] and the values that pack into a
//! pair are the vocabulary of all three.

#![cfg_attr(
    any(not(target_os = "linux"), spargio_portable),
    allow(dead_code, reason = "what only rings use")
)]

// Lets the macros' paths work inside this crate, too.
extern crate self as spargio;

mod actor;
mod ask;
mod blocking;
mod builder;
mod client;
mod ctx;
mod door;
mod entry;
pub mod error;
mod feed;
pub mod fs;
mod handle;
mod join;
mod life;
mod message;
pub mod net;
mod order;
mod pack;
#[cfg(feature = "parts")]
#[doc(hidden)]
pub mod parts;
mod payload;
mod remote;
mod reply;
mod runtime;
mod sending;
mod shard;
mod shutdown;
mod start;
mod stats;
mod ticket;
pub mod time;
mod value;

pub use actor::{Actor, Cx};
pub use ask::{Ask, Asker, LocalAsk};
pub use blocking::{Blocking, blocking};
pub use builder::Builder;
pub use client::Client;
pub use ctx::ShardCtx;
pub use door::backend::report::IoUringReport;
pub use door::backend::{BackendKind, Carry};
pub use error::{
    AskError, BuildError, IoUringRefusal, JoinError, SendError, ShutdownError, SpawnError,
    StartError, TicketError,
};
pub use feed::Feed;
pub use handle::{ActorId, Handle, HandleOf, WaitStopped};
pub use join::JoinHandle;
pub use message::{DecodeError, InlineMsg, RingMsg};
pub use order::MayAsk;
pub use payload::Payload;
pub use remote::{RemoteShard, Starting};
pub use reply::Reply;
pub use runtime::Runtime;
pub use sending::Sending;
pub use shard::events::Event;
pub use shutdown::ShutdownReport;
pub use spargio_macros::{RingMsg, RingVal, main, shard_actor};
pub use stats::{ActorStats, RingStats, ShardStats, Stats};
pub use ticket::SendTicket;
pub use value::RingVal;

/// A shard's number, counted from 0. A plain number, so that `rt.remote(1)` reads as written.
///
/// ```
/// use spargio::{Runtime, ShardId};
///
/// /// Where the user's data lives: the same shard every time.
/// fn home(user: u32, rt: &Runtime) -> ShardId {
///     (user as usize % rt.shard_count()) as ShardId
/// }
///
/// let rt = Runtime::builder().shards(2).build()?;
/// let id = rt.spawn_local_on(home(7, &rt), |cx| async move { cx.shard_id() })?;
/// assert_eq!(rt.block_on(id)?, 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub type ShardId = u16;

/// What the macros' code names; no interface for people.
#[doc(hidden)]
pub mod __private {
    pub use crate::actor::{Actor, Cx, Dispatch};
    pub use crate::ask::Asker;
    pub use crate::ctx::ShardCtx;
    pub use crate::door::backend::BackendKind;
    pub use crate::door::record::Sink;
    pub use crate::door::slots::Address;
    pub use crate::entry::run;
    pub use crate::error::SendError;
    pub use crate::handle::{Handle, tell};
    pub use crate::message::{DecodeError, Encoder, InlineMsg, Is, Packed, ReplyPart, RingMsg};
    pub use crate::order::{AskOrder, AsksWithoutCycle, MayAsk, asks_without_cycle, max};
    pub use crate::pack::{Bulky, Packer, Probe, Unpacker, must_fit, width};
    pub use crate::payload::{Part, Payload, Unsendable, payload};
    pub use crate::reply::Reply;
    pub use crate::value::RingVal;
}
