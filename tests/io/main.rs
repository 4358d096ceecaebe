//! Operations of sockets and files: what becomes of them when nobody waits for them any more, that they leave others
//! their turn, and what they make of bad peers and of a system that refuses.

#[path = "../common/mod.rs"]
mod common;

mod actor;
#[cfg(all(target_os = "linux", not(spargio_portable)))]
mod calls;
mod cancel;
#[cfg(target_os = "linux")]
#[allow(dead_code, reason = "a part of it is used")]
#[path = "../environment/child.rs"]
mod child;
mod datagrams;
mod dropped;
mod end;
#[cfg(target_os = "linux")]
mod exhausted;
mod fair;
mod incoming;
#[cfg(target_os = "linux")]
mod lookups;
mod panics;
mod peers;
#[cfg(target_os = "linux")]
mod process;
mod shared;
mod short;
mod submit;
