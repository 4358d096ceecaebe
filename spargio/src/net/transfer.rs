//! Sending and receiving by calls that do not wait, when the socket is ready: what datagrams do, and peeking.
//!
//! Whoever waits here has taken nothing yet, so a future that is dropped loses no datagram.

use super::endpoint::Endpoint;
use crate::door::io::buffer::{IoBuf, IoBufMut, require_room};
use crate::door::io::operation::Interest;
use crate::door::io::socket::NOWAIT;
use crate::door::io::stream::{NO_SIGNAL, receive, receive_from};
use socket2::SockAddr;
use std::io;

/// Leaves what is received where it is: `MSG_PEEK`, which is this everywhere.
pub(super) const PEEK: i32 = 2;

impl Endpoint {
    pub(super) async fn send<B: IoBuf>(&self, buffer: B) -> (io::Result<usize>, B) {
        let send =
            |socket: &socket2::Socket| socket.send_with_flags(buffer.bytes(), NOWAIT | NO_SIGNAL);
        let sent = self.when(Interest::Write, send).await;
        (sent, buffer)
    }

    /// One attempt.
    pub(super) fn try_send_to(&self, bytes: &[u8], to: &SockAddr) -> io::Result<usize> {
        self.socket
            .send_to_with_flags(bytes, to, NOWAIT | NO_SIGNAL)
    }

    pub(super) async fn receive<B: IoBufMut>(
        &self,
        mut buffer: B,
        flags: i32,
    ) -> (io::Result<usize>, B) {
        if let Err(error) = require_room(&mut buffer) {
            return (Err(error), buffer);
        }
        let receive = |socket: &socket2::Socket| receive(socket, &mut buffer, NOWAIT | flags);
        let received = self.when(Interest::Read, receive).await;
        (received, buffer)
    }

    pub(super) async fn receive_from<B: IoBufMut>(
        &self,
        mut buffer: B,
        flags: i32,
    ) -> (io::Result<(usize, SockAddr)>, B) {
        if let Err(error) = require_room(&mut buffer) {
            return (Err(error), buffer);
        }
        let receive = |socket: &socket2::Socket| receive_from(socket, &mut buffer, NOWAIT | flags);
        let received = self.when(Interest::Read, receive).await;
        (received, buffer)
    }
}
