//! Which sockets are ready, on the portable backend: those that somebody waits for are watched together.

use super::poller::{Events, Poller};
use crate::door::io::operation::Interest;
use slab::Slab;
use std::cell::{Cell, RefCell};
use std::io;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Poll, Waker};
use std::time::Duration;

pub(crate) struct Readiness {
    poller: Arc<Poller>,
    events: RefCell<Events>,
    sockets: RefCell<Slab<Watched>>,
    woken: RefCell<Vec<Waker>>,
    tickets: Cell<u64>,
}

/// Who waits for a socket, and what is known of it.
#[derive(Default)]
struct Watched {
    readers: Vec<(Ticket, Waker)>,
    writers: Vec<(Ticket, Waker)>,
    /// A read has found everything there was, and no change was told since.
    drained: bool,
    /// See [`Event::ended`](super::poller::Event).
    ended: bool,
}

/// A wait for a socket.
pub(crate) type Ticket = u64;

impl Readiness {
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self {
            poller: Arc::new(Poller::new()?),
            events: RefCell::new(Events::new()),
            sockets: RefCell::default(),
            woken: RefCell::default(),
            tickets: Cell::new(0),
        })
    }

    pub(super) fn poller(&self) -> Arc<Poller> {
        self.poller.clone()
    }

    /// Watches a socket from now on, until its registration ends.
    pub(crate) fn register(self: &Rc<Self>, socket: &socket2::Socket) -> io::Result<Registration> {
        let place = self.sockets.borrow_mut().insert(Watched::default());
        if let Err(error) = self.poller.add(socket, place) {
            self.sockets.borrow_mut().remove(place);
            return Err(error);
        }
        Ok(Registration {
            readiness: self.clone(),
            place,
        })
    }

    /// Waits until a socket is ready, somebody calls `notify`, or the time is over; an interrupted wait ends early.
    pub(super) fn look(&self, limit: Option<Duration>) {
        let mut events = self.events.borrow_mut();
        events.clear();
        if self.poller.wait(&mut events, limit).is_err() {
            return;
        }
        let (mut sockets, mut woken) = (self.sockets.borrow_mut(), self.woken.borrow_mut());
        for event in events.iter() {
            if let Some(watched) = sockets.get_mut(event.place) {
                watched.ended |= event.ended;
                if event.readable {
                    watched.drained = false;
                    woken.extend(watched.readers.drain(..).map(|(_, waker)| waker));
                }
                if event.writable {
                    woken.extend(watched.writers.drain(..).map(|(_, waker)| waker));
                }
            }
        }
    }

    pub(super) fn take_woken(&self) -> Vec<Waker> {
        self.woken.take()
    }
}

/// A socket that is watched.
pub(crate) struct Registration {
    readiness: Rc<Readiness>,
    place: usize,
}

impl Registration {
    /// Waits until the socket may be ready. `ticket` is empty before, and again after.
    pub(crate) fn poll(
        &self,
        socket: &socket2::Socket,
        interest: Interest,
        ticket: &mut Option<Ticket>,
        waker: &Waker,
    ) -> Poll<io::Result<()>> {
        // Cloned with nothing borrowed: that may be user code.
        let mut waker = waker.clone();
        let mut sockets = self.readiness.sockets.borrow_mut();
        let Some(watched) = sockets.get_mut(self.place) else {
            return Poll::Ready(Err(io::ErrorKind::NotConnected.into()));
        };
        let waiting = match interest {
            Interest::Read => &mut watched.readers,
            Interest::Write => &mut watched.writers,
        };
        if let Some(mine) = *ticket {
            return match waiting.iter_mut().find(|(ticket, _)| *ticket == mine) {
                Some((_, former)) => {
                    std::mem::swap(former, &mut waker);
                    drop(sockets);
                    Poll::Pending
                }
                None => {
                    *ticket = None;
                    Poll::Ready(Ok(()))
                }
            };
        }
        let mine = self.readiness.tickets.get() + 1;
        self.readiness.tickets.set(mine);
        waiting.push((mine, waker));
        *ticket = Some(mine);
        let waits = [!watched.readers.is_empty(), !watched.writers.is_empty()];
        drop(sockets);
        if let Err(error) = self.readiness.poller.ask(socket, self.place, waits) {
            self.leave(interest, mine);
            *ticket = None;
            return Poll::Ready(Err(error));
        }
        Poll::Pending
    }

    /// A read has found everything there was. Until a change is told, another one would find nothing.
    pub(crate) fn drained(&self) {
        if let Some(watched) = self.readiness.sockets.borrow_mut().get_mut(self.place) {
            watched.drained = !watched.ended;
        }
    }

    pub(crate) fn is_drained(&self) -> bool {
        let sockets = self.readiness.sockets.borrow();
        sockets
            .get(self.place)
            .is_some_and(|watched| watched.drained)
    }

    /// Waits no longer.
    pub(crate) fn leave(&self, interest: Interest, ticket: Ticket) {
        let mut sockets = self.readiness.sockets.borrow_mut();
        let left = sockets.get_mut(self.place).and_then(|watched| {
            let waiting = match interest {
                Interest::Read => &mut watched.readers,
                Interest::Write => &mut watched.writers,
            };
            let at = waiting.iter().position(|(mine, _)| *mine == ticket)?;
            Some(waiting.swap_remove(at))
        });
        drop(sockets);
        drop(left);
    }

    /// Watches the socket no longer. Before it is closed.
    pub(crate) fn end(self, socket: &socket2::Socket) {
        // It fails only if the socket is not watched.
        _ = self.readiness.poller.delete(socket);
        let left = self.readiness.sockets.borrow_mut().remove(self.place);
        // Who still waits would never be woken.
        let mut woken = self.readiness.woken.borrow_mut();
        woken.extend(
            left.readers
                .into_iter()
                .chain(left.writers)
                .map(|(_, waker)| waker),
        );
    }
}
