//! Operations: what a shard asks of the kernel and does not wait for. Each is one type that owns all that the kernel
//! touches, its buffers and descriptors, until the final completion.
//!
//! There are three ways to have one done. A ring is given the SQE and reports the end. The ring's backend owns the
//! operation meanwhile and the future holds only its id, so dropping the future frees nothing that the kernel still
//! uses. Without a ring, a socket operation is attempted at once and again whenever the socket becomes ready; a file
//! operation runs on a thread that may block. Where there is probably nothing to wait for, on a stream whose bytes flow
//! and for what is in the page cache, an attempt comes first even if there is a ring.

pub(crate) mod accept;
pub(crate) mod buffer;
pub(crate) mod cached;
pub(crate) mod file;
pub(crate) mod operation;
pub(crate) mod socket;
pub(crate) mod stream;
