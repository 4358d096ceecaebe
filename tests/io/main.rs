//! Operations of sockets and files: what becomes of them when nobody waits for them any more, and that they leave others
//! their turn.

#[path = "../common/mod.rs"]
mod common;

mod dropped;
mod end;
mod fair;
mod incoming;
mod panics;
