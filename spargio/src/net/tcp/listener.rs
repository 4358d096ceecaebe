//! Listening at an address.

use super::TcpStream;
use crate::net::endpoint::{Endpoint, ip};
use crate::net::listen::ListenOptions;
use crate::net::listener::{Incoming, Listener};
use crate::net::resolve::ToAddrs;
use futures_core::Stream;
use futures_util::StreamExt;
use socket2::SockAddr;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::rc::Rc;

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
    pub(in crate::net) fn endpoint(&self) -> &Endpoint {
        &self.0.endpoint
    }

    pub(in crate::net) fn from_endpoint(endpoint: Endpoint) -> Self {
        Self(Rc::new(Listener::new(endpoint)))
    }

    /// Listens at an address, on the calling shard, with [`ListenOptions::new`].
    ///
    /// ```
    /// # use spargio::net::TcpListener;
    /// # use std::io::ErrorKind;
    /// # #[spargio::main(shards = 1)]
    /// # async fn main() -> std::io::Result<()> {
    /// // The system chooses a port in place of 0.
    /// let listener = TcpListener::bind("127.0.0.1:0").await?;
    /// println!("listening at {}", listener.local_addr()?);
    /// // A second server there is told at once.
    /// let second = TcpListener::bind(listener.local_addr()?).await;
    /// assert_eq!(second.map(drop).map_err(|error| error.kind()), Err(ErrorKind::AddrInUse));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`ListenOptions::listen`].
    pub async fn bind(at: impl ToAddrs) -> io::Result<Self> {
        ListenOptions::new().listen(at).await
    }

    /// Waits for the next connection.
    ///
    /// ```
    /// # use spargio::{ShardCtx, net::{TcpListener, TcpStream}, time::sleep};
    /// # use std::time::Duration;
    /// # #[spargio::main(shards = 1)]
    /// # async fn main(cx: ShardCtx) -> Result<(), Box<dyn std::error::Error>> {
    /// # let listener = TcpListener::bind("127.0.0.1:0").await?;
    /// # let address = listener.local_addr()?;
    /// # let shard = cx.clone();
    /// const PAUSE: Duration = Duration::from_millis(50);
    /// let serving = cx.spawn_local(async move {
    ///     loop {
    ///         // Not the end: it was about that connection, or passes, as when all descriptors are in use.
    ///         let Ok((stream, from)) = listener.accept().await else { sleep(PAUSE).await; continue };
    ///         shard.spawn_local(async move { stream.write_all(format!("hello, {from}")).await.0 });
    ///     }
    /// });
    /// # let client = TcpStream::connect(address).await?;
    /// # let (read, greeting) = client.read(Vec::with_capacity(64)).await;
    /// # read?;
    /// # assert_eq!(String::from_utf8(greeting)?, format!("hello, {}", client.local_addr()?));
    /// # serving.abort();
    /// # Ok(())
    /// # }
    /// ```
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
    /// On io_uring a single multishot accept (Linux 5.19) serves the stream, and accepts connections ahead. They wait in
    /// the listener: the next `accept`, or poll of any of its streams, takes them. One that waits already is woken for
    /// them when the stream is dropped, so poll a stream for as long as you have it. It keeps the socket open, even after
    /// the listener is dropped.
    ///
    /// When 64 connections wait so, the shard has no more accepted. A busy shard learns of that late: until then the
    /// kernel accepts whatever is in the backlog, for as long as the ring's completion queue has room, which is four
    /// times [`ring_entries`](crate::Builder::ring_entries). Where that takes too many descriptors, or too much from
    /// other listeners at the port, call `accept` in a loop: it takes one connection at a time.
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
    /// ```
    /// # use spargio::net::{TcpListener, TcpStream};
    /// # #[spargio::main(shards = 1)]
    /// # async fn main() -> std::io::Result<()> {
    /// // A test's server takes any port that is free, and the client is told which.
    /// let listener = TcpListener::bind("127.0.0.1:0").await?;
    /// let address = listener.local_addr()?;
    /// let client = TcpStream::connect(address).await?;
    /// assert_eq!(client.peer_addr()?, address);
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
}

fn connection((endpoint, address): (Endpoint, SockAddr)) -> io::Result<(TcpStream, SocketAddr)> {
    Ok((TcpStream::from_endpoint(endpoint), ip(&address)?))
}

impl fmt::Debug for TcpListener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TcpListener({:?})", self.local_addr().ok())
    }
}
