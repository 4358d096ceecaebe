//! epoll: which sockets have changed, told once for each change, and how whoever waits for that is woken.

use rustix::buffer::spare_capacity;
use rustix::event::epoll::{self, CreateFlags, EventData, EventFlags};
use rustix::event::{EventfdFlags, PollFd, PollFlags, Timespec, eventfd, poll};
use std::io;
use std::os::fd::OwnedFd;
use std::time::Duration;

pub(crate) struct Poller {
    epoll: OwnedFd,
    bell: OwnedFd,
}

/// What a wait has found.
pub(super) struct Events(Vec<epoll::Event>);

/// A socket has changed.
pub(super) struct Event {
    /// The number that it was added under.
    pub(super) place: usize,
    pub(super) readable: bool,
    pub(super) writable: bool,
    /// A read that does not fill its buffer says no longer that there is nothing left: the end, an error or urgent bytes
    /// stand behind what it read, and are not told again.
    pub(super) ended: bool,
}

/// The bell's number. No socket's: those are indices of a slab.
const BELL: u64 = u64::MAX;

impl Poller {
    pub(super) fn new() -> io::Result<Self> {
        let poller = Self {
            epoll: epoll::create(CreateFlags::CLOEXEC)?,
            bell: eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?,
        };
        let each = EventFlags::IN | EventFlags::ET;
        epoll::add(&poller.epoll, &poller.bell, EventData::new_u64(BELL), each)?;
        Ok(poller)
    }

    /// Watches a socket under a number from now on. As it is now counts as a change.
    pub(super) fn add(&self, socket: &socket2::Socket, place: usize) -> io::Result<()> {
        let each =
            EventFlags::IN | EventFlags::OUT | EventFlags::RDHUP | EventFlags::PRI | EventFlags::ET;
        epoll::add(&self.epoll, socket, EventData::new_u64(place as u64), each)?;
        Ok(())
    }

    /// Somebody waits for a socket. Its next change is told, as every one is, so nothing is to do here; elsewhere it is.
    pub(super) fn ask(&self, _: &socket2::Socket, _: usize, _: [bool; 2]) -> io::Result<()> {
        Ok(())
    }

    /// Watches a socket no longer.
    pub(super) fn delete(&self, socket: &socket2::Socket) -> io::Result<()> {
        Ok(epoll::delete(&self.epoll, socket)?)
    }

    /// Waits until a socket changes, the bell rings or the time is over.
    pub(super) fn wait(&self, events: &mut Events, limit: Option<Duration>) -> io::Result<()> {
        let zero = Timespec::default();
        // epoll's own limit is in milliseconds before Linux 5.11, that of `ppoll` in nanoseconds.
        if let Some(limit) = limit
            && !limit.is_zero()
        {
            let limit = Timespec::try_from(limit).ok();
            let changes = PollFd::new(&self.epoll, PollFlags::IN);
            if poll(&mut [changes], limit.as_ref())? == 0 {
                return Ok(());
            }
        }
        let limit = limit.map(|_| &zero);
        epoll::wait(&self.epoll, spare_capacity(&mut events.0), limit)?;
        Ok(())
    }

    /// Ends the wait that is under way, or else the next one. Each write is a change, so nobody need read what was written.
    pub(super) fn notify(&self) {
        // It could fail only after 2^64 writes.
        _ = rustix::io::write(&self.bell, &1_u64.to_ne_bytes());
    }
}

impl Events {
    pub(super) fn new() -> Self {
        // As many as a wait finds at most; the rest is for the next one.
        Self(Vec::with_capacity(1024))
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = Event> {
        let sockets = self.0.iter().filter(|event| event.data.u64() != BELL);
        sockets.map(|event| {
            let failed = EventFlags::HUP | EventFlags::ERR;
            let ended = failed | EventFlags::RDHUP | EventFlags::PRI;
            let flags = event.flags;
            Event {
                place: event.data.u64() as usize,
                readable: flags.intersects(EventFlags::IN | ended),
                writable: flags.intersects(EventFlags::OUT | failed),
                ended: flags.intersects(ended),
            }
        })
    }
}
