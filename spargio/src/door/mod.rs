//! The door: the only room that more than one thread enters. Slots say who is alive and how much room is left, lanes
//! and injectors carry records, the wake pair sees to it that no shard sleeps through one, and a seat is where a
//! foreign thread finds all of that for a shard. Nothing above this room touches an atomic.

pub(crate) mod abort;
pub(crate) mod arrivals;
pub(crate) mod backend;
pub(crate) mod begun;
pub(crate) mod clock;
pub(crate) mod closing;
pub(crate) mod counters;
pub(crate) mod injector;
pub(crate) mod io;
pub(crate) mod lane;
pub(crate) mod pin;
pub(crate) mod queue;
pub(crate) mod record;
pub(crate) mod seat;
pub(crate) mod shared;
pub(crate) mod slots;
mod sync;
pub(crate) mod threads;
pub(crate) mod timers;
pub(crate) mod wake;
pub(crate) mod word;
