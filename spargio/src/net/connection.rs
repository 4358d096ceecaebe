//! What connected streams do, whatever carries them.

use super::endpoint::{Endpoint, Wait};
use crate::door::io::buffer::{IoBuf, IoBufMut, as_room, require_room, room_of};
use crate::door::io::operation::{Attempt, Interest};
use crate::door::io::socket::NOWAIT;
use crate::door::io::stream::{NO_SIGNAL, Receive, Send};
use std::cell::Cell;
use std::io::{self, IoSlice};
use std::net::Shutdown;
use std::task::{Context, Poll, ready};

/// One call takes no more slices; the rest is for the next one.
const MOST_SLICES: usize = 1024;

/// A connected stream. Both halves of a split stream share one.
pub(super) struct Connection {
    pub(super) endpoint: Endpoint,
    /// Whether the last read filled its buffer: as it seems, more is there already.
    flows: Cell<bool>,
    /// Whether a read that does not fill its buffer found everything there was.
    whole: bool,
    /// What `poll_read` waits for.
    readable: Wait,
    /// What `poll_write` waits for.
    writable: Wait,
}

impl Connection {
    /// `whole`: whether a read that does not fill its buffer found everything there was.
    pub(super) fn new(endpoint: Endpoint, whole: bool) -> Self {
        Self {
            endpoint,
            whole,
            flows: Cell::new(false),
            readable: Wait::default(),
            writable: Wait::default(),
        }
    }

    pub(super) async fn read<B: IoBufMut>(&self, mut buffer: B) -> (io::Result<usize>, B) {
        if let Err(error) = require_room(&mut buffer) {
            return (Err(error), buffer);
        }
        let room = room_of(&mut buffer);
        let socket = self.endpoint.socket.clone();
        let (result, receive) = self.run(Receive { socket, buffer }).await;
        self.note(&result, room);
        (result, receive.buffer)
    }

    /// What a read says of the next one.
    fn note(&self, result: &io::Result<usize>, room: usize) {
        self.flows.set(matches!(result, Ok(read) if *read == room));
        if self.whole && matches!(result, Ok(read) if (1..room).contains(read)) {
            self.endpoint.socket.drained();
        }
    }

    pub(super) async fn write<B: IoBuf>(&self, buffer: B, sent: usize) -> (io::Result<usize>, B) {
        let socket = self.endpoint.socket.clone();
        let send = Send {
            socket,
            buffer,
            sent,
        };
        let (result, send) = self.run(send).await;
        (result, send.buffer)
    }

    /// Does an operation. While bytes flow it need not wait, most of the time, and a call costs less than an SQE and entering
    /// the ring for it alone. Without a ring every operation begins with an attempt.
    async fn run<O: Attempt>(&self, mut operation: O) -> (io::Result<usize>, O) {
        if self.flows.get()
            && self.endpoint.has_ring()
            && let Some(result) = self.endpoint.attempt(&mut operation).await
        {
            return (result, operation);
        }
        self.endpoint.begin(operation).await
    }

    pub(super) async fn write_all<B: IoBuf>(&self, mut buffer: B) -> (io::Result<()>, B) {
        let (mut sent, len) = (0, buffer.bytes().len());
        while sent < len {
            let (result, back) = self.write(buffer, sent).await;
            buffer = back;
            match result {
                Ok(0) => return (Err(io::ErrorKind::WriteZero.into()), buffer),
                Ok(more) => sent += more,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
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
            .filter(|slice| !slice.is_empty())
            .take(MOST_SLICES)
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

    pub(super) fn poll_read(
        &self,
        task: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        let room = buffer.len();
        let read =
            ready!(
                self.endpoint
                    .poll_when(&self.readable, Interest::Read, task, |socket| {
                        // SAFETY: the call writes what it has received, and nothing else.
                        socket.recv_with_flags(unsafe { as_room(buffer) }, NOWAIT)
                    })
            );
        self.note(&read, room);
        Poll::Ready(read)
    }

    pub(super) fn poll_write(
        &self,
        task: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.endpoint
            .poll_when(&self.writable, Interest::Write, task, |socket| {
                socket.send_with_flags(bytes, NOWAIT | NO_SIGNAL)
            })
    }

    pub(super) fn poll_write_vectored(
        &self,
        task: &mut Context<'_>,
        bytes: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        // Empty ones would have a call that takes no more send nothing, which reads as a peer that takes nothing.
        let empty = bytes.iter().take_while(|slice| slice.is_empty()).count();
        let bytes = &bytes[empty..];
        let bytes = &bytes[..bytes.len().min(MOST_SLICES)];
        self.endpoint
            .poll_when(&self.writable, Interest::Write, task, |socket| {
                socket.send_vectored_with_flags(bytes, NOWAIT | NO_SIGNAL)
            })
    }

    pub(super) fn shutdown(&self, how: Shutdown) -> io::Result<()> {
        self.endpoint.socket.shutdown(how)
    }
}
