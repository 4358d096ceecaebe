//! Datagrams between processes of one system.

use super::{named, patiently};
use crate::door::io::buffer::{IoBuf, IoBufMut};
use crate::net::endpoint::{Endpoint, buffer_sizes};
use crate::net::transfer::PEEK;
use crate::shard::io::here;
use socket2::{Domain, SockAddr, Type};
use std::fmt;
use std::io;
use std::os::unix::net::SocketAddr;
use std::path::Path;

/// A socket for Unix datagrams, on the shard where it was made.
///
/// None is lost: who sends waits until the receiver has room. Several tasks of the shard may use one socket
/// at once, as with an `Rc`. A datagram that is larger than the buffer it is received into is cut off, and the rest of it
/// is lost. Datagrams may be empty: receiving 0 bytes is no end.
///
/// ```
/// use spargio::Runtime;
/// use spargio::net::UnixDatagram;
///
/// let rt = Runtime::builder().shards(1).build()?;
/// let heard = rt.spawn_local_on(0, |_| async {
///     let (near, far) = UnixDatagram::pair()?;
///     near.send("hello").await.0?;
///     let (received, buffer) = far.recv(Vec::with_capacity(64)).await;
///     received.map(|_| buffer)
/// })?;
/// assert_eq!(rt.block_on(heard)??, b"hello");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct UnixDatagram(Endpoint);

impl UnixDatagram {
    pub(in crate::net) fn endpoint(&self) -> &Endpoint {
        &self.0
    }

    pub(in crate::net) fn from_endpoint(endpoint: Endpoint) -> Self {
        Self(endpoint)
    }

    /// A socket that others can send to, at a path: see [`UnixListener::bind`](super::UnixListener::bind) for the file
    /// there.
    ///
    /// # Errors
    ///
    /// Those of the system, `AddrInUse` if there is a file already; one that says so if the calling thread is no shard.
    pub fn bind(path: impl AsRef<Path>) -> io::Result<Self> {
        let unbound = Self::unbound()?;
        unbound.0.socket.bind(&SockAddr::unix(path)?)?;
        Ok(unbound)
    }

    /// A socket that has no address: it can send, and receive nothing.
    ///
    /// # Errors
    ///
    /// Those of the system; one that says so if the calling thread is no shard.
    pub fn unbound() -> io::Result<Self> {
        let core = here()?;
        let socket = socket2::Socket::new(Domain::UNIX, Type::DGRAM, None)?;
        Endpoint::new(core, socket).map(Self)
    }

    /// Two sockets that are connected to each other, both on the calling shard.
    ///
    /// # Errors
    ///
    /// Those of the system; one that says so if the calling thread is no shard.
    pub fn pair() -> io::Result<(Self, Self)> {
        let core = here()?;
        let (one, other) = socket2::Socket::pair(Domain::UNIX, Type::DGRAM, None)?;
        let end = |socket| Endpoint::new(core.clone(), socket).map(Self);
        Ok((end(one)?, end(other)?))
    }

    /// Has [`send`](Self::send) and [`recv`](Self::recv) mean the socket at a path.
    ///
    /// # Errors
    ///
    /// Those of the system: `NotFound` where nothing is at the path, `ConnectionRefused` where there is only a file.
    pub fn connect(&self, path: impl AsRef<Path>) -> io::Result<()> {
        self.0.socket.connect(&SockAddr::unix(path)?)
    }

    /// Sends a datagram to the socket at a path. Returns its length. Where the receiver has no room, it is tried again every
    /// millisecond, for the system says nothing when there is; [`send`](Self::send) is told.
    ///
    /// # Errors
    ///
    /// Those of the system, as for [`connect`](Self::connect) and for a datagram that is too long.
    ///
    /// # Cancellation
    ///
    /// The buffer is lost with the future. A future that has not ended has sent nothing.
    pub async fn send_to<B: IoBuf>(
        &self,
        buffer: B,
        path: impl AsRef<Path>,
    ) -> (io::Result<usize>, B) {
        let to = match SockAddr::unix(path) {
            Ok(to) => to,
            Err(error) => return (Err(error), buffer),
        };
        let sent = patiently(self.0.core(), || self.0.try_send_to(buffer.bytes(), &to)).await;
        (sent, buffer)
    }

    /// Waits for the next datagram, and says from whom it came: a socket that is not bound has no address.
    ///
    /// # Errors
    ///
    /// Those of the system; `InvalidInput` for a buffer without room.
    ///
    /// # Cancellation
    ///
    /// The buffer is lost with the future, but no datagram: whoever receives next gets it.
    pub async fn recv_from<B: IoBufMut>(&self, buffer: B) -> (io::Result<(usize, SocketAddr)>, B) {
        let (received, buffer) = self.0.receive_from(buffer, 0).await;
        let received = received.and_then(|(len, from)| Ok((len, named(&from)?)));
        (received, buffer)
    }

    /// Sends a datagram to the peer that the socket is connected to. Returns its length.
    ///
    /// # Errors
    ///
    /// Those of the system: `ConnectionRefused` if the peer has gone, `NotConnected` if there was none.
    ///
    /// # Cancellation
    ///
    /// As for [`send_to`](Self::send_to).
    pub async fn send<B: IoBuf>(&self, buffer: B) -> (io::Result<usize>, B) {
        self.0.send(buffer).await
    }

    /// Waits for the next datagram. A peer that goes away is no end of them, and nothing says that it has.
    ///
    /// # Errors and cancellation
    ///
    /// As for [`recv_from`](Self::recv_from).
    pub async fn recv<B: IoBufMut>(&self, buffer: B) -> (io::Result<usize>, B) {
        self.0.receive(buffer, 0).await
    }

    /// As [`recv`](Self::recv), and leaves the datagram to be received again.
    ///
    /// # Errors and cancellation
    ///
    /// As for [`recv`](Self::recv).
    pub async fn peek<B: IoBufMut>(&self, buffer: B) -> (io::Result<usize>, B) {
        self.0.receive(buffer, PEEK).await
    }

    /// The address of this socket.
    ///
    /// # Errors
    ///
    /// Those of the system.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        named(&self.0.socket.local_addr()?)
    }

    /// The address of the peer that the socket is connected to.
    ///
    /// # Errors
    ///
    /// `NotConnected` if it is not.
    pub fn peer_addr(&self) -> io::Result<SocketAddr> {
        named(&self.0.socket.peer_addr()?)
    }
}

buffer_sizes!(UnixDatagram);

impl fmt::Debug for UnixDatagram {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UnixDatagram({:?})", self.local_addr().ok())
    }
}
