//! What all connected streams do: TCP and Unix alike.

use crate::door::io::buffer::{IoBuf, IoBufMut, as_room};
use crate::door::io::operation::Interest;
use crate::door::io::socket::{NOWAIT, Socket};
use crate::door::io::stream::{NO_SIGNAL, Ready, Receive, Send, receive};
use crate::shard::Core;
use crate::shard::io::Io;
use std::cell::RefCell;
use std::io::{self, IoSlice};
use std::net::Shutdown;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

/// A connected stream. Both halves of a split stream share one.
pub(super) struct Connection {
    core: Rc<Core>,
    pub(super) socket: Socket,
    /// What `poll_read` waits for.
    readable: RefCell<Option<Io<Ready>>>,
    /// What `poll_write` waits for.
    writable: RefCell<Option<Io<Ready>>>,
}

impl Connection {
    pub(super) fn new(core: Rc<Core>, socket: Socket) -> Self {
        Self {
            core,
            socket,
            readable: RefCell::default(),
            writable: RefCell::default(),
        }
    }

    /// A socket of the calling shard. `Err` if there is no such shard.
    pub(super) fn adopt(core: &Rc<Core>, socket: socket2::Socket) -> io::Result<Self> {
        let socket = Socket::new(socket, core.has_ring())?;
        Ok(Self::new(core.clone(), socket))
    }

    pub(super) async fn read<B: IoBufMut>(&self, mut buffer: B) -> (io::Result<usize>, B) {
        if buffer.room().is_empty() {
            let error = io::Error::new(
                io::ErrorKind::InvalidInput,
                "the buffer has no room: give it a capacity",
            );
            return (Err(error), buffer);
        }
        let socket = self.socket.clone();
        let (result, receive) = Io::new(&self.core, Receive { socket, buffer }).await;
        (result, receive.buffer)
    }

    pub(super) async fn write<B: IoBuf>(&self, buffer: B, sent: usize) -> (io::Result<usize>, B) {
        let socket = self.socket.clone();
        let send = Send {
            socket,
            buffer,
            sent,
        };
        let (result, send) = Io::new(&self.core, send).await;
        (result, send.buffer)
    }

    pub(super) async fn write_all<B: IoBuf>(&self, mut buffer: B) -> (io::Result<()>, B) {
        let (mut sent, len) = (0, buffer.bytes().len());
        while sent < len {
            let (result, back) = self.write(buffer, sent).await;
            buffer = back;
            match result {
                Ok(0) => return (Err(io::ErrorKind::WriteZero.into()), buffer),
                Ok(more) => sent += more,
                Err(error) => return (Err(error), buffer),
            }
        }
        (Ok(()), buffer)
    }

    /// Waits until the socket may be ready.
    pub(super) async fn ready(&self, interest: Interest) -> io::Result<()> {
        Io::new(&self.core, ready_for(&self.socket, interest))
            .await
            .0
            .map(drop)
    }

    /// Calls `f`, which must not wait, until it has not to.
    pub(super) async fn when<R>(
        &self,
        interest: Interest,
        mut f: impl FnMut(&socket2::Socket) -> io::Result<R>,
    ) -> io::Result<R> {
        loop {
            match f(&self.socket) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    self.ready(interest).await?
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                result => return result,
            }
        }
    }

    fn poll_when<R>(
        &self,
        interest: Interest,
        task: &mut Context<'_>,
        mut f: impl FnMut(&socket2::Socket) -> io::Result<R>,
    ) -> Poll<io::Result<R>> {
        let waits = match interest {
            Interest::Read => &self.readable,
            Interest::Write => &self.writable,
        };
        let mut waits = waits.borrow_mut();
        loop {
            if let Some(wait) = &mut *waits {
                let (result, _) = ready!(Pin::new(wait).poll(task));
                *waits = None;
                result?;
            }
            match f(&self.socket) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    *waits = Some(Io::new(&self.core, ready_for(&self.socket, interest)));
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                result => return Poll::Ready(result),
            }
        }
    }

    pub(super) fn poll_read(
        &self,
        task: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        self.poll_when(Interest::Read, task, |socket| {
            socket.recv_with_flags(as_room(buffer), NOWAIT)
        })
    }

    pub(super) fn poll_write(
        &self,
        task: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.poll_when(Interest::Write, task, |socket| {
            socket.send_with_flags(bytes, NOWAIT | NO_SIGNAL)
        })
    }

    pub(super) fn poll_write_vectored(
        &self,
        task: &mut Context<'_>,
        bytes: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.poll_when(Interest::Write, task, |socket| {
            socket.send_vectored_with_flags(bytes, NOWAIT | NO_SIGNAL)
        })
    }

    pub(super) async fn peek<B: IoBufMut>(&self, mut buffer: B) -> (io::Result<usize>, B) {
        let peek = |socket: &socket2::Socket| receive(socket, &mut buffer, NOWAIT | PEEK);
        let peeked = self.when(Interest::Read, peek).await;
        (peeked, buffer)
    }

    pub(super) async fn write_vectored<B: IoBuf>(
        &self,
        buffers: Vec<B>,
    ) -> (io::Result<usize>, Vec<B>) {
        let slices: Vec<_> = buffers
            .iter()
            .map(|buffer| IoSlice::new(buffer.bytes()))
            .collect();
        let written = self
            .when(Interest::Write, |socket| {
                socket.send_vectored_with_flags(&slices, NOWAIT | NO_SIGNAL)
            })
            .await;
        drop(slices);
        (written, buffers)
    }

    pub(super) fn shutdown(&self, how: Shutdown) -> io::Result<()> {
        self.socket.shutdown(how)
    }
}

fn ready_for(socket: &Socket, interest: Interest) -> Ready {
    Ready {
        socket: socket.clone(),
        interest,
        awaited: false,
    }
}

/// Leaves what is read where it is: `MSG_PEEK`, which is this everywhere.
const PEEK: i32 = 2;
