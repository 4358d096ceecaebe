//! Listening at a path.

use super::{UnixStream, named};
use crate::net::endpoint::Endpoint;
use crate::shard::io::here;
use futures_core::Stream;
use socket2::{Domain, SockAddr, Type};
use std::fmt;
use std::io;
use std::os::unix::net::SocketAddr;
use std::path::Path;

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
pub struct UnixListener(Endpoint);

impl UnixListener {
    pub(in crate::net) fn endpoint(&self) -> &Endpoint {
        &self.0
    }

    pub(in crate::net) fn from_endpoint(endpoint: Endpoint) -> Self {
        Self(endpoint)
    }

    /// Listens at a path, on the calling shard. The system makes a file there, and nobody removes it: not the drop of the
    /// listener, nor the end of the process. On Linux, a path that begins with a zero byte is a name without a file.
    ///
    /// # Errors
    ///
    /// Those of the system; one that says so if the calling thread is no shard.
    ///
    /// `AddrInUse` says that there is a file, which may be left over from a process that has ended. Whether somebody still
    /// listens, a [`UnixStream::connect`] tells: with `ConnectionRefused`, nobody does, and the file can be removed.
    pub fn bind(path: impl AsRef<Path>) -> io::Result<Self> {
        let core = here()?;
        let socket = socket2::Socket::new(Domain::UNIX, Type::STREAM, None)?;
        socket.bind(&SockAddr::unix(path)?)?;
        socket.listen(BACKLOG)?;
        Endpoint::new(core, socket).map(Self)
    }

    /// Waits for the next connection. Its address is that of the other end, which seldom has one.
    ///
    /// # Errors
    ///
    /// Those of the system; where descriptors are used up the connection goes on waiting.
    ///
    /// # Cancellation
    ///
    /// Dropping the future loses no connection but one that is made in the same turn of the shard, before the kernel is told:
    /// it may be accepted and closed.
    pub async fn accept(&self) -> io::Result<(UnixStream, SocketAddr)> {
        let (endpoint, address) = self.0.accept().await?;
        Ok((UnixStream::from_endpoint(endpoint), named(&address)?))
    }

    /// The connections, one after another, without an end.
    pub fn incoming(&self) -> impl Stream<Item = io::Result<(UnixStream, SocketAddr)>> + '_ {
        futures_util::stream::unfold(self, async |listener| {
            Some((listener.accept().await, listener))
        })
    }

    /// Where it listens.
    ///
    /// # Errors
    ///
    /// Those of the system.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        named(&self.0.socket.local_addr()?)
    }
}

/// How many connections may wait to be accepted, as for TCP; the system may allow fewer.
const BACKLOG: i32 = 1024;

impl fmt::Debug for UnixListener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UnixListener({:?})", self.local_addr().ok())
    }
}
