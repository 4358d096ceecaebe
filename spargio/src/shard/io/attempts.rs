//! The future of an operation of a socket, where there is no ring.

use crate::door::backend::Backend;
use crate::door::backend::queue::Sleeper;
use crate::door::backend::readiness::Ticket;
use crate::door::io::operation::Attempt;
use crate::shard::Core;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker, ready};

/// Attempts an operation until it is done, and waits for its socket in between.
pub(super) struct Attempts<O: Attempt> {
    core: Rc<Core>,
    /// Until it is done.
    operation: Option<Box<O>>,
    /// Whether the socket was found not ready just before. Then it is waited for at once: a change that comes while nobody
    /// waits is not told again.
    refused: bool,
    /// While it waits for its socket.
    ticket: Option<Ticket>,
}

impl<O: Attempt> Attempts<O> {
    /// `refused`: whether the socket was found not ready just before.
    pub(super) fn new(core: &Rc<Core>, operation: O, refused: bool) -> Self {
        Self {
            core: core.clone(),
            operation: Some(Box::new(operation)),
            refused,
            ticket: None,
        }
    }
}

impl<O: Attempt> Future for Attempts<O> {
    type Output = (io::Result<usize>, O);

    fn poll(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        let (Some(operation), Backend::Queue(sleeper)) = (&mut this.operation, &this.core.backend)
        else {
            return Poll::Pending;
        };
        let result = ready!(attempt(
            &this.core,
            &mut **operation,
            &mut this.refused,
            &mut this.ticket,
            sleeper,
            task.waker()
        ));
        match this.operation.take() {
            Some(operation) => Poll::Ready((result, *operation)),
            None => Poll::Pending,
        }
    }
}

/// Attempts an operation until it is done or has to wait for its socket.
fn attempt<O: Attempt>(
    core: &Core,
    operation: &mut O,
    refused: &mut bool,
    ticket: &mut Option<Ticket>,
    sleeper: &Sleeper,
    waker: &Waker,
) -> Poll<io::Result<usize>> {
    loop {
        let (socket, interest) = operation.needs();
        if ticket.is_none() && !std::mem::take(refused) && !socket.is_drained(interest) {
            ready!(core.give_way(waker));
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

impl<O: Attempt> Drop for Attempts<O> {
    fn drop(&mut self) {
        if let (Some(operation), Some(ticket)) = (&self.operation, self.ticket) {
            let (socket, interest) = operation.needs();
            if let Some(registration) = socket.registration().get() {
                registration.leave(interest, ticket);
            }
        }
    }
}
