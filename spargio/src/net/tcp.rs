//! TCP.

use super::connection::Connection;
use super::endpoint::{Endpoint, buffer_sizes, ip};
use super::listen::ListenOptions;
use super::listener::{Incoming, Listener};
use super::resolve::{ToAddrs, first};
use crate::door::io::stream::Connect;
use crate::shard::io::here;
use futures_core::Stream;
use futures_util::StreamExt;
use socket2::{Domain, Protocol, SockAddr, Type};
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;

/// Accepts TCP connections.
///
/// ```
/// use spargio::Runtime;
/// use spargio::net::{TcpListener, TcpStream};
///
/// let rt = Runtime::builder().shards(1).build()?;
/// let echoed = rt.spawn_local_on(0, |ctx| async move {
///     let listener = TcpListener::bind("127.0.0.1:0").await?;
///     let address = listener.local_addr()?;
///     ctx.spawn_local(async move {
///         let (stream, _) = listener.accept().await?;
///         let (read, buffer) = stream.read(Vec::with_capacity(64)).await;
///         read?;
///         stream.write_all(buffer).await.0
///     });
///     let stream = TcpStream::connect(address).await?;
///     stream.write_all("hello").await.0?;
///     let (read, buffer) = stream.read(Vec::with_capacity(64)).await;
///     read.map(|_| buffer)
/// })?;
/// assert_eq!(rt.block_on(echoed)??, b"hello");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct TcpListener(Rc<Listener>);

impl TcpListener {
    pub(super) fn endpoint(&self) -> &Endpoint {
        &self.0.endpoint
    }

    pub(super) fn from_endpoint(endpoint: Endpoint) -> Self {
        Self(Rc::new(Listener::new(endpoint)))
    }

    /// Listens at an address, on the calling shard, with [`ListenOptions::new`].
    ///
    /// # Errors
    ///
    /// As [`ListenOptions::listen`].
    pub async fn bind(at: impl ToAddrs) -> io::Result<Self> {
        ListenOptions::new().listen(at).await
    }

    /// Waits for the next connection.
    ///
    /// # Errors
    ///
    /// Those of the system. One about a single connection (`ConnectionAborted`) says nothing about the next; if the
    /// process is out of descriptors, the connection keeps waiting.
    ///
    /// # Cancellation
    ///
    /// Dropping the future loses no connection: one that was just accepted is the next `accept`'s.
    pub async fn accept(&self) -> io::Result<(TcpStream, SocketAddr)> {
        self.0.accept().await.and_then(connection)
    }

    /// The connections, one after another, without an end: each item is what [`accept`](Self::accept) would return.
    ///
    /// On io_uring a single multishot accept (Linux 5.19) serves the stream, and accepts connections ahead, about 64 at
    /// most. They wait in the listener: the next `accept`, or poll of any of its streams, takes them. One that waits
    /// already is woken for them when the stream is dropped, so poll a stream for as long as you have it. It keeps the
    /// socket open, even after the listener is dropped.
    ///
    /// ```
    /// use futures_util::StreamExt;
    /// # use spargio::net::{TcpListener, TcpStream};
    /// # #[spargio::main(shards = 1)]
    /// # async fn main() -> std::io::Result<()> {
    ///
    /// let listener = TcpListener::bind("127.0.0.1:0").await?;
    /// let to = listener.local_addr()?;
    /// let clients = [TcpStream::connect(to).await?, TcpStream::connect(to).await?];
    /// let mut incoming = listener.incoming().take(2);
    /// while let Some(connection) = incoming.next().await {
    ///     let (stream, _) = connection?;
    ///     stream.write_all("welcome").await.0?;
    /// }
    /// for client in clients {
    ///     let (read, greeting) = client.read(Vec::with_capacity(64)).await;
    ///     assert_eq!((read?, &*greeting), (7, &b"welcome"[..]));
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn incoming(
        &self,
    ) -> impl Stream<Item = io::Result<(TcpStream, SocketAddr)>> + Unpin + use<> {
        Incoming::new(&self.0).map(|accepted| accepted.and_then(connection))
    }

    /// The address that it listens at.
    ///
    /// # Errors
    ///
    /// Those of the system.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.endpoint().local_ip()
    }
}

fn connection((endpoint, address): (Endpoint, SockAddr)) -> io::Result<(TcpStream, SocketAddr)> {
    Ok((TcpStream::from_endpoint(endpoint), ip(&address)?))
}

impl fmt::Debug for TcpListener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TcpListener({:?})", self.local_addr().ok())
    }
}

/// A TCP connection, on the shard where it was made.
///
/// See [`TcpListener`] for an example.
///
/// ```
/// use spargio::net::{TcpListener, TcpStream};
/// use std::net::Shutdown;
///
/// #[spargio::main(shards = 1)]
/// async fn main() -> Result<(), Box<dyn std::error::Error>> {
///     let listener = TcpListener::bind("127.0.0.1:0").await?;
///     let near = TcpStream::connect(listener.local_addr()?).await?;
///     let (far, _) = listener.accept().await?;
///     near.set_nodelay(true)?;
///     near.write_all("hello, ").await.0?;
///     near.write_all("world").await.0?;
///     near.shutdown(Shutdown::Write)?;
///
///     // One buffer for all reads: it comes back with each.
///     let (mut text, mut buffer) = (Vec::new(), Vec::with_capacity(4));
///     loop {
///         let (read, back) = far.read(buffer).await;
///         if read? == 0 { break }
///         text.extend_from_slice(&back);
///         buffer = back;
///     }
///     assert_eq!(text, b"hello, world");
///     Ok(())
/// }
/// ```
pub struct TcpStream(pub(super) Rc<Connection>);

impl TcpStream {
    /// Connects to an address, or to the first of several that answers.
    ///
    /// # Errors
    ///
    /// Those of the system, the last one if several addresses were tried; an error that says so if the calling thread
    /// is not a shard.
    ///
    /// # Cancellation
    ///
    /// The connection, if there is one yet, is closed.
    pub async fn connect(to: impl ToAddrs) -> io::Result<Self> {
        let core = here()?;
        first(to, async |address| {
            let domain = Domain::for_address(address);
            let socket = socket2::Socket::new(domain, Type::STREAM, Some(Protocol::TCP))?;
            let endpoint = Endpoint::new(core.clone(), socket)?;
            let connect = Connect::new(endpoint.socket.clone(), address.into());
            endpoint.begin(connect).await.0?;
            Ok(Self::from_endpoint(endpoint))
        })
        .await
    }

    /// The address of the other side.
    ///
    /// # Errors
    ///
    /// Those of the system.
    pub fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.endpoint().peer_ip()
    }

    /// The address of this side.
    ///
    /// # Errors
    ///
    /// Those of the system.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.endpoint().local_ip()
    }

    /// Whether small writes are sent at once (`TCP_NODELAY`).
    ///
    /// # Errors
    ///
    /// Those of the system.
    pub fn nodelay(&self) -> io::Result<bool> {
        self.endpoint().socket.tcp_nodelay()
    }

    /// Has small writes sent at once (`true`), or gathered into larger packets (`TCP_NODELAY`).
    ///
    /// # Errors
    ///
    /// Those of the system.
    pub fn set_nodelay(&self, nodelay: bool) -> io::Result<()> {
        self.endpoint().socket.set_tcp_nodelay(nodelay)
    }

    /// Has the system probe an idle connection after `idle` (`SO_KEEPALIVE`); `None` turns probing off.
    ///
    /// Linux and most other systems count whole seconds, at least 1: a fraction is cut off.
    ///
    /// # Errors
    ///
    /// Those of the system, for instance for a duration that it does not accept.
    pub fn set_keepalive(&self, idle: Option<Duration>) -> io::Result<()> {
        match idle {
            None => self.endpoint().socket.set_keepalive(false),
            Some(idle) => {
                let keepalive = socket2::TcpKeepalive::new().with_time(idle);
                self.endpoint().socket.set_tcp_keepalive(&keepalive)
            }
        }
    }

    /// Makes closing drop unsent data and reset the connection (`SO_LINGER` of zero). There is no such option with a
    /// duration: closing would block the shard for that long.
    ///
    /// ```
    /// # use spargio::net::{TcpListener, TcpStream};
    /// # #[spargio::main(shards = 1)]
    /// # async fn main() -> std::io::Result<()> {
    /// # let listener = TcpListener::bind("127.0.0.1:0").await?;
    /// # let near = TcpStream::connect(listener.local_addr()?).await?;
    /// # let (far, _) = listener.accept().await?;
    /// // A peer that breaks the protocol is not sent away politely.
    /// far.set_zero_linger()?;
    /// drop(far);
    /// let reset = near.read(Vec::with_capacity(64)).await.0;
    /// assert_eq!(reset.map_err(|error| error.kind()), Err(std::io::ErrorKind::ConnectionReset));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of the system.
    pub fn set_zero_linger(&self) -> io::Result<()> {
        self.endpoint().socket.set_linger(Some(Duration::ZERO))
    }

    /// How many hops a packet may take (`IP_TTL`, or `IPV6_UNICAST_HOPS` for an IPv6 socket).
    ///
    /// # Errors
    ///
    /// Those of the system.
    pub fn ttl(&self) -> io::Result<u32> {
        self.endpoint().hops()
    }

    /// Sets how many hops a packet may take.
    ///
    /// From 1 to 255.
    ///
    /// # Errors
    ///
    /// Those of the system, for instance for a number outside that range.
    pub fn set_ttl(&self, hops: u32) -> io::Result<()> {
        self.endpoint().set_hops(hops)
    }
}

buffer_sizes!(TcpStream);
