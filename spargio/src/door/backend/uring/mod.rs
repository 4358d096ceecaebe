//! The io_uring backend: each shard owns a ring, on which it sends to the others' rings and sleeps.
//!
//! | what | how it travels |
//! |---|---|
//! | an event, `send_raw` | a completion on the target's ring |
//! | an actor's message, a reply, a word between shards | by the runtime's carry: through the lane, or as a completion that is the whole record or says that the next one stands in the lane |
//! | a bell | to a shard that has announced its sleep: a completion that says nothing, in the same submission as the turn's others |
//!
//! *Rooms.* `setup` makes a ring, `probe` finds out what the kernel can do and `refusal` says why it cannot; `kernel` has
//! the system calls, `completion` what is written into completions, `link` the order and the bounds of what is under way
//! between two shards, `bell` how a sleeper is woken, `queues` counts the calls and tries them again, and `ring` puts them
//! together.
//!
//! *Sleep.* A shard announces its sleep, looks again (see [`wake`](crate::door::wake)) and enters the kernel until a
//! completion comes. A word that is sent as a completion ends that by itself, so it needs no bell. A publisher that
//! claimed the announcement rings: with a message from its own ring if it is a shard, with
//! `IORING_REGISTER_SEND_MSG_RING` if it has no ring, and by a write to the eventfd that the target's ring polls if the
//! kernel lacks that or if either of them fails. The last needs no memory, so no shard is left asleep; one whose poll on
//! that eventfd found no room sleeps for a millisecond at the most.
//!
//! What a turn has sent is submitted at its end, before it is known whether there is anything else to do, so a shard that
//! then sleeps has entered the kernel twice: others need not wait until it has spun and looked again.
//!
//! *Descriptors.* A bell owns duplicates of the ring's descriptor and of the eventfd's. Every shard of the runtime holds
//! all bells until its thread ends, and the seat holds the shard's until it is left: no number that somebody may send to
//! is closed, and so none can come to name another ring.
//!
//! *Operations.* What points to memory stands in `flights`, boxed, from its SQE to its final completion, whatever becomes
//! of who waits for it; `operations` is their way to the ring and back.
//!
//! *The end.* A shard waits until the kernel has let go of its operations, which were cancelled, before its ring is closed.
//! What does not land in time is leaked and counted, never freed.

#![deny(unsafe_code)]

mod bell;
mod completion;
#[cfg(test)]
#[cfg_attr(
    spargio_loom,
    allow(dead_code, reason = "the tests that set faults run without loom")
)]
mod faults;
mod flights;
#[allow(unsafe_code, reason = "the system calls")]
mod kernel;
mod link;
mod operations;
mod probe;
mod queues;
mod refusal;
mod ring;
mod setup;
#[cfg(all(test, not(spargio_loom)))]
mod tests;

pub(crate) use bell::Bell;
pub(crate) use flights::FlightId;
pub(crate) use probe::{Offer, offer, report};
pub(crate) use ring::{Parcel, Received, Ring};
