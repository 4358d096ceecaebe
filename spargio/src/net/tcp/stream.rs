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
    /// ```
    /// # use spargio::net::{TcpListener, TcpStream};
    /// # use std::net::SocketAddr;
    /// # #[spargio::main(shards = 1)]
    /// # async fn main() -> std::io::Result<()> {
    /// let listener = TcpListener::bind("127.0.0.1:0").await?;
    /// // Nobody listens at the first. The addresses of a name are tried in the same way.
    /// let servers = [SocketAddr::from(([127, 0, 0, 1], 1)), listener.local_addr()?];
    /// let stream = TcpStream::connect(&servers[..]).await?;
    /// assert_eq!(stream.peer_addr()?, servers[1]);
    /// # Ok(())
    /// # }
    /// ```
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
    /// ```
    /// # use spargio::net::{TcpListener, TcpStream};
    /// # use std::{collections::BTreeMap, net::Ipv4Addr};
    /// # #[spargio::main(shards = 1)]
    /// # async fn main() -> std::io::Result<()> {
    /// # let listener = TcpListener::bind("127.0.0.1:0").await?;
    /// # let near = TcpStream::connect(listener.local_addr()?).await?;
    /// # let other = TcpStream::connect(listener.local_addr()?).await?;
    /// # let streams = [listener.accept().await?.0, listener.accept().await?.0];
    /// // How many connections each host has.
    /// let mut hosts = BTreeMap::new();
    /// for stream in &streams { *hosts.entry(stream.peer_addr()?.ip()).or_insert(0) += 1; }
    /// assert_eq!(hosts[&Ipv4Addr::LOCALHOST.into()], 2);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of the system.
    pub fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.endpoint().peer_ip()
    }

    /// The address of this side.
    ///
    /// ```
    /// # use spargio::net::{TcpListener, TcpStream};
    /// # use std::net::Ipv4Addr;
    /// # #[spargio::main(shards = 1)]
    /// # async fn main() -> std::io::Result<()> {
    /// let listener = TcpListener::bind("0.0.0.0:0").await?;
    /// let client = TcpStream::connect((Ipv4Addr::LOCALHOST, listener.local_addr()?.port())).await?;
    /// // The listener stands at all addresses of this host: the connection came to one of them.
    /// let (stream, from) = listener.accept().await?;
    /// assert_eq!(stream.local_addr()?, client.peer_addr()?);
    /// assert_eq!(from, client.local_addr()?);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of the system.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.endpoint().local_ip()
    }

    /// Whether small writes are sent at once (`TCP_NODELAY`).
    ///
    /// ```
    /// # use spargio::net::{TcpListener, TcpStream};
    /// # #[spargio::main(shards = 1)]
    /// # async fn main() -> std::io::Result<()> {
    /// # let listener = TcpListener::bind("127.0.0.1:0").await?;
    /// # let near = TcpStream::connect(listener.local_addr()?).await?;
    /// # let (far, _) = listener.accept().await?;
    /// // For a moment, and then as it was.
    /// let before = near.nodelay()?;
    /// near.set_nodelay(true)?;
    /// near.write_all("urgent").await.0?;
    /// near.set_nodelay(before)?;
    /// # assert!(!before && !near.nodelay()?);
    /// # assert_eq!(far.read(Vec::with_capacity(64)).await.1, b"urgent");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of the system.
    pub fn nodelay(&self) -> io::Result<bool> {
        self.endpoint().socket.tcp_nodelay()
    }

    /// Has small writes sent at once (`true`), or gathered into larger packets (`TCP_NODELAY`).
    ///
    /// ```
    /// # use futures_util::AsyncReadExt;
    /// # use spargio::net::{TcpListener, TcpStream};
    /// # #[spargio::main(shards = 1)]
    /// # async fn main() -> std::io::Result<()> {
    /// # let listener = TcpListener::bind("127.0.0.1:0").await?;
    /// # let near = TcpStream::connect(listener.local_addr()?).await?;
    /// # let (far, _) = listener.accept().await?;
    /// # let (mut far, mut message) = (far, [0; 9]);
    /// near.set_nodelay(true)?;
    /// // The second does not wait until the peer has acknowledged the first.
    /// near.write_all("head ").await.0?;
    /// near.write_all("body").await.0?;
    /// far.read_exact(&mut message).await?;
    /// assert_eq!(&message, b"head body");
    /// # assert!(near.nodelay()?);
    /// # Ok(())
    /// # }
    /// ```
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
    /// ```
    /// # use spargio::net::{TcpListener, TcpStream};
    /// # use std::time::Duration;
    /// # #[spargio::main(shards = 1)]
    /// # async fn main() -> std::io::Result<()> {
    /// # let listener = TcpListener::bind("127.0.0.1:0").await?;
    /// # let near = TcpStream::connect(listener.local_addr()?).await?;
    /// # let (far, _) = listener.accept().await?;
    /// // A client that has lost its power says nothing: after a minute the system asks, and a read that waits fails.
    /// far.set_keepalive(Some(Duration::from_secs(60)))?;
    /// # near.write_all("alive").await.0?;
    /// let (read, text) = far.read(Vec::with_capacity(64)).await;
    /// # assert_eq!((read?, &*text), (5, &b"alive"[..]));
    /// # far.set_keepalive(None)?;
    /// # // A fraction of a second is nothing.
    /// # assert!(!cfg!(target_os = "linux") || far.set_keepalive(Some(Duration::from_millis(999))).is_err());
    /// # Ok(())
    /// # }
    /// ```
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
    /// ```
    /// # use spargio::net::{TcpListener, TcpStream};
    /// # #[spargio::main(shards = 1)]
    /// # async fn main() -> std::io::Result<()> {
    /// # let listener = TcpListener::bind("127.0.0.1:0").await?;
    /// # let near = TcpStream::connect(listener.local_addr()?).await?;
    /// # let (far, _) = listener.accept().await?;
    /// // Both ends have what the system is set up with, until they are told otherwise.
    /// let default = near.ttl()?;
    /// near.set_ttl(1)?;
    /// assert_eq!((near.ttl()?, far.ttl()?), (1, default));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of the system.
    pub fn ttl(&self) -> io::Result<u32> {
        self.endpoint().hops()
    }

    /// Sets how many hops a packet may take, from 1 to 255.
    ///
    /// ```
    /// # use spargio::net::{TcpListener, TcpStream};
    /// # #[spargio::main(shards = 1)]
    /// # async fn main() -> std::io::Result<()> {
    /// # let listener = TcpListener::bind("127.0.0.1:0").await?;
    /// # let near = TcpStream::connect(listener.local_addr()?).await?;
    /// # let (far, _) = listener.accept().await?;
    /// // The first router drops what is sent: nobody outside this network is answered.
    /// near.set_ttl(1)?;
    /// near.write_all("hello, neighbour").await.0?;
    /// assert_eq!(far.read(Vec::with_capacity(64)).await.1, b"hello, neighbour");
    /// assert!(near.set_ttl(256).is_err());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of the system, for instance for a number outside that range.
    pub fn set_ttl(&self, hops: u32) -> io::Result<()> {
        self.endpoint().set_hops(hops)
    }
}

buffer_sizes!(TcpStream);
