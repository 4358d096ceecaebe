//! Which sockets have changed, where there is no epoll, and how whoever waits for that is woken.
//!
//! `--cfg spargio_portable` has it used on Linux, too, to be tested there: as on a system that tells no edges, since with
//! edges it does what epoll does.

use polling::PollMode;
use std::io;
use std::time::Duration;

pub(crate) struct Poller {
    poller: polling::Poller,
    /// Whether each change of a socket is told. Else it is asked for, once for each time.
    edges: bool,
}

/// What a wait has found.
pub(super) struct Events {
    found: polling::Events,
    /// Whether those that were found are told no more.
    asked: bool,
}

/// A socket has changed.
pub(super) struct Event {
    /// The number that it was added under.
    pub(super) place: usize,
    pub(super) readable: bool,
    pub(super) writable: bool,
    /// A read that does not fill its buffer says no longer that there is nothing left. Never known here.
    pub(super) ended: bool,
}

impl Poller {
    pub(super) fn new() -> io::Result<Self> {
        let poller = polling::Poller::new()?;
        Ok(Self {
            edges: poller.supports_edge() && !cfg!(spargio_portable),
            poller,
        })
    }

    /// Watches a socket under a number from now on.
    pub(super) fn add(&self, socket: &socket2::Socket, place: usize) -> io::Result<()> {
        let (first, mode) = match self.edges {
            true => (polling::Event::all(place), PollMode::Edge),
            false => (polling::Event::none(place), PollMode::Oneshot),
        };
        // SAFETY: the registration is ended, which deletes the socket here, before the socket is closed: see
        // `door::io::socket::Shared`.
        unsafe { self.poller.add_with_mode(socket, first, mode) }
    }

    /// Somebody waits for a socket, to read or to write: its next change is told.
    pub(super) fn ask(
        &self,
        socket: &socket2::Socket,
        place: usize,
        [readable, writable]: [bool; 2],
    ) -> io::Result<()> {
        match self.edges {
            true => Ok(()),
            false => {
                let event = polling::Event::new(place, readable, writable);
                self.poller.modify(socket, event)
            }
        }
    }

    /// Watches a socket no longer.
    pub(super) fn delete(&self, socket: &socket2::Socket) -> io::Result<()> {
        self.poller.delete(socket)
    }

    /// Waits until a socket changes, somebody calls `notify`, or the time is over.
    pub(super) fn wait(&self, events: &mut Events, limit: Option<Duration>) -> io::Result<()> {
        events.asked = !self.edges;
        self.poller.wait(&mut events.found, limit)?;
        Ok(())
    }

    /// Ends the wait that is under way, or else the next one.
    pub(super) fn notify(&self) {
        // It fails only where the kernel refuses a pipe that is there: nothing else could be done.
        _ = self.poller.notify();
    }
}

impl Events {
    pub(super) fn new() -> Self {
        Self {
            found: polling::Events::new(),
            asked: false,
        }
    }

    pub(super) fn clear(&mut self) {
        self.found.clear();
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = Event> {
        self.found.iter().map(|event| Event {
            place: event.key,
            // A socket that is told no more is asked for by both sides again.
            readable: event.readable || self.asked,
            writable: event.writable || self.asked,
            ended: true,
        })
    }
}
