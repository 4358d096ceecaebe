//! The operations of sockets.

use super::buffer::{IoBuf, IoBufMut};
use super::operation::{Attempt, Interest, Operation};
#[cfg(target_os = "linux")]
use super::operation::{len, outcome};
use super::socket::{NOWAIT, Socket};
#[cfg(target_os = "linux")]
use io_uring::{opcode, squeue};
use socket2::SockAddr;
use std::io;

/// Receives into a buffer.
pub(crate) struct Receive<B> {
    pub(crate) socket: Socket,
    pub(crate) buffer: B,
}

// SAFETY: the SQE points to the buffer's bytes, which stay where they are and are used again after landing only.
unsafe impl<B: IoBufMut> Operation for Receive<B> {
    #[cfg(target_os = "linux")]
    fn sqe(&mut self) -> squeue::Entry {
        let fd = self.socket.fd();
        // SAFETY: the kernel writes what it has received, and nothing else.
        let room = unsafe { self.buffer.room() };
        opcode::Recv::new(fd, room.as_mut_ptr().cast(), len(room.len())).build()
    }

    #[cfg(target_os = "linux")]
    fn land(&mut self, result: i32) -> io::Result<usize> {
        let read = outcome(result)?;
        // SAFETY: the kernel says that it wrote so many bytes to the room.
        unsafe { self.buffer.fill(read) };
        Ok(read)
    }
}

impl<B: IoBufMut> Attempt for Receive<B> {
    fn attempt(&mut self) -> io::Result<usize> {
        receive(&self.socket, &mut self.buffer, NOWAIT)
    }

    fn needs(&self) -> (&Socket, Interest) {
        (&self.socket, Interest::Read)
    }
}

/// Receives into a buffer by a call.
pub(crate) fn receive<B: IoBufMut>(
    socket: &socket2::Socket,
    buffer: &mut B,
    flags: i32,
) -> io::Result<usize> {
    // SAFETY: the call writes what it has received, and nothing else.
    let read = socket.recv_with_flags(unsafe { buffer.room() }, flags)?;
    // SAFETY: the call says that it wrote so many bytes to the room.
    unsafe { buffer.fill(read) };
    Ok(read)
}

/// The same, and from whom it came.
pub(crate) fn receive_from<B: IoBufMut>(
    socket: &socket2::Socket,
    buffer: &mut B,
    flags: i32,
) -> io::Result<(usize, SockAddr)> {
    // SAFETY: the call writes what it has received, and nothing else.
    let (read, from) = socket.recv_from_with_flags(unsafe { buffer.room() }, flags)?;
    // SAFETY: the call says that it wrote so many bytes to the room.
    unsafe { buffer.fill(read) };
    Ok((read, from))
}

/// Sends what stands in a buffer behind the first bytes.
pub(crate) struct Send<B> {
    pub(crate) socket: Socket,
    pub(crate) buffer: B,
    /// How many bytes were sent before.
    pub(crate) sent: usize,
}

impl<B: IoBuf> Send<B> {
    fn rest(&self) -> &[u8] {
        self.buffer.bytes().get(self.sent..).unwrap_or_default()
    }
}

/// A peer that has gone is an error of the call, never a signal to the process.
#[cfg(target_os = "linux")]
pub(crate) const NO_SIGNAL: i32 = libc::MSG_NOSIGNAL;
/// Where there is no such flag, the standard library has the signal ignored.
#[cfg(not(target_os = "linux"))]
pub(crate) const NO_SIGNAL: i32 = 0;

// SAFETY: the SQE points to the buffer's bytes, which stay where they are and are only read.
unsafe impl<B: IoBuf> Operation for Send<B> {
    #[cfg(target_os = "linux")]
    fn sqe(&mut self) -> squeue::Entry {
        let rest = self.rest();
        opcode::Send::new(self.socket.fd(), rest.as_ptr(), len(rest.len()))
            .flags(NO_SIGNAL)
            .build()
    }
}

impl<B: IoBuf> Attempt for Send<B> {
    fn attempt(&mut self) -> io::Result<usize> {
        self.socket.send_with_flags(self.rest(), NOWAIT | NO_SIGNAL)
    }

    fn needs(&self) -> (&Socket, Interest) {
        (&self.socket, Interest::Write)
    }
}

/// Connects a new socket.
pub(crate) struct Connect {
    pub(crate) socket: Socket,
    address: SockAddr,
    begun: bool,
}

impl Connect {
    pub(crate) fn new(socket: Socket, address: SockAddr) -> Self {
        Self {
            socket,
            address,
            begun: false,
        }
    }
}

// SAFETY: the SQE points to the address, which stands in the operation's box and is only read.
unsafe impl Operation for Connect {
    #[cfg(target_os = "linux")]
    fn sqe(&mut self) -> squeue::Entry {
        let address = self.address.as_ptr().cast();
        opcode::Connect::new(self.socket.fd(), address, self.address.len()).build()
    }
}

impl Attempt for Connect {
    fn attempt(&mut self) -> io::Result<usize> {
        if !std::mem::replace(&mut self.begun, true) {
            return match self.socket.connect(&self.address) {
                Ok(()) => Ok(0),
                Err(error) if is_under_way(&error) => Err(io::ErrorKind::WouldBlock.into()),
                Err(error) => Err(error),
            };
        }
        // It is ready for writing once it is connected, or has failed.
        match self.socket.take_error()? {
            Some(error) => Err(error),
            None => self.socket.peer_addr().map(|_| 0).map_err(|error| {
                // Woken too early.
                match error.kind() {
                    io::ErrorKind::NotConnected => io::ErrorKind::WouldBlock.into(),
                    _ => error,
                }
            }),
        }
    }

    fn needs(&self) -> (&Socket, Interest) {
        (&self.socket, Interest::Write)
    }
}

/// Whether a connection that was begun goes on without the caller.
fn is_under_way(error: &io::Error) -> bool {
    #[cfg(unix)]
    let under_way = error.raw_os_error() == Some(rustix::io::Errno::INPROGRESS.raw_os_error());
    #[cfg(not(unix))]
    let under_way = error.kind() == io::ErrorKind::WouldBlock;
    under_way
}

/// Waits until a socket is ready that was found not to be. There is nothing to attempt: it is done once it was waited for.
pub(crate) struct Ready {
    pub(crate) socket: Socket,
    pub(crate) interest: Interest,
}

// SAFETY: the SQE points to nothing.
unsafe impl Operation for Ready {
    #[cfg(target_os = "linux")]
    fn sqe(&mut self) -> squeue::Entry {
        let events = match self.interest {
            Interest::Read => libc::POLLIN | libc::POLLRDHUP,
            Interest::Write => libc::POLLOUT,
        };
        opcode::PollAdd::new(self.socket.fd(), events as u32).build()
    }
}

impl Attempt for Ready {
    fn attempt(&mut self) -> io::Result<usize> {
        Ok(0)
    }

    fn needs(&self) -> (&Socket, Interest) {
        (&self.socket, self.interest)
    }
}
