//! Connections between hosts.

use crate::door::io::stream::Connect;
use crate::net::connection::Connection;
use crate::net::endpoint::{Endpoint, buffer_sizes};
use crate::net::resolve::{ToAddrs, first};
use crate::shard::io::here;
use socket2::{Domain, Protocol, Type};
use std::io;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;

/// A TCP connection, on the shard where it was made.
///
/// See [`TcpListener`](super::TcpListener) for an example.
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
pub struct TcpStream(pub(in crate::net) Rc<Connection>);

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
