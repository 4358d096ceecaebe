//! I/O of a shard: the future of an operation.

use super::Core;
use crate::door::backend::Backend;
use crate::door::backend::queue::Sleeper;
use crate::door::backend::readiness::Ticket;
use crate::door::backend::uring::{FlightId, Ring};
use crate::door::io::operation::Operation;
use std::any::Any;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker, ready};

/// An operation of this shard, begun when it is first polled. Resolves to how it ended and to the operation with all that
/// it owns.
///
/// Dropping it cancels the operation. What the kernel may still touch is dropped when it has let go of it.
pub(crate) struct Io<O: Operation> {
    core: Rc<Core>,
    state: State<O>,
}

enum State<O> {
    /// Not begun; or, where there is no ring, not done yet, and perhaps waiting for its socket.
    Here(Box<O>, Option<Ticket>),
    /// With the ring.
    Aloft(FlightId),
    Over,
}

impl<O: Operation> Io<O> {
    pub(crate) fn new(core: &Rc<Core>, operation: O) -> Self {
        Self {
            core: core.clone(),
            state: State::Here(Box::new(operation), None),
        }
    }
}

impl<O: Operation> Future for Io<O> {
    type Output = (io::Result<usize>, O);

    fn poll(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        match &this.core.backend {
            Backend::Ring(ring) => this.state.poll_ring(ring, task.waker()),
            Backend::Queue(sleeper) => this.state.poll_socket(sleeper, task.waker()),
        }
    }
}

impl<O: Operation> State<O> {
    fn poll_ring(&mut self, ring: &Ring, waker: &Waker) -> Poll<(io::Result<usize>, O)> {
        match std::mem::replace(self, Self::Over) {
            Self::Here(operation, _) => match ring.begin(operation, waker.clone()) {
                Ok(flight) => {
                    *self = Self::Aloft(flight);
                    Poll::Pending
                }
                Err(operation) => {
                    let error = io::Error::other("too many operations are in flight on this shard");
                    Poll::Ready((Err(error), whole(operation)))
                }
            },
            Self::Aloft(flight) => match ring.poll(flight, waker) {
                Some((result, operation)) => Poll::Ready((result, whole(operation))),
                None => {
                    *self = Self::Aloft(flight);
                    Poll::Pending
                }
            },
            Self::Over => Poll::Pending,
        }
    }

    fn poll_socket(&mut self, sleeper: &Sleeper, waker: &Waker) -> Poll<(io::Result<usize>, O)> {
        let Self::Here(operation, ticket) = self else {
            return Poll::Pending;
        };
        let result = ready!(attempt(&mut **operation, ticket, sleeper, waker));
        match std::mem::replace(self, Self::Over) {
            Self::Here(operation, _) => Poll::Ready((result, *operation)),
            _ => Poll::Pending,
        }
    }
}

/// Attempts an operation until it is done or has to wait for its socket.
fn attempt<O: Operation>(
    operation: &mut O,
    ticket: &mut Option<Ticket>,
    sleeper: &Sleeper,
    waker: &Waker,
) -> Poll<io::Result<usize>> {
    loop {
        if ticket.is_none() {
            match operation.attempt() {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                result => return Poll::Ready(result),
            }
        }
        let (socket, interest) = operation.needs();
        let registration = match socket.registration().get() {
            Some(registration) => registration,
            None => {
                let registration = sleeper.readiness()?.register(socket)?;
                socket.registration().get_or_init(|| registration)
            }
        };
        ready!(registration.poll(socket, interest, ticket, waker))?;
    }
}

/// What was begun comes back as what it was.
fn whole<O: Operation>(operation: Box<dyn Operation>) -> O {
    let operation: Box<dyn Any> = operation;
    *operation
        .downcast()
        .expect("a flight has the operation that it began with")
}

impl<O: Operation> Drop for Io<O> {
    fn drop(&mut self) {
        match (&self.state, &self.core.backend) {
            (State::Aloft(flight), Backend::Ring(ring)) => ring.abandon(*flight),
            (State::Here(operation, Some(ticket)), Backend::Queue(_)) => {
                let (socket, interest) = operation.needs();
                if let Some(registration) = socket.registration().get() {
                    registration.leave(interest, *ticket);
                }
            }
            _ => {}
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

impl Core {
    /// Whether sockets may wait in calls: the ring waits for them then.
    pub(crate) fn has_ring(&self) -> bool {
        self.backend.ring().is_some()
    }
}
