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
        Endpoint::new(core, socket).map(Self::from_endpoint)
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
        self.0.accept().await.and_then(connection)
    }

    /// The connections, one after another, without an end; what it awaits is what [`accept`](Self::accept) would.
    ///
    /// On io_uring one operation accepts them all (a multishot accept, Linux 5.19), up to 64 of them before they are asked
    /// for. Those are the stream's, polled or not; what it has not given out when it is dropped is the listener's next. The
    /// stream keeps the socket open, also without the listener.
    pub fn incoming(
        &self,
    ) -> impl Stream<Item = io::Result<(UnixStream, SocketAddr)>> + Unpin + use<> {
        Incoming::new(&self.0).map(|accepted| accepted.and_then(connection))
    }

    /// Where it listens.
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
