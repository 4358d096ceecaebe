//! What an operation is, and the ways to have one done.

use super::socket::Socket;
use std::any::Any;
use std::io;

/// What a socket must be ready for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Interest {
    Read,
    Write,
}

/// What a ring can do. It stands in a box while it is in flight.
///
/// # Safety
///
/// What the SQE points to must be the operation's own, stay where it is when the operation's box is moved, and not be
/// touched between [`sqe`](Self::sqe) and [`land`](Self::land).
///
/// [`more`](Self::more) and [`land`](Self::land) are called with what the kernel says of this operation, each result once.
pub(crate) unsafe trait Operation: Any {
    /// The SQE that has the ring do it.
    #[cfg(target_os = "linux")]
    fn sqe(&mut self) -> io_uring::squeue::Entry;

    /// A completion has come that is not the final one. `false`: the operation is to be cancelled.
    #[cfg(target_os = "linux")]
    fn more(&mut self, _result: i32) -> bool {
        true
    }

    /// The final completion has come. Makes the operation's own what the kernel has made for it, and says how it ended.
    #[cfg(target_os = "linux")]
    fn land(&mut self, result: i32) -> io::Result<usize> {
        outcome(result)
    }
}

/// An operation of a socket: where there is no ring it is attempted at once, and again when the socket is ready.
pub(crate) trait Attempt: Operation {
    /// Does it without waiting; `WouldBlock` if the socket is not ready.
    fn attempt(&mut self) -> io::Result<usize>;

    /// What must be ready for what.
    fn needs(&self) -> (&Socket, Interest);
}

/// An operation of a file, which is always ready and may block all the same: where there is no ring a thread does it that
/// may wait.
pub(crate) trait Call: Operation + Send {
    /// Does it, however long that takes.
    fn call(&mut self) -> io::Result<usize>;
}

/// How an operation ended, by what its completion says.
#[cfg(target_os = "linux")]
pub(crate) fn outcome(result: i32) -> io::Result<usize> {
    usize::try_from(result).map_err(|_| io::Error::from_raw_os_error(-result))
}

/// A length as an SQE holds it. A longer buffer is transferred in part, and the result says how much.
#[cfg(target_os = "linux")]
pub(super) fn len(bytes: usize) -> u32 {
    u32::try_from(bytes).unwrap_or(u32::MAX)
}
