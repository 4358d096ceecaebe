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
    /// Those of the system; one connection that failed while it waited (`ConnectionAborted`) says nothing of the next, and
    /// where descriptors are used up the connection goes on waiting.
    ///
    /// # Cancellation
    ///
    /// Dropping the future loses no connection but one that is being accepted in that very moment: it is closed.
    pub async fn accept(&self) -> io::Result<(TcpStream, SocketAddr)> {
        self.0.accept().await.and_then(connection)
    }

    /// The connections, one after another, without an end; what it awaits is what [`accept`](Self::accept) would.
    ///
    /// On io_uring one operation accepts them all (a multishot accept, Linux 5.19), up to 64 of them before they are asked
    /// for. Those are the stream's, polled or not; what it has not given out when it is dropped is the listener's next. The
    /// stream keeps the socket open, also without the listener.
    pub fn incoming(
        &self,
    ) -> impl Stream<Item = io::Result<(TcpStream, SocketAddr)>> + Unpin + use<> {
        Incoming::new(&self.0).map(|accepted| accepted.and_then(connection))
    }

    /// Where it listens.
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
    /// Those of the system, the last if several addresses were tried; one that says so if the calling thread is no shard.
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

    /// Has small writes sent at once, or gathered (`TCP_NODELAY`).
    ///
    /// # Errors
    ///
    /// Those of the system.
    pub fn set_nodelay(&self, nodelay: bool) -> io::Result<()> {
        self.endpoint().socket.set_tcp_nodelay(nodelay)
    }

    /// Has the system look whether the peer is still there (`SO_KEEPALIVE`) after so long without a word; `None` turns it
    /// off.
    ///
    /// Linux and most others count whole seconds, from 1 on: a part of one is cut off.
    ///
    /// # Errors
    ///
    /// Those of the system, as for a time that it does not take.
    pub fn set_keepalive(&self, idle: Option<Duration>) -> io::Result<()> {
        match idle {
            None => self.endpoint().socket.set_keepalive(false),
            Some(idle) => {
                let keepalive = socket2::TcpKeepalive::new().with_time(idle);
                self.endpoint().socket.set_tcp_keepalive(&keepalive)
            }
        }
    }

    /// Has a close drop what is not sent yet and reset the connection (`SO_LINGER` with no time). There is no such option
    /// with a time: a close would block the shard for that long.
    ///
    /// # Errors
    ///
    /// Those of the system.
    pub fn set_zero_linger(&self) -> io::Result<()> {
        self.endpoint().socket.set_linger(Some(Duration::ZERO))
    }

    /// How many hops a packet may take (`IP_TTL`, and `IPV6_UNICAST_HOPS` where that is meant).
    ///
    /// # Errors
    ///
    /// Those of the system.
    pub fn ttl(&self) -> io::Result<u32> {
        self.endpoint().hops()
    }

    /// Says how many hops a packet may take.
    ///
    /// From 1 to 255.
    ///
    /// # Errors
    ///
    /// Those of the system, as for a number that is none of these.
    pub fn set_ttl(&self, hops: u32) -> io::Result<()> {
        self.endpoint().set_hops(hops)
    }
}

buffer_sizes!(TcpStream);
