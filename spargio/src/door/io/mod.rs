//! Operations: what a shard asks of the kernel and does not wait for. Each is one type that owns all that the kernel
//! touches, its buffers and descriptors, until the final completion.
//!
//! There are three ways to have one done. A ring is handed its SQE and says when it is done: the operation stands with the
//! ring's backend meanwhile, and whoever waits for it has only its number, so dropping or forgetting that future frees
//! nothing that the kernel still uses. Elsewhere one of a socket is attempted at once, and again when the socket is ready,
//! and one of a file is given to a thread that may wait. Where it is likely that there is nothing to wait for, as on a stream
//! that flows and for what is in the page cache, an attempt comes first in any case.

pub(crate) mod accept;
pub(crate) mod buffer;
pub(crate) mod cached;
pub(crate) mod file;
pub(crate) mod operation;
pub(crate) mod socket;
pub(crate) mod stream;
