//! Accepting connections: one, or one after another.

#[cfg(target_os = "linux")]
use super::operation::outcome;
use super::operation::{Attempt, Interest, Operation};
use super::socket::Socket;
use crate::door::threads::wake_all;
#[cfg(target_os = "linux")]
use io_uring::{opcode, squeue};
use slab::Slab;
use socket2::{SockAddr, SockAddrStorage};
use std::cell::RefCell;
use std::collections::VecDeque;
use std::io;
use std::rc::Rc;
use std::task::Waker;

/// Accepts a connection.
pub(crate) struct Accept {
    socket: Socket,
    line: Accepted,
    address: SockAddrStorage,
    #[cfg(target_os = "linux")]
    len: libc::socklen_t,
    accepted: Option<(socket2::Socket, SockAddr)>,
}

impl Accept {
    /// A connection that nobody takes of it is put into the line.
    pub(crate) fn new(socket: Socket, line: Accepted) -> Self {
        let address = SockAddrStorage::zeroed();
        Self {
            socket,
            line,
            #[cfg(target_os = "linux")]
            len: address.size_of(),
            address,
            accepted: None,
        }
    }

    /// The connection, once there is one.
    pub(crate) fn take(&mut self) -> Option<(socket2::Socket, SockAddr)> {
        self.accepted.take()
    }
}

/// Whoever waited for it has gone: the connection is the listener's next.
impl Drop for Accept {
    fn drop(&mut self) {
        if let Some((socket, _)) = self.accepted.take() {
            self.line.0.sockets.borrow_mut().push_front(socket);
            self.line.wake();
        }
    }
}

// SAFETY: the SQE points to the address and its length, which stand in the operation's box and are used again after
// landing only.
unsafe impl Operation for Accept {
    #[cfg(target_os = "linux")]
    fn sqe(&mut self) -> squeue::Entry {
        let address = (&raw mut self.address).cast();
        opcode::Accept::new(self.socket.fd(), address, &raw mut self.len)
            .flags(libc::SOCK_CLOEXEC)
            .build()
    }

    #[cfg(target_os = "linux")]
    fn land(&mut self, result: i32) -> io::Result<usize> {
        let socket = accepted(outcome(result)?);
        let address = std::mem::replace(&mut self.address, SockAddrStorage::zeroed());
        // SAFETY: the kernel has written an address of this length there.
        let address = unsafe { SockAddr::new(address, self.len) };
        self.accepted = Some((socket, address));
        Ok(0)
    }
}

impl Attempt for Accept {
    fn attempt(&mut self) -> io::Result<usize> {
        self.accepted = Some(self.socket.accept()?);
        Ok(0)
    }

    fn needs(&self) -> (&Socket, Interest) {
        (&self.socket, Interest::Read)
    }
}

/// Connections that were accepted before anybody asked for them, and who waits for a connection meanwhile.
#[derive(Clone, Default)]
pub(crate) struct Accepted(Rc<Line>);

#[derive(Default)]
struct Line {
    sockets: RefCell<VecDeque<socket2::Socket>>,
    /// A waker is taken when it is called; whoever still waits sets it again.
    waiting: RefCell<Slab<Option<Waker>>>,
}

/// How many there may be before no more are accepted: the others wait in the listener's backlog, where they cost the process
/// nothing. Until the kernel hears of it, it accepts as many as there is room for in the completion queue.
const MOST_ACCEPTED: usize = 64;

impl Accepted {
    pub(crate) fn next(&self) -> Option<socket2::Socket> {
        self.0.sockets.borrow_mut().pop_front()
    }

    /// Somebody waits for a connection, until that is dropped.
    pub(crate) fn wait(&self) -> Waiting {
        Waiting {
            line: self.0.clone(),
            place: None,
        }
    }

    /// Wakes whoever waits, if there is a connection.
    fn wake(&self) {
        if self.0.sockets.borrow().is_empty() {
            return;
        }
        // Taken out first: waking may be user code.
        let mut waiting = self.0.waiting.borrow_mut();
        let woken: Vec<Waker> = waiting
            .iter_mut()
            .filter_map(|(_, waker)| waker.take())
            .collect();
        drop(waiting);
        wake_all(woken);
    }
}

/// A wait for a connection.
pub(crate) struct Waiting {
    line: Rc<Line>,
    place: Option<usize>,
}

impl Waiting {
    /// Who is to be woken, from now on.
    pub(crate) fn set(&mut self, waker: &Waker) {
        // Cloned, and the former dropped, with nothing borrowed: either may be user code.
        let waker = Some(waker.clone());
        let mut waiting = self.line.waiting.borrow_mut();
        let place = *self.place.get_or_insert_with(|| waiting.insert(None));
        let former = std::mem::replace(&mut waiting[place], waker);
        drop(waiting);
        drop(former);
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        let left = self
            .place
            .map(|place| self.line.waiting.borrow_mut().remove(place));
        drop(left);
    }
}

/// Accepts connections one after another, for as long as it is not cancelled and there is room for them. A ring's alone.
pub(crate) struct AcceptMany {
    socket: Socket,
    accepted: Accepted,
    /// Whether it was said that there is no more room.
    #[cfg(target_os = "linux")]
    full: bool,
}

impl AcceptMany {
    pub(crate) fn new(socket: Socket, accepted: Accepted) -> Self {
        Self {
            socket,
            accepted,
            #[cfg(target_os = "linux")]
            full: false,
        }
    }
}

/// It accepts no more, and what is left is for whoever waits.
impl Drop for AcceptMany {
    fn drop(&mut self) {
        self.accepted.wake();
    }
}

// SAFETY: the SQE points to nothing.
unsafe impl Operation for AcceptMany {
    #[cfg(target_os = "linux")]
    fn sqe(&mut self) -> squeue::Entry {
        opcode::AcceptMulti::new(self.socket.fd())
            .flags(libc::SOCK_CLOEXEC)
            .build()
    }

    #[cfg(target_os = "linux")]
    fn land(&mut self, result: i32) -> io::Result<usize> {
        self.more(result);
        outcome(result).map(|_| 0)
    }

    #[cfg(target_os = "linux")]
    fn more(&mut self, result: i32) -> bool {
        let mut all = self.accepted.0.sockets.borrow_mut();
        all.extend(outcome(result).map(accepted));
        // Said once: more may come before the cancellation is heard. Others may have filled the room.
        self.full || {
            self.full = all.len() >= MOST_ACCEPTED;
            !self.full
        }
    }
}

/// The socket that an operation has accepted.
#[cfg(target_os = "linux")]
fn accepted(fd: usize) -> socket2::Socket {
    use std::os::fd::{FromRawFd, OwnedFd, RawFd};
    // SAFETY: the kernel has made this descriptor for the operation that landed, and nobody else knows it.
    unsafe { OwnedFd::from_raw_fd(fd as RawFd) }.into()
}

#[cfg(all(test, target_os = "linux", not(spargio_loom)))]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::task::Wake;

    /// Panics when it is called, but for the last of them.
    #[derive(Default)]
    struct Called(AtomicUsize);

    impl Wake for Called {
        fn wake(self: Arc<Self>) {
            let before = self.0.fetch_add(1, Ordering::Relaxed);
            assert_eq!(before, 2, "meant to happen");
        }
    }

    /// The shard's loop drops it when nobody waits for it any more, where a panic would end the process.
    #[test]
    fn what_was_accepted_for_nobody_is_left_whatever_the_wakers_do() -> io::Result<()> {
        let (near, far) =
            socket2::Socket::pair(socket2::Domain::UNIX, socket2::Type::STREAM, None)?;
        let (line, called) = (Accepted::default(), Arc::new(Called::default()));
        let mut waiting = [(); 3].map(|()| line.wait());
        for waiting in &mut waiting {
            waiting.set(&Waker::from(called.clone()));
        }
        let mut accept = Accept::new(Socket::new(near, true)?, line.clone());
        let address = far.local_addr()?;
        accept.accepted = Some((far, address));
        drop(accept);
        assert_eq!(called.0.load(Ordering::Relaxed), 3);
        assert!(line.next().is_some());
        Ok(())
    }
}
