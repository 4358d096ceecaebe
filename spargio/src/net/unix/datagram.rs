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
/// No datagram is lost: a sender waits until the receiver has room. Several tasks of the shard may use one socket at
/// once, for instance through an `Rc`. A datagram that is larger than the buffer is cut off, and the rest of it is
/// lost. Datagrams may be empty: receiving 0 bytes is not an end.
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

    /// Binds a socket to a path, where others can send to it. [`UnixListener::bind`](super::UnixListener::bind) says
    /// what becomes of the file there.
    ///
    /// ```
    /// # use spargio::net::UnixDatagram;
    /// # #[spargio::main(shards = 1)]
    /// # async fn main() -> std::io::Result<()> {
    /// # let directory = std::env::temp_dir().join(format!("spargio-doc-datagram-bind-{}", std::process::id()));
    /// # std::fs::create_dir_all(&directory)?;
    /// let path = directory.join("log");
    /// let socket = UnixDatagram::bind(&path)?;
    /// assert_eq!(socket.local_addr()?.as_pathname(), Some(&*path));
    /// // The file outlives the socket, and is in the way of the next one.
    /// drop(socket);
    /// assert!(UnixDatagram::bind(&path).is_err());
    /// std::fs::remove_file(&path)?;
    /// assert!(UnixDatagram::bind(&path).is_ok());
    /// # std::fs::remove_dir_all(&directory)?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of the system, `AddrInUse` if there is a file already; an error that says so if the calling thread is not
    /// a shard.
    pub fn bind(path: impl AsRef<Path>) -> io::Result<Self> {
        let unbound = Self::unbound()?;
        unbound.0.socket.bind(&SockAddr::unix(path)?)?;
        Ok(unbound)
    }

    /// A socket without an address: it can send, but receive nothing.
    ///
    /// ```
    /// # use spargio::net::UnixDatagram;
    /// # #[spargio::main(shards = 1)]
    /// # async fn main() -> std::io::Result<()> {
    /// # let directory = std::env::temp_dir().join(format!("spargio-doc-datagram-unbound-{}", std::process::id()));
    /// # std::fs::create_dir_all(&directory)?;
    /// # let path = directory.join("log");
    /// let log = UnixDatagram::bind(&path)?;
    /// // Who only sends needs no path, and leaves no file behind.
    /// let socket = UnixDatagram::unbound()?;
    /// socket.send_to("started", &path).await.0?;
    /// let (received, line) = log.recv_from(Vec::with_capacity(64)).await;
    /// assert!(received?.1.is_unnamed());
    /// assert_eq!(line, b"started");
    /// # std::fs::remove_dir_all(&directory)?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of the system; an error that says so if the calling thread is not a shard.
    pub fn unbound() -> io::Result<Self> {
        let core = here()?;
        let socket = socket2::Socket::new(Domain::UNIX, Type::DGRAM, None)?;
        Endpoint::new(core, socket).map(Self)
    }

    /// Two sockets that are connected to each other, both on the calling shard.
    ///
    /// ```
    /// # use spargio::net::UnixDatagram;
    /// # #[spargio::main(shards = 1)]
    /// # async fn main() -> std::io::Result<()> {
    /// let (near, far) = UnixDatagram::pair()?;
    /// // Unlike in a stream, messages stay apart.
    /// for message in ["one", "two"] { near.send(message).await.0?; }
    /// for message in ["one", "two"] {
    ///     let (received, text) = far.recv(Vec::with_capacity(64)).await;
    ///     assert_eq!((received?, &*text), (3, message.as_bytes()));
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of the system; an error that says so if the calling thread is not a shard.
    pub fn pair() -> io::Result<(Self, Self)> {
        let core = here()?;
        let (one, other) = socket2::Socket::pair(Domain::UNIX, Type::DGRAM, None)?;
        let end = |socket| Endpoint::new(core.clone(), socket).map(Self);
        Ok((end(one)?, end(other)?))
    }

    /// Makes the socket at a path the peer of [`send`](Self::send) and [`recv`](Self::recv).
    ///
    /// ```
    /// # use spargio::net::UnixDatagram;
    /// # #[spargio::main(shards = 1)]
    /// # async fn main() -> std::io::Result<()> {
    /// # let directory = std::env::temp_dir().join(format!("spargio-doc-datagram-connect-{}", std::process::id()));
    /// # std::fs::create_dir_all(&directory)?;
    /// let log = UnixDatagram::bind(directory.join("log"))?;
    /// // It is never sent anything, so it needs no path.
    /// let socket = UnixDatagram::unbound()?;
    /// socket.connect(directory.join("log"))?;
    /// socket.send("started").await.0?;
    /// let (received, line) = log.recv(Vec::with_capacity(64)).await;
    /// assert_eq!((received?, &*line), (7, &b"started"[..]));
    /// # std::fs::remove_dir_all(&directory)?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of the system: `NotFound` if nothing is at the path, `ConnectionRefused` if there is a file but nobody has
    /// a socket open there.
    pub fn connect(&self, path: impl AsRef<Path>) -> io::Result<()> {
        self.0.socket.connect(&SockAddr::unix(path)?)
    }

    /// Sends a datagram to the socket at a path. Returns its length. While the receiver has no room, it is tried again
    /// every millisecond, because the system does not say when there is; for [`send`](Self::send) it does.
    ///
    /// ```
    /// # use spargio::net::UnixDatagram;
    /// # #[spargio::main(shards = 1)]
    /// # async fn main() -> std::io::Result<()> {
    /// # let directory = std::env::temp_dir().join(format!("spargio-doc-datagram-send-to-{}", std::process::id()));
    /// # std::fs::create_dir_all(&directory)?;
    /// let (server, client) = (directory.join("server"), directory.join("client"));
    /// let (near, far) = (UnixDatagram::bind(&client)?, UnixDatagram::bind(&server)?);
    /// near.send_to("question", &server).await.0?;
    /// // The sender has a path, so it can be answered.
    /// let (received, buffer) = far.recv_from(Vec::with_capacity(64)).await;
    /// assert_eq!(received?.1.as_pathname(), Some(&*client));
    /// far.send_to("answer", &client).await.0?;
    /// let (received, answer) = near.recv(buffer).await;
    /// assert_eq!((received?, &*answer), (6, &b"answer"[..]));
    /// # std::fs::remove_dir_all(&directory)?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of the system, as for [`connect`](Self::connect), and if the datagram is too long.
    ///
    /// # Cancellation
    ///
    /// The buffer is lost with the future. A future that is dropped before it is ready has sent nothing.
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

    /// Waits for the next datagram, and says who sent it: a sender that is not bound is unnamed.
    ///
    /// ```
    /// # use spargio::net::UnixDatagram;
    /// # #[spargio::main(shards = 1)]
    /// # async fn main() -> std::io::Result<()> {
    /// # let directory = std::env::temp_dir().join(format!("spargio-doc-datagram-recv-from-{}", std::process::id()));
    /// # std::fs::create_dir_all(&directory)?;
    /// # let (server, client) = (directory.join("server"), directory.join("client"));
    /// # let (log, named) = (UnixDatagram::bind(&server)?, UnixDatagram::bind(&client)?);
    /// # let nameless = UnixDatagram::unbound()?;
    /// # for socket in [&nameless, &named] { socket.send_to("hello", &server).await.0?; }
    /// // Whoever has a path is answered.
    /// for _ in 0..2 {
    ///     let (received, text) = log.recv_from(Vec::with_capacity(64)).await;
    ///     if let Some(path) = received?.1.as_pathname() { log.send_to(text, path).await.0?; }
    /// }
    /// assert_eq!(named.recv(Vec::with_capacity(64)).await.1, b"hello");
    /// # std::fs::remove_dir_all(&directory)?;
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
        let (received, buffer) = self.0.receive_from(buffer, 0).await;
        let received = received.and_then(|(len, from)| Ok((len, named(&from)?)));
        (received, buffer)
    }

    /// Sends a datagram to the peer that the socket is connected to. Returns its length.
    ///
    /// ```
    /// # use spargio::{ShardCtx, net::UnixDatagram};
    /// # #[spargio::main(shards = 1)]
    /// # async fn main(cx: ShardCtx) -> Result<(), Box<dyn std::error::Error>> {
    /// let (near, far) = UnixDatagram::pair()?;
    /// // Far more than fits in at once: the sender waits, and nothing is lost.
    /// let sending = cx.spawn_local(async move {
    ///     for n in 0..10_000 { near.send(format!("{n}")).await.0?; }
    ///     std::io::Result::Ok(())
    /// });
    /// for n in 0..10_000 { assert_eq!(far.recv(Vec::with_capacity(8)).await.1, format!("{n}").as_bytes()); }
    /// # sending.await??;
    /// # Ok(())
    /// # }
    /// ```
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

    /// Waits for the next datagram. If the peer goes away, nothing says so, and the wait goes on.
    ///
    /// ```
    /// # use spargio::net::UnixDatagram;
    /// # #[spargio::main(shards = 1)]
    /// # async fn main() -> std::io::Result<()> {
    /// # let (near, far) = UnixDatagram::pair()?;
    /// for message in ["one", "two", ""] { near.send(message).await.0?; }
    /// drop(near);
    /// // That it was the last has to be said: here, by a datagram that is empty.
    /// let mut heard = Vec::new();
    /// loop {
    ///     let (received, text) = far.recv(Vec::with_capacity(64)).await;
    ///     if received? == 0 { break }
    ///     heard.push(text);
    /// }
    /// # assert_eq!(heard, [b"one", b"two"]);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors and cancellation
    ///
    /// As for [`recv_from`](Self::recv_from).
    pub async fn recv<B: IoBufMut>(&self, buffer: B) -> (io::Result<usize>, B) {
        self.0.receive(buffer, 0).await
    }

    /// As [`recv`](Self::recv), but leaves the datagram to be received again.
    ///
    /// ```
    /// # use spargio::net::UnixDatagram;
    /// # #[spargio::main(shards = 1)]
    /// # async fn main() -> std::io::Result<()> {
    /// # let (near, far) = UnixDatagram::pair()?;
    /// # let mut datagram = vec![b'x'; 200];
    /// # datagram[0] = 200;
    /// # near.send(datagram).await.0?;
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
    /// # use spargio::net::UnixDatagram;
    /// # #[spargio::main(shards = 1)]
    /// # async fn main() -> std::io::Result<()> {
    /// # let directory = std::env::temp_dir().join(format!("spargio-doc-datagram-local-addr-{}", std::process::id()));
    /// # std::fs::create_dir_all(&directory)?;
    /// let socket = UnixDatagram::bind(directory.join("log"))?;
    /// // The file that it leaves behind: the socket knows where.
    /// let address = socket.local_addr()?;
    /// drop(socket);
    /// if let Some(path) = address.as_pathname() { std::fs::remove_file(path)?; }
    /// # std::fs::remove_dir(&directory)?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of the system.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        named(&self.0.socket.local_addr()?)
    }

    /// The address of the peer that the socket is connected to.
    ///
    /// ```
    /// # use spargio::net::UnixDatagram;
    /// # #[spargio::main(shards = 1)]
    /// # async fn main() -> std::io::Result<()> {
    /// # let directory = std::env::temp_dir().join(format!("spargio-doc-datagram-peer-addr-{}", std::process::id()));
    /// # std::fs::create_dir_all(&directory)?;
    /// # let path = directory.join("log");
    /// # let log = UnixDatagram::bind(&path)?;
    /// let socket = UnixDatagram::unbound()?;
    /// socket.connect(&path)?;
    /// let peer = socket.peer_addr()?;
    /// // The receiver was started anew: at the path there is another socket, to be connected to again.
    /// # drop(log);
    /// # std::fs::remove_file(&path)?;
    /// # let log = UnixDatagram::bind(&path)?;
    /// assert!(socket.send("lost").await.0.is_err());
    /// if let Some(path) = peer.as_pathname() { socket.connect(path)?; }
    /// socket.send("heard").await.0?;
    /// assert_eq!(log.recv(Vec::with_capacity(64)).await.1, b"heard");
    /// # std::fs::remove_dir_all(&directory)?;
    /// # Ok(())
    /// # }
    /// ```
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
