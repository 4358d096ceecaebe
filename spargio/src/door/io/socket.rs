//! Sockets: shared by whoever names one and by the operations that use it, and closed when the last lets go.

use super::operation::Interest;
use crate::door::backend::queue::Registration;
use std::cell::OnceCell;
use std::io;
use std::ops::Deref;
use std::rc::Rc;

/// A socket of this shard: non-blocking without a ring, blocking with one, because the ring then does the waiting. One that
/// listens never blocks: it may be shared with shards of another backend, and no flag of a call has `accept` not wait.
#[derive(Clone)]
pub(crate) struct Socket(Rc<Shared>);

struct Shared {
    /// Where readiness is watched. Dropped before the socket is closed.
    registration: OnceCell<Registration>,
    socket: socket2::Socket,
}

/// For calls that must not wait although the socket would.
#[cfg(target_os = "linux")]
pub(crate) const NOWAIT: i32 = libc::MSG_DONTWAIT;
/// Without a ring no socket waits.
#[cfg(not(target_os = "linux"))]
pub(crate) const NOWAIT: i32 = 0;

impl Socket {
    /// `waits`: whether calls may wait, as a ring likes it.
    pub(crate) fn new(socket: socket2::Socket, waits: bool) -> io::Result<Self> {
        socket.set_nonblocking(!waits)?;
        Ok(Self(Rc::new(Shared {
            registration: OnceCell::new(),
            socket,
        })))
    }

    pub(crate) fn registration(&self) -> &OnceCell<Registration> {
        &self.0.registration
    }

    /// A read has found everything there was.
    pub(crate) fn drained(&self) {
        if let Some(registration) = self.registration().get() {
            registration.drained();
        }
    }

    /// Whether an attempt would find the socket not ready, as far as is known without one.
    pub(crate) fn is_drained(&self, interest: Interest) -> bool {
        let registration = self.registration().get();
        interest == Interest::Read && registration.is_some_and(Registration::is_drained)
    }

    /// The same socket under another descriptor, to be taken to another shard: operations may still hold this one.
    pub(crate) fn detach(&self) -> io::Result<socket2::Socket> {
        self.0.socket.try_clone()
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        if let Some(registration) = self.registration.take() {
            registration.end(&self.socket);
        }
    }
}

impl Deref for Socket {
    type Target = socket2::Socket;

    fn deref(&self) -> &socket2::Socket {
        &self.0.socket
    }
}

#[cfg(target_os = "linux")]
impl Socket {
    /// The descriptor, for an SQE of an operation that holds the socket.
    pub(super) fn fd(&self) -> io_uring::types::Fd {
        use std::os::fd::AsRawFd;
        io_uring::types::Fd(self.0.socket.as_raw_fd())
    }

    /// The process, user and group at the other end of a Unix connection.
    pub(crate) fn peer_credentials(&self) -> io::Result<(libc::pid_t, libc::uid_t, libc::gid_t)> {
        use std::os::fd::AsRawFd;
        let mut credentials = libc::ucred {
            pid: 0,
            uid: 0,
            gid: 0,
        };
        let mut len = size_of::<libc::ucred>() as libc::socklen_t;
        // SAFETY: the kernel writes at most `len` bytes, which is what there is room for.
        let failed = unsafe {
            libc::getsockopt(
                self.0.socket.as_raw_fd(),
                libc::SOL_SOCKET,
                libc::SO_PEERCRED,
                (&raw mut credentials).cast(),
                &raw mut len,
            )
        };
        match failed {
            0 => Ok((credentials.pid, credentials.uid, credentials.gid)),
            _ => Err(io::Error::last_os_error()),
        }
    }
}
