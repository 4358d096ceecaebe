//! The atomics and locks of the protocols that have a loom model: loom's under `--cfg spargio_loom`, else the standard ones.

#[cfg(spargio_loom)]
pub(crate) use loom::sync::atomic::{AtomicBool, AtomicPtr, AtomicU64, fence};
#[cfg(spargio_loom)]
pub(crate) use loom::sync::{Mutex, MutexGuard};
#[cfg(not(spargio_loom))]
pub(crate) use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU64, fence};
#[cfg(not(spargio_loom))]
pub(crate) use std::sync::{Mutex, MutexGuard};

pub(crate) use std::sync::atomic::Ordering;
