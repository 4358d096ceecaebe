//! Connections between processes of one system.

use super::{named, patiently};
use crate::net::connection::Connection;
use crate::net::endpoint::{Endpoint, buffer_sizes};
use crate::shard::io::here;
use socket2::{Domain, SockAddr, Type};
use std::io;
use std::os::unix::net::SocketAddr;
use std::path::Path;
use std::rc::Rc;

/// A Unix connection, on the shard where it was made.
///
/// See [`UnixListener`](super::UnixListener) for an example.
///
/// ```
/// use spargio::net::UnixStream;
///
/// #[spargio::main(shards = 1)]
/// async fn main() -> Result<(), Box<dyn std::error::Error>> {
///     let (near, far) = UnixStream::pair()?;
///     near.write_all("hello").await.0?;
///     drop(near);
///     let (read, buffer) = far.read(Vec::with_capacity(64)).await;
///     assert_eq!((read?, &*buffer), (5, &b"hello"[..]));
///     // The end: nobody is there any more.
///     assert_eq!(far.read(buffer).await.0?, 0);
///     Ok(())
/// }
/// ```
pub struct UnixStream(pub(in crate::net) Rc<Connection>);

impl UnixStream {
    /// Connects to the listener at a path. While the listener's backlog is full, it is tried again every millisecond,
    /// because the system does not say when there is room.
    ///
    /// ```
    /// # use spargio::net::{UnixListener, UnixStream};
    /// # use std::io::ErrorKind;
    /// # #[spargio::main(shards = 1)]
    /// # async fn main() -> std::io::Result<()> {
    /// # let directory = std::env::temp_dir().join(format!("spargio-doc-stream-connect-{}", std::process::id()));
    /// # std::fs::create_dir_all(&directory)?;
    /// # let path = directory.join("server");
    /// // Does the server run? It was never started ...
    /// let none = UnixStream::connect(&path).await.map(drop);
    /// assert_eq!(none.map_err(|error| error.kind()), Err(ErrorKind::NotFound));
    /// // ... or has ended.
    /// drop(UnixListener::bind(&path)?);
    /// let none = UnixStream::connect(&path).await.map(drop);
    /// assert_eq!(none.map_err(|error| error.kind()), Err(ErrorKind::ConnectionRefused));
    /// # std::fs::remove_dir_all(&directory)?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of the system: `NotFound` if nothing is at the path, `ConnectionRefused` if nobody listens there any more;
    /// an error that says so if the calling thread is not a shard.
    ///
    /// # Cancellation
    ///
    /// A future that is dropped before it is ready has not connected.
    pub async fn connect(path: impl AsRef<Path>) -> io::Result<Self> {
        let (core, address) = (here()?, SockAddr::unix(path)?);
        let socket = socket2::Socket::new(Domain::UNIX, Type::STREAM, None)?;
        // Not by the ring, where a connection that has to wait would hold a thread of the kernel.
        socket.set_nonblocking(true)?;
        patiently(&core, || socket.connect(&address)).await?;
        Endpoint::new(core, socket).map(Self::from_endpoint)
    }

    /// Two ends of one connection, both on the calling shard.
    ///
    /// ```
    /// # use spargio::{ShardCtx, net::UnixStream};
    /// # use std::io;
    /// # #[spargio::main(shards = 1)]
    /// # async fn main(cx: ShardCtx) -> Result<(), Box<dyn std::error::Error>> {
    /// /// Anything that is given a stream can be tried without a listener.
    /// async fn greet(stream: UnixStream) -> io::Result<()> {
    ///     stream.write_all("welcome").await.0
    /// }
    ///
    /// let (near, far) = UnixStream::pair()?;
    /// let greeting = cx.spawn_local(greet(far));
    /// assert_eq!(near.read(Vec::with_capacity(64)).await.1, b"welcome");
    /// greeting.await??;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of the system; an error that says so if the calling thread is not a shard.
    pub fn pair() -> io::Result<(Self, Self)> {
        let core = here()?;
        let (one, other) = socket2::Socket::pair(Domain::UNIX, Type::STREAM, None)?;
        let end = |socket| Endpoint::new(core.clone(), socket).map(Self::from_endpoint);
        Ok((end(one)?, end(other)?))
    }

    /// The address of the other end; unnamed if that end was not bound.
    ///
    /// ```
    /// # use spargio::net::{UnixListener, UnixStream};
    /// # #[spargio::main(shards = 1)]
    /// # async fn main() -> std::io::Result<()> {
    /// # let directory = std::env::temp_dir().join(format!("spargio-doc-stream-peer-addr-{}", std::process::id()));
    /// # std::fs::create_dir_all(&directory)?;
    /// let listener = UnixListener::bind(directory.join("server"))?;
    /// let client = UnixStream::connect(directory.join("server")).await?;
    /// let (stream, _) = listener.accept().await?;
    /// // A client knows whom it talks to; the server sees no name.
    /// assert_eq!(client.peer_addr()?.as_pathname(), Some(&*directory.join("server")));
    /// assert!(stream.peer_addr()?.is_unnamed());
    /// # std::fs::remove_dir_all(&directory)?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of the system.
    pub fn peer_addr(&self) -> io::Result<SocketAddr> {
        named(&self.endpoint().socket.peer_addr()?)
    }

    /// The address of this end.
    ///
    /// ```
    /// # use spargio::net::{UnixListener, UnixStream};
    /// # #[spargio::main(shards = 1)]
    /// # async fn main() -> std::io::Result<()> {
    /// # let directory = std::env::temp_dir().join(format!("spargio-doc-stream-local-addr-{}", std::process::id()));
    /// # std::fs::create_dir_all(&directory)?;
    /// let listener = UnixListener::bind(directory.join("admin"))?;
    /// # let client = UnixStream::connect(directory.join("admin")).await?;
    /// let (stream, _) = listener.accept().await?;
    /// // By which of a server's paths did this one come?
    /// let address = stream.local_addr()?;
    /// assert!(address.as_pathname().is_some_and(|path| path.ends_with("admin")));
    /// # std::fs::remove_dir_all(&directory)?;
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

    /// The process at the other end: the one that connected, listened or made the [`pair`](Self::pair), as it was then.
    /// Linux only.
    ///
    /// ```
    /// # use spargio::net::{UnixListener, UnixStream};
    /// # use std::os::unix::fs::MetadataExt;
    /// # #[spargio::main(shards = 1)]
    /// # async fn main() -> std::io::Result<()> {
    /// # let directory = std::env::temp_dir().join(format!("spargio-doc-stream-peer-cred-{}", std::process::id()));
    /// # std::fs::create_dir_all(&directory)?;
    /// # let path = directory.join("server");
    /// let listener = UnixListener::bind(&path)?;
    /// # let client = UnixStream::connect(&path).await?;
    /// let (stream, _) = listener.accept().await?;
    /// // None but the owner of the file may give orders.
    /// let owner = std::fs::metadata(&path)?.uid();
    /// let allowed = stream.peer_cred()?.uid == owner;
    /// assert!(allowed);
    /// # std::fs::remove_dir_all(&directory)?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of the system.
    #[cfg(target_os = "linux")]
    pub fn peer_cred(&self) -> io::Result<PeerCred> {
        let (pid, uid, gid) = self.endpoint().socket.peer_credentials()?;
        // No number: the process is not visible from here.
        let pid = u32::try_from(pid).ok().filter(|&pid| pid != 0);
        Ok(PeerCred { pid, uid, gid })
    }
}

/// The process at the other end of a Unix connection. Given by [`UnixStream::peer_cred`].
///
/// ```
/// use spargio::net::{PeerCred, UnixStream};
///
/// #[spargio::main(shards = 1)]
/// async fn main() -> Result<(), Box<dyn std::error::Error>> {
///     let (near, _far) = UnixStream::pair()?;
///     let peer: PeerCred = near.peer_cred()?;
///     // Whoever connects from the same process is served.
///     assert_eq!(peer.pid, Some(std::process::id()));
///     Ok(())
/// }
/// ```
#[cfg(target_os = "linux")]
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PeerCred {
    /// Its process ID; `None` if it is in a PID namespace that this process does not see.
    pub pid: Option<u32>,
    /// Its effective user ID.
    pub uid: u32,
    /// Its effective group ID.
    pub gid: u32,
}

buffer_sizes!(UnixStream);
