//! Receiving by calls that do not wait, when the socket is ready.

use super::endpoint::Endpoint;
use crate::door::io::buffer::IoBufMut;
use crate::door::io::operation::Interest;
use crate::door::io::socket::NOWAIT;
use crate::door::io::stream::receive;
use std::io;

/// Leaves what is received where it is: `MSG_PEEK`, which is this everywhere.
pub(super) const PEEK: i32 = 2;

impl Endpoint {
    pub(super) async fn receive<B: IoBufMut>(
        &self,
        mut buffer: B,
        flags: i32,
    ) -> (io::Result<usize>, B) {
        if let Err(error) = has_room(&mut buffer) {
            return (Err(error), buffer);
        }
        let receive = |socket: &socket2::Socket| receive(socket, &mut buffer, NOWAIT | flags);
        let received = self.when(Interest::Read, receive).await;
        (received, buffer)
    }
}

/// A buffer without room would read as an end, and take a datagram away unseen.
pub(super) fn has_room<B: IoBufMut>(buffer: &mut B) -> io::Result<()> {
    match buffer.room().is_empty() {
        false => Ok(()),
        true => Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "the buffer has no room: give it a capacity",
        )),
    }
}
