//! I/O of a shard: the futures of operations.

mod attempts;
mod flight;

use super::Core;
use crate::door::io::operation::Attempt;
use attempts::Attempts;
pub(crate) use flight::Flight;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

/// An operation of a socket of this shard, begun when it is first polled. Resolves to how it ended and to the operation
/// with all that it owns.
///
/// Dropping it cancels the operation. What the kernel may still touch is dropped when it has let go of it.
pub(crate) struct Io<O: Attempt>(Way<O>);

enum Way<O: Attempt> {
    Ring(Flight<O>),
    Readiness(Attempts<O>),
}

impl<O: Attempt> Io<O> {
    pub(crate) fn new(core: &Rc<Core>, operation: O) -> Self {
        Self::begin(core, operation, false)
    }

    /// The same for a socket that was found not ready just before: it is waited for first.
    pub(crate) fn refused(core: &Rc<Core>, operation: O) -> Self {
        Self::begin(core, operation, true)
    }

    fn begin(core: &Rc<Core>, operation: O, refused: bool) -> Self {
        Self(match core.has_ring() {
            true => Way::Ring(Flight::new(core, operation)),
            false => Way::Readiness(Attempts::new(core, operation, refused)),
        })
    }
}

impl<O: Attempt> Future for Io<O> {
    type Output = (io::Result<usize>, O);

    fn poll(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<Self::Output> {
        match &mut self.0 {
            Way::Ring(flight) => Pin::new(flight).poll(task),
            Way::Readiness(attempts) => Pin::new(attempts).poll(task),
        }
    }
}

/// The shard that the calling code runs on, or why sockets and files cannot be had.
pub(crate) fn here() -> io::Result<Rc<Core>> {
    super::current::with(|core| core.map(Core::hold)).ok_or_else(|| {
        io::Error::other(
            "this thread is no shard, and sockets and files live on one: use them in an actor or in a task, as \
             `Runtime::spawn_local_on` starts one",
        )
    })
}

/// How many operations of sockets, and waits for a time that has come, an actor or task may have without waiting before
/// others get their turn.
pub(super) const MOST_AT_ONCE: u32 = 64;

impl Core {
    /// Gives way if the actor or task has had as many operations done at once as it may: a socket that is always ready, or
    /// a time that has always come, would else keep it running for ever.
    pub(crate) fn give_way(&self, waker: &Waker) -> Poll<()> {
        match self.io_left.get() {
            0 => {
                // Also for whoever polls again within this turn.
                self.begin_share();
                waker.wake_by_ref();
                Poll::Pending
            }
            left => {
                self.io_left.set(left - 1);
                Poll::Ready(())
            }
        }
    }

    /// The shard polls an actor or task.
    #[inline]
    pub(super) fn begin_io(&self) {
        self.io_left.set(MOST_AT_ONCE);
        self.io_spent.set(0);
    }

    /// Those that were done still count.
    fn begin_share(&self) {
        self.io_spent.set(self.io_done());
        self.io_left.set(MOST_AT_ONCE);
    }

    /// How many operations it has had done at once.
    #[inline]
    pub(super) fn io_done(&self) -> u32 {
        self.io_spent.get() + MOST_AT_ONCE - self.io_left.get()
    }

    /// Whether a ring does the operations: it waits for sockets, then, and for files.
    pub(crate) fn has_ring(&self) -> bool {
        self.backend.ring().is_some()
    }
}
