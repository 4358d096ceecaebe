//! The rivals whose actors are tasks of tokio: tokio alone, kameo, ractor, xtra and actix.
//!
//! The work is written once (`driver`), over what an actor's handle can do (`actors`) and over the threads that
//! runtimes and arbiters come on (`threads`); each crate has a file with its actor and the way to it, no more.
//!
//! Mailboxes have `ROOM` in every workload where they are bounded: none of these crates allocates a bounded one ahead.
//! Where there were several ways to the same, the faster one stands here: to post asks and await the answers in turn
//! beats `join_all` for all of them, and `try_send` before the awaiting `send` beats the latter alone (tokio, kameo).

mod actix;
mod actors;
mod driver;
mod io;
mod kameo;
mod ractor;
mod tasks;
mod threads;
mod xtra;

use crate::contestant::Contestant;

pub fn all() -> impl Iterator<Item = &'static dyn Contestant> {
    tasks::ALL
        .into_iter()
        .chain(kameo::ALL)
        .chain(ractor::ALL)
        .chain(xtra::ALL)
        .chain(actix::ALL)
}
