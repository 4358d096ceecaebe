//! What connected streams do, whatever carries them.

use super::endpoint::Endpoint;
use super::transfer::has_room;
use crate::door::io::buffer::{IoBuf, IoBufMut, as_room};
use crate::door::io::operation::Interest;
use crate::door::io::socket::NOWAIT;
use crate::door::io::stream::{NO_SIGNAL, Ready, Receive, Send};
use crate::shard::io::Io;
use std::cell::RefCell;
use std::io::{self, IoSlice};
use std::net::Shutdown;
use std::pin::Pin;
use std::task::{Context, Poll};

/// A connected stream. Both halves of a split stream share one.
pub(super) struct Connection {
    pub(super) endpoint: Endpoint,
    /// What `poll_read` waits for.
    readable: RefCell<Option<Io<Ready>>>,
    /// What `poll_write` waits for.
    writable: RefCell<Option<Io<Ready>>>,
}

impl Connection {
    pub(super) fn new(endpoint: Endpoint) -> Self {
        Self {
            endpoint,
            readable: RefCell::default(),
            writable: RefCell::default(),
        }
    }

    pub(super) async fn read<B: IoBufMut>(&self, mut buffer: B) -> (io::Result<usize>, B) {
        if let Err(error) = has_room(&mut buffer) {
            return (Err(error), buffer);
        }
        let socket = self.endpoint.socket.clone();
        let (result, receive) = self.endpoint.begin(Receive { socket, buffer }).await;
        (result, receive.buffer)
    }

    pub(super) async fn write<B: IoBuf>(&self, buffer: B, sent: usize) -> (io::Result<usize>, B) {
        let socket = self.endpoint.socket.clone();
        let send = Send {
            socket,
            buffer,
            sent,
        };
        let (result, send) = self.endpoint.begin(send).await;
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

    pub(super) async fn write_vectored<B: IoBuf>(
        &self,
        buffers: Vec<B>,
    ) -> (io::Result<usize>, Vec<B>) {
        let slices: Vec<_> = buffers
            .iter()
            .map(|buffer| IoSlice::new(buffer.bytes()))
            .collect();
        let written = self
            .endpoint
            .when(Interest::Write, |socket| {
                socket.send_vectored_with_flags(&slices, NOWAIT | NO_SIGNAL)
            })
            .await;
        drop(slices);
        (written, buffers)
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
        loop {
            // Taken out while it is polled: that clones a waker, which may be user code.
            if let Some(mut wait) = waits.take() {
                match Pin::new(&mut wait).poll(task) {
                    Poll::Pending => {
                        waits.replace(Some(wait));
                        return Poll::Pending;
                    }
                    Poll::Ready((result, _)) => _ = result?,
                }
            }
            match f(&self.endpoint.socket) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    waits.replace(Some(self.endpoint.ready(interest)));
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

    pub(super) fn shutdown(&self, how: Shutdown) -> io::Result<()> {
        self.endpoint.socket.shutdown(how)
    }
}
