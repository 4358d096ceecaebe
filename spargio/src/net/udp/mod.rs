//! UDP.

mod options;

use super::endpoint::{Endpoint, ip};
use super::resolve::{ToAddrs, first, resolve};
use super::transfer::PEEK;
use crate::door::io::buffer::{IoBuf, IoBufMut};
use crate::door::io::operation::Interest;
use crate::shard::io::here;
use socket2::{Domain, Protocol, SockAddr, Type};
use std::fmt;
use std::io;
use std::net::SocketAddr;

/// A UDP socket, on the shard where it was made.
///
/// Several tasks of the shard may use one socket at once, for instance through an `Rc`: each datagram goes to one of
/// those that receive.
///
/// A datagram that is larger than the buffer is cut off, and the rest of it is lost; on Windows that is an error
/// instead. Datagrams may be empty: receiving 0 bytes is not an end.
///
/// ```
/// use spargio::Runtime;
/// use spargio::net::UdpSocket;
///
/// let rt = Runtime::builder().shards(1).build()?;
/// let heard = rt.spawn_local_on(0, |_| async {
///     let (near, far) = (UdpSocket::bind("127.0.0.1:0").await?, UdpSocket::bind("127.0.0.1:0").await?);
///     near.send_to("hello", far.local_addr()?).await.0?;
///     let (received, buffer) = far.recv_from(Vec::with_capacity(1500)).await;
///     let (_, from) = received?;
///     assert_eq!(from, near.local_addr()?);
///     Ok::<_, std::io::Error>(buffer)
/// })?;
/// assert_eq!(rt.block_on(heard)??, b"hello");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct UdpSocket(Endpoint);

impl UdpSocket {
    pub(super) fn endpoint(&self) -> &Endpoint {
        &self.0
    }

    pub(super) fn from_endpoint(endpoint: Endpoint) -> Self {
        Self(endpoint)
    }

    /// Binds a socket to an address, or to the first of several that works. At `[::]` it receives IPv4 datagrams, too.
    ///
    /// To set other options before it is bound, make the socket with the standard library or `socket2`, and attach it:
    /// see [`Detached`](super::Detached).
    ///
    /// # Errors
    ///
    /// Those of the system, the last one if several addresses were tried; an error that says so if the calling thread
    /// is not a shard.
    pub async fn bind(at: impl ToAddrs) -> io::Result<Self> {
        let core = here()?;
        first(at, async |address| {
            let domain = Domain::for_address(address);
            let socket = socket2::Socket::new(domain, Type::DGRAM, Some(Protocol::UDP))?;
            if address.is_ipv6() {
                socket.set_only_v6(false)?;
            }
            socket.bind(&address.into())?;
            Endpoint::new(core.clone(), socket).map(Self)
        })
        .await
    }

    /// Makes one peer the only one for [`send`](Self::send) and [`recv`](Self::recv): the first of the addresses that
    /// the system accepts. Datagrams from others are no longer received.
    ///
    /// ```
    /// # use spargio::net::UdpSocket;
    /// # #[spargio::main(shards = 1)]
    /// # async fn main() -> std::io::Result<()> {
    /// let bind = || UdpSocket::bind("127.0.0.1:0");
    /// let (socket, peer, stranger) = (bind().await?, bind().await?, bind().await?);
    /// socket.connect(peer.local_addr()?).await?;
    /// assert_eq!(socket.send("question").await.0?, 8);
    /// let from = peer.recv_from(Vec::with_capacity(64)).await.0?.1;
    /// for (sender, text) in [(&stranger, "noise"), (&peer, "answer")] { sender.send_to(text, from).await.0?; }
    /// let (received, answer) = socket.recv(Vec::with_capacity(64)).await;
    /// assert_eq!((received?, &*answer), (6, &b"answer"[..]));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of the system. The peer is not contacted, so nothing says whether it exists.
    pub async fn connect(&self, to: impl ToAddrs) -> io::Result<()> {
        first(to, async |address| self.0.socket.connect(&address.into())).await
    }

    /// Sends a datagram to an address; if there are several, to the first of the socket's own kind (IPv4 or IPv6).
    /// Returns its length.
    ///
    /// # Errors
    ///
    /// Those of the system, for instance if the datagram is too long.
    ///
    /// # Cancellation
    ///
    /// The buffer is lost with the future. A future that is dropped before it is ready has sent nothing.
    pub async fn send_to<B: IoBuf>(&self, buffer: B, to: impl ToAddrs) -> (io::Result<usize>, B) {
        let to = match self.target(to).await {
            Ok(to) => to,
            Err(error) => return (Err(error), buffer),
        };
        let send = |_: &_| self.0.try_send_to(buffer.bytes(), &to);
        let sent = self.0.when(Interest::Write, send).await;
        (sent, buffer)
    }

    async fn target(&self, to: impl ToAddrs) -> io::Result<SockAddr> {
        let found = resolve(to).await?;
        // One address needs no choice, and so no look at what the socket is.
        if let [only] = found[..] {
            return Ok(only.into());
        }
        let is_v6 = self.local_addr()?.is_ipv6();
        let own = found.iter().find(|address| address.is_ipv6() == is_v6);
        let target = own.or(found.first()).copied();
        target
            .map(SockAddr::from)
            .ok_or_else(|| io::ErrorKind::AddrNotAvailable.into())
    }

    /// Waits for the next datagram, and says who sent it.
    ///
    /// # Errors
    ///
    /// Those of the system; `InvalidInput` for a buffer without room.
    ///
    /// # Cancellation
    ///
    /// The buffer is lost with the future, but no datagram is: the next receive gets it.
    pub async fn recv_from<B: IoBufMut>(&self, buffer: B) -> (io::Result<(usize, SocketAddr)>, B) {
        with_ip(self.0.receive_from(buffer, 0).await)
    }

    /// As [`recv_from`](Self::recv_from), but leaves the datagram to be received again.
    ///
    /// ```
    /// # use spargio::net::UdpSocket;
    /// # #[spargio::main(shards = 1)]
    /// # async fn main() -> std::io::Result<()> {
    /// # let (near, far) = (UdpSocket::bind("127.0.0.1:0").await?, UdpSocket::bind("127.0.0.1:0").await?);
    /// near.send_to("hello", far.local_addr()?).await.0?;
    /// let (peeked, buffer) = far.peek_from(Vec::with_capacity(64)).await;
    /// assert_eq!(peeked?.1, near.local_addr()?);
    /// // Whoever serves this sender receives it.
    /// let (received, text) = far.recv(buffer).await;
    /// assert_eq!((received?, &*text), (5, &b"hello"[..]));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors and cancellation
    ///
    /// As for [`recv_from`](Self::recv_from).
    pub async fn peek_from<B: IoBufMut>(&self, buffer: B) -> (io::Result<(usize, SocketAddr)>, B) {
        with_ip(self.0.receive_from(buffer, PEEK).await)
    }

    /// Sends a datagram to the peer that the socket is connected to, as [`connect`](Self::connect) shows. Returns its
    /// length.
    ///
    /// # Errors
    ///
    /// As for [`send_to`](Self::send_to), and one if the socket is not connected. If nobody listens at the peer's
    /// address, this or a later operation returns `ConnectionRefused`, once the system learns of it.
    ///
    /// # Cancellation
    ///
    /// As for [`send_to`](Self::send_to).
    pub async fn send<B: IoBuf>(&self, buffer: B) -> (io::Result<usize>, B) {
        self.0.send(buffer).await
    }

    /// Waits for the next datagram: from the peer if the socket is connected, otherwise from anyone.
    ///
    /// # Errors
    ///
    /// As for [`recv_from`](Self::recv_from) and [`send`](Self::send).
    ///
    /// # Cancellation
    ///
    /// As for [`recv_from`](Self::recv_from).
    pub async fn recv<B: IoBufMut>(&self, buffer: B) -> (io::Result<usize>, B) {
        self.0.receive(buffer, 0).await
    }

    /// As [`recv`](Self::recv), but leaves the datagram to be received again.
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
        self.0.local_ip()
    }

    /// The address of the peer that the socket is connected to.
    ///
    /// # Errors
    ///
    /// `NotConnected` if it is not.
    pub fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.0.peer_ip()
    }
}

impl fmt::Debug for UdpSocket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UdpSocket({:?})", self.local_addr().ok())
    }
}

fn with_ip<B>(
    (received, buffer): (io::Result<(usize, SockAddr)>, B),
) -> (io::Result<(usize, SocketAddr)>, B) {
    let received = received.and_then(|(len, from)| Ok((len, ip(&from)?)));
    (received, buffer)
}
