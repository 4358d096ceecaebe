//! The future of an operation that the shard's ring does.

use crate::door::backend::uring::FlightId;
use crate::door::io::operation::Operation;
use crate::shard::Core;
use std::any::Any;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

/// An operation of a shard that has a ring, begun when it is first polled. Resolves to how it ended and to the operation
/// with all that it owns.
///
/// Dropping it cancels the operation. What the kernel may still touch is dropped when it has let go of it.
pub(crate) struct Flight<O: Operation> {
    core: Rc<Core>,
    state: State<O>,
}

enum State<O> {
    Here(Box<O>),
    Aloft(FlightId),
    Over,
}

impl<O: Operation> Flight<O> {
    pub(crate) fn new(core: &Rc<Core>, operation: O) -> Self {
        Self {
            core: core.clone(),
            state: State::Here(Box::new(operation)),
        }
    }
}

impl<O: Operation> Future for Flight<O> {
    type Output = (io::Result<usize>, O);

    fn poll(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        // Before the state is taken out: cloning may be user code, and may panic.
        let waker = task.waker().clone();
        let ring = this.core.backend.ring();
        if let (State::Aloft(flight), Some(ring)) = (&this.state, ring) {
            // The state stays what it is if this panics: it drops the former waker, which may be user code, too.
            let Some((result, operation)) = ring.poll(*flight, waker) else {
                return Poll::Pending;
            };
            this.state = State::Over;
            return Poll::Ready((result, whole(operation)));
        }
        match (std::mem::replace(&mut this.state, State::Over), ring) {
            (State::Here(operation), Some(ring)) => match ring.begin(operation, waker) {
                Ok(flight) => this.state = State::Aloft(flight),
                Err(operation) => {
                    let error = "too many operations are in flight on this shard";
                    return Poll::Ready((Err(io::Error::other(error)), whole(operation)));
                }
            },
            (State::Here(operation), None) => {
                return Poll::Ready((Err(io::ErrorKind::Unsupported.into()), *operation));
            }
            (State::Aloft(_) | State::Over, _) => {}
        }
        Poll::Pending
    }
}

/// What was begun comes back as what it was.
fn whole<O: Operation>(operation: Box<dyn Operation>) -> O {
    let operation: Box<dyn Any> = operation;
    *operation
        .downcast()
        .expect("a flight has the operation that it began with")
}

impl<O: Operation> Drop for Flight<O> {
    fn drop(&mut self) {
        if let (State::Aloft(flight), Some(ring)) = (&self.state, self.core.backend.ring()) {
            ring.abandon(*flight);
        }
    }
}
