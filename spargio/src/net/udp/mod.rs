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
    /// ```
    /// # use spargio::net::UdpSocket;
    /// # #[spargio::main(shards = 1)]
    /// # async fn main() -> std::io::Result<()> {
    /// // At every address of this host, and at a port that the system chooses.
    /// let server = UdpSocket::bind("0.0.0.0:0").await?;
    /// let client = UdpSocket::bind("127.0.0.1:0").await?;
    /// client.send_to("hello", ("127.0.0.1", server.local_addr()?.port())).await.0?;
    /// let (received, text) = server.recv_from(Vec::with_capacity(64)).await;
    /// assert_eq!((received?.1, &*text), (client.local_addr()?, &b"hello"[..]));
    /// # Ok(())
    /// # }
    /// ```
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
    /// ```
    /// # use spargio::net::UdpSocket;
    /// # #[spargio::main(shards = 1)]
    /// # async fn main() -> std::io::Result<()> {
    /// # let bind = || UdpSocket::bind("127.0.0.1:0");
    /// # let (socket, one, other) = (bind().await?, bind().await?, bind().await?);
    /// # let subscribers = [one.local_addr()?, other.local_addr()?];
    /// // One buffer for all: it comes back.
    /// let mut news = String::from("news");
    /// for subscriber in subscribers {
    ///     let (sent, back) = socket.send_to(news, subscriber).await;
    ///     assert_eq!(sent?, 4);
    ///     news = back;
    /// }
    /// # for subscriber in [one, other] {
    /// #     assert_eq!(subscriber.recv(Vec::with_capacity(64)).await.1, b"news");
    /// # }
    /// # Ok(())
    /// # }
    /// ```
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
    /// ```
    /// # use spargio::net::UdpSocket;
    /// # #[spargio::main(shards = 1)]
    /// # async fn main() -> std::io::Result<()> {
    /// # let (server, client) = (UdpSocket::bind("127.0.0.1:0").await?, UdpSocket::bind("127.0.0.1:0").await?);
    /// client.send_to("a question", server.local_addr()?).await.0?;
    /// // A server answers whoever asks.
    /// let (received, mut text) = server.recv_from(Vec::with_capacity(1500)).await;
    /// let (_, from) = received?;
    /// text.extend(b", answered");
    /// server.send_to(text, from).await.0?;
    /// assert_eq!(client.recv(Vec::with_capacity(64)).await.1, b"a question, answered");
    /// # Ok(())
    /// # }
    /// ```
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
    /// ```
    /// # use spargio::net::UdpSocket;
    /// # use std::io::ErrorKind;
    /// # #[spargio::main(shards = 1)]
    /// # async fn main() -> std::io::Result<()> {
    /// # let (socket, peer) = (UdpSocket::bind("127.0.0.1:0").await?, UdpSocket::bind("127.0.0.1:0").await?);
    /// socket.connect(peer.local_addr()?).await?;
    /// drop(peer);
    /// // It is sent all the same. That nobody is there is heard of by whoever waits for the answer.
    /// socket.send("a question").await.0?;
    /// let answer = socket.recv(Vec::with_capacity(64)).await.0;
    /// assert_eq!(answer.map_err(|error| error.kind()), Err(ErrorKind::ConnectionRefused));
    /// # Ok(())
    /// # }
    /// ```
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
    /// ```
    /// # use spargio::{ShardCtx, net::UdpSocket, time::timeout};
    /// # use std::time::Duration;
    /// # #[spargio::main(shards = 1)]
    /// # async fn main(cx: ShardCtx) -> Result<(), Box<dyn std::error::Error>> {
    /// # let (socket, peer) = (UdpSocket::bind("127.0.0.1:0").await?, UdpSocket::bind("127.0.0.1:0").await?);
    /// # socket.connect(peer.local_addr()?).await?;
    /// # // The first question is lost.
    /// # let answering = cx.spawn_local(async move {
    /// #     peer.recv(Vec::with_capacity(64)).await.0?;
    /// #     let (_, from) = peer.recv_from(Vec::with_capacity(64)).await.0?;
    /// #     peer.send_to("an answer", from).await.0.map(|_| peer)
    /// # });
    /// // Datagrams get lost, so the question is asked again and again.
    /// let answer = loop {
    ///     socket.send("a question").await.0?;
    ///     let received = timeout(Duration::from_millis(10), socket.recv(Vec::with_capacity(64))).await;
    ///     if let Ok((received, answer)) = received { break received.map(|_| answer)? }
    /// };
    /// assert_eq!(answer, b"an answer");
    /// # answering.await??;
    /// # Ok(())
    /// # }
    /// ```
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
    /// ```
    /// # use spargio::net::UdpSocket;
    /// # #[spargio::main(shards = 1)]
    /// # async fn main() -> std::io::Result<()> {
    /// # let (near, far) = (UdpSocket::bind("127.0.0.1:0").await?, UdpSocket::bind("127.0.0.1:0").await?);
    /// # let mut datagram = vec![b'x'; 200];
    /// # datagram[0] = 200;
    /// # near.send_to(datagram, far.local_addr()?).await.0?;
    /// // The first byte says how long the whole is: a buffer of just that size is made for it.
    /// let (peeked, head) = far.peek(Vec::with_capacity(1)).await;
    /// peeked?;
    /// let whole = Vec::with_capacity(head[0].into());
    /// let (received, whole) = far.recv(whole).await;
    /// assert_eq!((received?, whole[0]), (200, 200));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors and cancellation
    ///
    /// As for [`recv`](Self::recv).
    pub async fn peek<B: IoBufMut>(&self, buffer: B) -> (io::Result<usize>, B) {
        self.0.receive(buffer, PEEK).await
    }

    /// The address of this socket.
    ///
    /// ```
    /// # use spargio::net::UdpSocket;
    /// # use std::net::Ipv4Addr;
    /// # #[spargio::main(shards = 1)]
    /// # async fn main() -> std::io::Result<()> {
    /// // Which of this host's addresses leads to that peer? Connecting sends nothing.
    /// let socket = UdpSocket::bind("0.0.0.0:0").await?;
    /// assert!(socket.local_addr()?.ip().is_unspecified());
    /// socket.connect("127.0.0.1:9").await?;
    /// assert_eq!(socket.local_addr()?.ip(), Ipv4Addr::LOCALHOST);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of the system.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_ip()
    }

    /// The address of the peer that the socket is connected to.
    ///
    /// ```
    /// # use spargio::net::UdpSocket;
    /// # use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
    /// # #[spargio::main(shards = 1)]
    /// # async fn main() -> std::io::Result<()> {
    /// let socket = UdpSocket::bind("127.0.0.1:0").await?;
    /// assert!(socket.peer_addr().is_err());
    /// // Of several, it is the first that this socket can send to.
    /// let servers = [SocketAddr::from((Ipv6Addr::LOCALHOST, 9)), SocketAddr::from((Ipv4Addr::LOCALHOST, 9))];
    /// socket.connect(&servers[..]).await?;
    /// assert_eq!(socket.peer_addr()?, servers[1]);
    /// # Ok(())
    /// # }
    /// ```
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
