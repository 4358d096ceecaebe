//! The operations of a shard on their way to its ring and back: SQEs that are not pushed yet, flights, and what has landed
//! and was not told yet.

use super::completion::{cancel, done};
use super::flights::{Abandoned, FlightId, Flights, Landed, Outcome};
use super::queues::Queues;
use crate::door::io::operation::Operation;
use io_uring::squeue::Entry;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::task::Waker;

#[derive(Default)]
pub(super) struct Operations {
    flights: RefCell<Flights>,
    /// In their order: a cancellation comes behind what it cancels.
    unpushed: RefCell<VecDeque<Entry>>,
    /// Whoever waits for what has landed.
    woken: RefCell<Vec<Waker>>,
    /// What has landed and nobody waits for.
    abandoned: RefCell<Vec<Box<dyn Operation>>>,
}

impl Operations {
    /// Begins an operation, and pushes its SQE if there is room. `Err`: there are as many as there can be.
    pub(super) fn begin(
        &self,
        operation: Box<dyn Operation>,
        waker: Waker,
        queues: &Queues,
    ) -> Result<FlightId, Box<dyn Operation>> {
        if self.flights.borrow().is_full() {
            return Err(operation);
        }
        let (flight, entry) = self.flights.borrow_mut().begin(operation, waker);
        let entry = entry.user_data(done(flight));
        self.push(queues);
        // Never before what was there first.
        if self.has_unpushed() || !queues.push(&entry) {
            self.unpushed.borrow_mut().push_back(entry);
        }
        Ok(flight)
    }

    /// Pushes what there is room for in the submission queue.
    pub(super) fn push(&self, queues: &Queues) {
        let mut unpushed = self.unpushed.borrow_mut();
        while let Some(entry) = unpushed.front()
            && queues.push(entry)
        {
            unpushed.pop_front();
        }
    }

    pub(super) fn has_unpushed(&self) -> bool {
        !self.unpushed.borrow().is_empty()
    }

    /// A completion has come, and there will be more. `false`: there is no such flight.
    pub(super) fn progress(&self, flight: FlightId, result: i32) -> bool {
        let Some(progress) = self.flights.borrow_mut().progress(flight, result) else {
            return false;
        };
        self.woken.borrow_mut().extend(progress.waker);
        if !progress.goes_on {
            self.unpushed.borrow_mut().push_back(cancel(flight));
        }
        true
    }

    /// The final completion has come. `false`: there is no such flight.
    pub(super) fn land(&self, flight: FlightId, result: i32) -> bool {
        match self.flights.borrow_mut().land(flight, result) {
            Some(Landed::Awaited(waker)) => self.woken.borrow_mut().extend(waker),
            Some(Landed::Abandoned(operation)) => self.abandoned.borrow_mut().push(operation),
            None => return false,
        }
        true
    }

    pub(super) fn poll(&self, flight: FlightId, waker: Waker) -> Option<Outcome> {
        let mut waker = Some(waker);
        // The waker that is left is dropped with nothing borrowed: that may be user code.
        self.flights.borrow_mut().poll(flight, &mut waker)
    }

    pub(super) fn abandon(&self, flight: FlightId) {
        let abandoned = self.flights.borrow_mut().abandon(flight);
        match abandoned {
            Abandoned::Aloft(waker) => {
                self.unpushed.borrow_mut().push_back(cancel(flight));
                drop(waker);
            }
            Abandoned::Landed(operation) => drop(operation),
            Abandoned::Gone => {}
        }
    }

    pub(super) fn cancel_all(&self) {
        let flights = self.flights.borrow();
        let cancels = flights.in_the_air().map(cancel);
        self.unpushed.borrow_mut().extend(cancels);
    }

    /// Drops what has landed and nobody waits for. It may be user code: nothing is borrowed.
    pub(super) fn drop_abandoned(&self) {
        drop(self.abandoned.take());
    }

    #[inline]
    pub(super) fn has_landed(&self) -> bool {
        !self.woken.borrow().is_empty() || !self.abandoned.borrow().is_empty()
    }

    pub(super) fn take_woken(&self) -> Vec<Waker> {
        self.drop_abandoned();
        self.woken.take()
    }

    pub(super) fn aloft(&self) -> usize {
        self.flights.borrow().aloft()
    }
}
