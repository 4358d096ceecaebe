//! The atomics of the protocols that have a loom model: loom's under `--cfg loom`, else the standard ones.

#[cfg(loom)]
pub(crate) use loom::sync::atomic::{AtomicBool, AtomicPtr, AtomicU64, fence};
#[cfg(not(loom))]
pub(crate) use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU64, fence};

pub(crate) use std::sync::atomic::Ordering;
