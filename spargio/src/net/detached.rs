//! Sockets between two shards.

use super::tcp::{TcpListener, TcpStream};
use super::udp::UdpSocket;
#[cfg(unix)]
use super::unix::{UnixDatagram, UnixListener, UnixStream};
use std::fmt;
use std::io;
use std::marker::PhantomData;

/// A socket on its way to another shard, or from outside the runtime to its first shard. Dropping it closes the socket.
///
/// Made by a socket's `detach`, and from the sockets of the standard library.
///
/// ```
/// use spargio::Runtime;
/// use spargio::net::{TcpListener, TcpStream};
///
/// let rt = Runtime::builder().shards(2).build()?;
/// let served = rt.spawn_local_on(0, |ctx| async move {
///     let listener = TcpListener::bind("127.0.0.1:0").await?;
///     let client = TcpStream::connect(listener.local_addr()?).await?;
///     let connection = listener.accept().await?.0.detach()?;
///     // The other shard serves it.
///     let other = ctx.remote(1).expect("there are two");
///     let served = other.spawn_local(|_| async move { connection.attach()?.write_all("from shard 1").await.0 });
///     let (read, buffer) = client.read(Vec::with_capacity(64)).await;
///     read?;
///     served.map_err(std::io::Error::other)?.await.map_err(std::io::Error::other)??;
///     Ok::<_, std::io::Error>(buffer)
/// })?;
/// assert_eq!(rt.block_on(served)??, b"from shard 1");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Detached<S> {
    socket: socket2::Socket,
    /// What it becomes: nothing of it is here.
    kind: PhantomData<fn() -> S>,
}

impl<S: Attach> Detached<S> {
    /// Makes it a socket of the calling shard.
    ///
    /// ```
    /// use spargio::Runtime;
    /// use spargio::net::{Detached, TcpListener};
    ///
    /// // Bound before there is a runtime: a port that is taken is found out at once.
    /// let bound = std::net::TcpListener::bind("127.0.0.1:0")?;
    /// let port = bound.local_addr()?.port();
    /// let bound: Detached<TcpListener> = bound.into();
    ///
    /// let rt = Runtime::builder().shards(1).build()?;
    /// let listening = rt.spawn_local_on(0, |_| async { bound.attach()?.local_addr() })?;
    /// assert_eq!(rt.block_on(listening)??.port(), port);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of the system; an error that says so if the calling thread is not a shard. On an error the socket is
    /// closed.
    pub fn attach(self) -> io::Result<S> {
        S::attach(self.socket)
    }

    pub(super) fn new(socket: socket2::Socket) -> Self {
        Self {
            socket,
            kind: PhantomData,
        }
    }
}

impl<S> fmt::Debug for Detached<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Detached").field(&self.socket).finish()
    }
}

/// The sockets that can be moved to another shard.
///
/// ```
/// use spargio::net::{Attach, Detached, UdpSocket};
/// use std::io;
///
/// /// Makes sockets that were made elsewhere, as before there was a runtime, those of this shard.
/// fn adopt<S: Attach>(sockets: Vec<Detached<S>>) -> io::Result<Vec<S>> {
///     sockets.into_iter().map(Detached::attach).collect()
/// }
///
/// #[spargio::main(shards = 1)]
/// async fn main() -> Result<(), Box<dyn std::error::Error>> {
///     let bound = std::net::UdpSocket::bind("127.0.0.1:0")?;
///     let address = bound.local_addr()?;
///     let sockets: Vec<UdpSocket> = adopt(vec![bound.into()])?;
///     assert_eq!(sockets[0].local_addr()?, address);
///     Ok(())
/// }
/// ```
pub trait Attach: Sealed {}

#[doc(hidden)]
pub trait Sealed: Sized {
    fn attach(socket: socket2::Socket) -> io::Result<Self>;
}

/// Both ways between a socket and what it is on its way; `$make` is how its endpoint is made.
macro_rules! detach {
    ($($socket:ident: $make:ident),*) => {
        $(
            impl $socket {
                /// Takes the socket off its shard, so that another can have it: see [`Detached::attach`].
                ///
                /// For a listener: connections accepted ahead by a stream are closed; a living stream keeps accepting
                /// on its own shard, so drop it and take what it left first.
                ///
                /// ```
                /// # use spargio::{ShardCtx, net::{TcpListener, TcpStream}};
                /// # #[spargio::main(shards = 2)]
                /// # async fn main(cx: ShardCtx) -> Result<(), Box<dyn std::error::Error>> {
                /// let listener = TcpListener::bind("127.0.0.1:0").await?;
                /// # let client = TcpStream::connect(listener.local_addr()?).await?;
                /// // This shard accepts, another serves.
                /// let stream = listener.accept().await?.0.detach()?;
                /// let other = cx.remote(1).ok_or("no shard 1")?;
                /// other.spawn_local(|cx| async move {
                ///     stream.attach()?.write_all(format!("shard {}", cx.shard_id())).await.0
                /// })?;
                /// # let (read, greeting) = client.read(Vec::with_capacity(64)).await;
                /// # assert_eq!((read?, &*greeting), (7, &b"shard 1"[..]));
                /// # Ok(())
                /// # }
                /// ```
                ///
                /// # Errors
                ///
                /// Those of the system, for instance if it has no more descriptors.
                pub fn detach(self) -> io::Result<Detached<Self>> {
                    self.endpoint().socket.detach().map(Detached::new)
                }
            }

            impl Attach for $socket {}
            impl Sealed for $socket {
                fn attach(socket: socket2::Socket) -> io::Result<Self> {
                    let core = crate::shard::io::here()?;
                    super::endpoint::Endpoint::$make(core, socket).map(Self::from_endpoint)
                }
            }
        )*
    };
}

macro_rules! from_std {
    ($($std:ty => $socket:ident),*) => {
        $(impl From<$std> for Detached<$socket> {
            fn from(socket: $std) -> Self {
                Self::new(socket.into())
            }
        })*
    };
}

detach!(TcpListener: listening, TcpStream: new, UdpSocket: new);
from_std!(
    std::net::TcpListener => TcpListener,
    std::net::TcpStream => TcpStream,
    std::net::UdpSocket => UdpSocket
);

#[cfg(unix)]
detach!(UnixListener: listening, UnixStream: new, UnixDatagram: new);
#[cfg(unix)]
from_std!(
    std::os::unix::net::UnixListener => UnixListener,
    std::os::unix::net::UnixStream => UnixStream,
    std::os::unix::net::UnixDatagram => UnixDatagram
);
