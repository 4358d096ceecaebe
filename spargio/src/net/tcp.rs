//! TCP.

use super::connection::Connection;
use super::resolve::{ToAddrs, first};
use crate::door::io::buffer::{IoBuf, IoBufMut};
use crate::door::io::socket::Socket;
use crate::door::io::stream::{Accept, Connect};
use crate::shard::Core;
use crate::shard::io::{Io, here};
use futures_core::Stream;
use futures_io::{AsyncRead, AsyncWrite};
use socket2::{Domain, Protocol, SockAddr, Type};
use std::fmt;
use std::io::{self, IoSlice};
use std::net::{Shutdown, SocketAddr};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

/// How a listener is made.
///
/// ```
/// use spargio::Runtime;
/// use spargio::net::ListenOptions;
///
/// let rt = Runtime::builder().shards(2).build()?;
/// // A listener on each shard, all on one port: the kernel spreads the connections.
/// for shard in 0..2 {
///     let listening = rt.spawn_on(shard, async {
///         let listener = ListenOptions::new().reuse_port(true).listen("127.0.0.1:0").await?;
///         listener.local_addr()
///     })?;
///     assert_ne!(rt.block_on(listening)??.port(), 0);
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct ListenOptions {
    reuse_port: bool,
    backlog: i32,
    only_v6: bool,
}

impl Default for ListenOptions {
    fn default() -> Self {
        Self {
            reuse_port: false,
            backlog: 1024,
            only_v6: false,
        }
    }
}

impl ListenOptions {
    /// What [`TcpListener::bind`] uses: a backlog of 1024, and a port of its own.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Lets several listeners have one port (`SO_REUSEPORT`); the kernel spreads connections among them. Unix only:
    /// elsewhere it is an error of `listen`.
    #[must_use]
    pub fn reuse_port(mut self, reuse: bool) -> Self {
        self.reuse_port = reuse;
        self
    }

    /// How many connections may wait to be accepted.
    #[must_use]
    pub fn backlog(mut self, connections: u16) -> Self {
        self.backlog = connections.into();
        self
    }

    /// Keeps a listener on an IPv6 address from taking IPv4 connections.
    #[must_use]
    pub fn only_v6(mut self, only: bool) -> Self {
        self.only_v6 = only;
        self
    }

    /// Makes the listener, on the calling shard.
    ///
    /// # Errors
    ///
    /// Those of the system, the last if several addresses were tried; one that says so if the calling thread is no shard.
    pub async fn listen(&self, at: impl ToAddrs) -> io::Result<TcpListener> {
        first(at, async |address| self.listen_at(address)).await
    }

    fn listen_at(&self, address: SocketAddr) -> io::Result<TcpListener> {
        let core = here()?;
        let socket = socket2::Socket::new(
            Domain::for_address(address),
            Type::STREAM,
            Some(Protocol::TCP),
        )?;
        #[cfg(unix)]
        socket.set_reuse_address(true)?;
        if address.is_ipv6() {
            socket.set_only_v6(self.only_v6)?;
        }
        if self.reuse_port {
            #[cfg(unix)]
            socket.set_reuse_port(true)?;
            #[cfg(not(unix))]
            return Err(io::ErrorKind::Unsupported.into());
        }
        socket.bind(&address.into())?;
        socket.listen(self.backlog)?;
        let socket = Socket::new(socket, core.has_ring())?;
        Ok(TcpListener { core, socket })
    }
}

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
pub struct TcpListener {
    core: Rc<Core>,
    socket: Socket,
}

impl TcpListener {
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
        let (result, accept) = Io::new(&self.core, Accept::new(self.socket.clone())).await;
        result?;
        let (socket, address) = accept.into_accepted().ok_or(io::ErrorKind::Other)?;
        let stream = TcpStream::adopt(&self.core, socket)?;
        Ok((stream, ip(&address)?))
    }

    /// The connections, one after another, without an end.
    pub fn incoming(&self) -> impl Stream<Item = io::Result<(TcpStream, SocketAddr)>> + '_ {
        futures_util::stream::unfold(self, async |listener| {
            Some((listener.accept().await, listener))
        })
    }

    /// Where it listens.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        ip(&self.socket.local_addr()?)
    }
}

impl fmt::Debug for TcpListener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TcpListener({:?})", self.local_addr().ok())
    }
}

/// A TCP connection, on the shard where it was made.
///
/// See [`TcpListener`] for an example.
pub struct TcpStream(Rc<Connection>);

impl TcpStream {
    /// Connects to an address, or to the first of several that answers.
    ///
    /// # Errors
    ///
    /// Those of the system, the last if several addresses were tried; one that says so if the calling thread is no shard.
    pub async fn connect(to: impl ToAddrs) -> io::Result<Self> {
        let core = here()?;
        first(to, async |address| {
            let domain = Domain::for_address(address);
            let socket = socket2::Socket::new(domain, Type::STREAM, Some(Protocol::TCP))?;
            let socket = Socket::new(socket, core.has_ring())?;
            let connect = Connect::new(socket.clone(), address.into());
            Io::new(&core, connect).await.0?;
            Ok(Self(Rc::new(Connection::new(core.clone(), socket))))
        })
        .await
    }

    fn adopt(core: &Rc<Core>, socket: socket2::Socket) -> io::Result<Self> {
        Ok(Self(Rc::new(Connection::adopt(core, socket)?)))
    }

    /// Reads into a buffer what is there, or what comes first; 0 bytes are the end.
    ///
    /// # Errors
    ///
    /// Those of the system; `InvalidInput` for a buffer without room.
    ///
    /// # Cancellation
    ///
    /// The buffer is lost with the future, and with it what was read in that very moment.
    pub async fn read<B: IoBufMut>(&self, buffer: B) -> (io::Result<usize>, B) {
        self.0.read(buffer).await
    }

    /// Writes some of a buffer, from its start. Returns how much.
    ///
    /// # Errors
    ///
    /// Those of the system; a peer that has gone is `BrokenPipe` or `ConnectionReset`, and no signal.
    ///
    /// # Cancellation
    ///
    /// The buffer is lost with the future; some of it may have been written.
    pub async fn write<B: IoBuf>(&self, buffer: B) -> (io::Result<usize>, B) {
        self.0.write(buffer, 0).await
    }

    /// Writes a whole buffer.
    ///
    /// # Errors and cancellation
    ///
    /// As for [`write`](Self::write).
    pub async fn write_all<B: IoBuf>(&self, buffer: B) -> (io::Result<()>, B) {
        self.0.write_all(buffer).await
    }

    /// Writes some of several buffers, in their order, with one call. Returns how much.
    ///
    /// # Errors and cancellation
    ///
    /// As for [`write`](Self::write).
    pub async fn write_vectored<B: IoBuf>(&self, buffers: Vec<B>) -> (io::Result<usize>, Vec<B>) {
        self.0.write_vectored(buffers).await
    }

    /// Reads as [`read`](Self::read) does, and leaves what was read to be read again.
    pub async fn peek<B: IoBufMut>(&self, buffer: B) -> (io::Result<usize>, B) {
        self.0.peek(buffer).await
    }

    /// Ends one direction, or both: the peer reads an end.
    pub fn shutdown(&self, how: Shutdown) -> io::Result<()> {
        self.0.shutdown(how)
    }

    /// Two halves that may be used by two tasks of this shard. The connection is closed when both are dropped; dropping the
    /// writing half ends that direction.
    #[must_use]
    pub fn split(self) -> (ReadHalf, WriteHalf) {
        (ReadHalf(self.0.clone()), WriteHalf(self.0))
    }

    /// Takes the connection off its shard, to be given to another: see [`Detached::attach`].
    ///
    /// # Errors
    ///
    /// Those of the system, if it has no more descriptors.
    pub fn detach(self) -> io::Result<Detached> {
        self.0.socket.detach().map(Detached)
    }

    /// The address of the other side.
    pub fn peer_addr(&self) -> io::Result<SocketAddr> {
        ip(&self.0.socket.peer_addr()?)
    }

    /// The address of this side.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        ip(&self.0.socket.local_addr()?)
    }

    /// Whether small writes are sent at once (`TCP_NODELAY`).
    pub fn nodelay(&self) -> io::Result<bool> {
        self.0.socket.tcp_nodelay()
    }

    /// Has small writes sent at once, or gathered (`TCP_NODELAY`).
    pub fn set_nodelay(&self, nodelay: bool) -> io::Result<()> {
        self.0.socket.set_tcp_nodelay(nodelay)
    }

    /// Has the system look whether the peer is still there (`SO_KEEPALIVE`) after so long without a word; `None` turns it
    /// off.
    pub fn set_keepalive(&self, idle: Option<Duration>) -> io::Result<()> {
        match idle {
            None => self.0.socket.set_keepalive(false),
            Some(idle) => {
                let keepalive = socket2::TcpKeepalive::new().with_time(idle);
                self.0.socket.set_tcp_keepalive(&keepalive)
            }
        }
    }

    /// How long a close waits for what is not sent yet (`SO_LINGER`).
    pub fn set_linger(&self, linger: Option<Duration>) -> io::Result<()> {
        self.0.socket.set_linger(linger)
    }

    /// The size of the system's buffer for what is to be sent, in bytes (`SO_SNDBUF`).
    pub fn set_send_buffer_size(&self, bytes: usize) -> io::Result<()> {
        self.0.socket.set_send_buffer_size(bytes)
    }

    /// The size of the system's buffer for what was received, in bytes (`SO_RCVBUF`).
    pub fn set_recv_buffer_size(&self, bytes: usize) -> io::Result<()> {
        self.0.socket.set_recv_buffer_size(bytes)
    }

    /// How many hops a packet may take (`IP_TTL`).
    pub fn set_ttl(&self, hops: u32) -> io::Result<()> {
        self.0.socket.set_ttl_v4(hops)
    }
}

/// A connection on its way to another shard. Dropping it closes the connection.
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
#[derive(Debug)]
pub struct Detached(socket2::Socket);

impl Detached {
    /// Makes it a connection of the calling shard.
    ///
    /// # Errors
    ///
    /// One that says so if the calling thread is no shard.
    pub fn attach(self) -> io::Result<TcpStream> {
        TcpStream::adopt(&here()?, self.0)
    }
}

impl From<std::net::TcpStream> for Detached {
    fn from(stream: std::net::TcpStream) -> Self {
        Self(stream.into())
    }
}

/// The half that reads. Made by [`TcpStream::split`].
pub struct ReadHalf(Rc<Connection>);

impl ReadHalf {
    /// As [`TcpStream::read`].
    pub async fn read<B: IoBufMut>(&self, buffer: B) -> (io::Result<usize>, B) {
        self.0.read(buffer).await
    }

    /// As [`TcpStream::peek`].
    pub async fn peek<B: IoBufMut>(&self, buffer: B) -> (io::Result<usize>, B) {
        self.0.peek(buffer).await
    }
}

/// The half that writes. Made by [`TcpStream::split`].
pub struct WriteHalf(Rc<Connection>);

impl WriteHalf {
    /// As [`TcpStream::write`].
    pub async fn write<B: IoBuf>(&self, buffer: B) -> (io::Result<usize>, B) {
        self.0.write(buffer, 0).await
    }

    /// As [`TcpStream::write_all`].
    pub async fn write_all<B: IoBuf>(&self, buffer: B) -> (io::Result<()>, B) {
        self.0.write_all(buffer).await
    }

    /// As [`TcpStream::write_vectored`].
    pub async fn write_vectored<B: IoBuf>(&self, buffers: Vec<B>) -> (io::Result<usize>, Vec<B>) {
        self.0.write_vectored(buffers).await
    }
}

impl Drop for WriteHalf {
    fn drop(&mut self) {
        // It fails only if the connection has ended.
        _ = self.0.shutdown(Shutdown::Write);
    }
}

macro_rules! reads {
    ($($stream:ty),*) => {
        $(impl AsyncRead for $stream {
            fn poll_read(
                self: Pin<&mut Self>,
                task: &mut Context<'_>,
                buffer: &mut [u8],
            ) -> Poll<io::Result<usize>> {
                self.0.poll_read(task, buffer)
            }
        })*
    };
}

macro_rules! writes {
    ($($stream:ty),*) => {
        $(impl AsyncWrite for $stream {
            fn poll_write(
                self: Pin<&mut Self>,
                task: &mut Context<'_>,
                bytes: &[u8],
            ) -> Poll<io::Result<usize>> {
                self.0.poll_write(task, bytes)
            }

            fn poll_write_vectored(
                self: Pin<&mut Self>,
                task: &mut Context<'_>,
                bytes: &[IoSlice<'_>],
            ) -> Poll<io::Result<usize>> {
                self.0.poll_write_vectored(task, bytes)
            }

            fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
                Poll::Ready(Ok(()))
            }

            fn poll_close(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
                Poll::Ready(self.0.shutdown(Shutdown::Write))
            }
        })*
    };
}

reads!(TcpStream, ReadHalf);
writes!(TcpStream, WriteHalf);

macro_rules! debug {
    ($($stream:ident),*) => {
        $(impl fmt::Debug for $stream {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let peer = self.0.socket.peer_addr().ok().and_then(|peer| peer.as_socket());
                write!(f, "{}({peer:?})", stringify!($stream))
            }
        })*
    };
}

debug!(TcpStream, ReadHalf, WriteHalf);

fn ip(address: &SockAddr) -> io::Result<SocketAddr> {
    let other = || io::Error::other("the socket has no address of the internet");
    address.as_socket().ok_or_else(other)
}
