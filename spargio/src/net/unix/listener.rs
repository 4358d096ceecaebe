//! Listening at a path.

use super::{UnixStream, named};
use crate::net::endpoint::Endpoint;
use crate::net::listener::{Incoming, Listener};
use crate::shard::io::here;
use futures_core::Stream;
use futures_util::StreamExt;
use socket2::{Domain, SockAddr, Type};
use std::fmt;
use std::io;
use std::os::unix::net::SocketAddr;
use std::path::Path;
use std::rc::Rc;

/// Accepts Unix connections.
///
/// ```
/// use spargio::Runtime;
/// use spargio::net::{UnixListener, UnixStream};
///
/// let path = std::env::temp_dir().join(format!("spargio-doc-{}", std::process::id()));
/// let rt = Runtime::builder().shards(1).build()?;
/// let at = path.clone();
/// let heard = rt.spawn_local_on(0, |ctx| async move {
///     let listener = UnixListener::bind(&at)?;
///     ctx.spawn_local(async move {
///         let (stream, _) = listener.accept().await?;
///         stream.write_all("hello").await.0
///     });
///     let stream = UnixStream::connect(&at).await?;
///     let (read, buffer) = stream.read(Vec::with_capacity(64)).await;
///     read.map(|_| buffer)
/// })?;
/// assert_eq!(rt.block_on(heard)??, b"hello");
/// std::fs::remove_file(path)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct UnixListener(Rc<Listener>);

impl UnixListener {
    pub(in crate::net) fn endpoint(&self) -> &Endpoint {
        &self.0.endpoint
    }

    pub(in crate::net) fn from_endpoint(endpoint: Endpoint) -> Self {
        Self(Rc::new(Listener::new(endpoint)))
    }

    /// Listens at a path, on the calling shard. The system makes a file there, which is not removed when the listener
    /// is dropped, nor when the process ends. On Linux, a path that begins with a zero byte is a name without a file.
    ///
    /// ```
    /// # use spargio::net::{UnixListener, UnixStream};
    /// # use std::io::ErrorKind::{AddrInUse, ConnectionRefused};
    /// # #[spargio::main(shards = 1)]
    /// # async fn main() -> std::io::Result<()> {
    /// # let directory = std::env::temp_dir().join(format!("spargio-doc-listener-bind-{}", std::process::id()));
    /// # std::fs::create_dir_all(&directory)?;
    /// # let path = directory.join("server");
    /// # drop(UnixListener::bind(&path)?);
    /// let mut bound = UnixListener::bind(&path);
    /// if bound.as_ref().is_err_and(|error| error.kind() == AddrInUse) {
    ///     // Is it only the file of a server that has ended?
    ///     let found = UnixStream::connect(&path).await;
    ///     if found.is_err_and(|error| error.kind() == ConnectionRefused) { std::fs::remove_file(&path)?; }
    ///     bound = UnixListener::bind(&path);
    /// }
    /// let listener = bound?;
    /// # drop(UnixStream::connect(&path).await?);
    /// # listener.accept().await?;
    /// # std::fs::remove_dir_all(&directory)?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of the system; an error that says so if the calling thread is not a shard.
    ///
    /// `AddrInUse` means that there is a file, which may be left over from a process that has ended.
    /// [`UnixStream::connect`] tells whether somebody still listens: if it returns `ConnectionRefused`, nobody does,
    /// and the file can be removed.
    pub fn bind(path: impl AsRef<Path>) -> io::Result<Self> {
        let core = here()?;
        let socket = socket2::Socket::new(Domain::UNIX, Type::STREAM, None)?;
        socket.bind(&SockAddr::unix(path)?)?;
        socket.listen(BACKLOG)?;
        Endpoint::listening(core, socket).map(Self::from_endpoint)
    }

    /// Waits for the next connection. The address is that of the other end, which is usually unnamed.
    ///
    /// ```
    /// # use spargio::net::{UnixListener, UnixStream};
    /// # #[spargio::main(shards = 1)]
    /// # async fn main() -> std::io::Result<()> {
    /// # let directory = std::env::temp_dir().join(format!("spargio-doc-listener-accept-{}", std::process::id()));
    /// # std::fs::create_dir_all(&directory)?;
    /// # let path = directory.join("server");
    /// let listener = UnixListener::bind(&path)?;
    /// # let client = UnixStream::connect(&path).await?;
    /// let (stream, address) = listener.accept().await?;
    /// // The client has no path, as hardly any has; on Linux, `peer_cred` says whose it is.
    /// assert!(address.is_unnamed());
    /// stream.write_all("welcome").await.0?;
    /// # assert_eq!(client.read(Vec::with_capacity(64)).await.1, b"welcome");
    /// # std::fs::remove_dir_all(&directory)?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of the system. If the process is out of descriptors, the connection keeps waiting.
    ///
    /// # Cancellation
    ///
    /// Dropping the future loses no connection: one that was just accepted is the next `accept`'s.
    pub async fn accept(&self) -> io::Result<(UnixStream, SocketAddr)> {
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
    /// times [`ring_entries`](crate::Builder::ring_entries). Where that takes too many descriptors, call `accept` in a
    /// loop: it takes one connection at a time.
    ///
    /// ```
    /// use futures_util::StreamExt;
    /// # use spargio::net::{UnixListener, UnixStream};
    /// # #[spargio::main(shards = 1)]
    /// # async fn main() -> std::io::Result<()> {
    /// # let directory = std::env::temp_dir().join(format!("spargio-doc-incoming-{}", std::process::id()));
    /// # std::fs::create_dir_all(&directory)?;
    ///
    /// let path = directory.join("server");
    /// let listener = UnixListener::bind(&path)?;
    /// let clients = [UnixStream::connect(&path).await?, UnixStream::connect(&path).await?];
    /// let mut incoming = listener.incoming().take(2);
    /// while let Some(connection) = incoming.next().await {
    ///     let (stream, _) = connection?;
    ///     stream.write_all("welcome").await.0?;
    /// }
    /// for client in clients {
    ///     let (read, greeting) = client.read(Vec::with_capacity(64)).await;
    ///     assert_eq!((read?, &*greeting), (7, &b"welcome"[..]));
    /// }
    /// # std::fs::remove_dir_all(&directory)?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn incoming(
        &self,
    ) -> impl Stream<Item = io::Result<(UnixStream, SocketAddr)>> + Unpin + use<> {
        Incoming::new(&self.0).map(|accepted| accepted.and_then(connection))
    }

    /// The address that it listens at.
    ///
    /// ```
    /// # use spargio::net::UnixListener;
    /// # #[spargio::main(shards = 1)]
    /// # async fn main() -> std::io::Result<()> {
    /// # let directory = std::env::temp_dir().join(format!("spargio-doc-listener-local-addr-{}", std::process::id()));
    /// # std::fs::create_dir_all(&directory)?;
    /// let listener = UnixListener::bind(directory.join("server"))?;
    /// // At the end the file is removed: the listener knows where it is.
    /// let address = listener.local_addr()?;
    /// drop(listener);
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
        named(&self.endpoint().socket.local_addr()?)
    }
}

fn connection((endpoint, address): (Endpoint, SockAddr)) -> io::Result<(UnixStream, SocketAddr)> {
    Ok((UnixStream::from_endpoint(endpoint), named(&address)?))
}

/// How many connections may wait to be accepted, as for TCP; the system may allow fewer.
const BACKLOG: i32 = 1024;

impl fmt::Debug for UnixListener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UnixListener({:?})", self.local_addr().ok())
    }
}
