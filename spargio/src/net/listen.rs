//! How TCP listeners are made.

use super::endpoint::Endpoint;
use super::resolve::{ToAddrs, first};
use super::tcp::TcpListener;
use crate::shard::io::here;
use socket2::{Domain, Protocol, Type};
use std::io;
use std::net::SocketAddr;

/// Options for making a TCP listener.
///
/// ```
/// use spargio::Runtime;
/// use spargio::net::ListenOptions;
/// use std::{io, net::SocketAddr};
///
/// let rt = Runtime::builder().shards(2).build()?;
/// // A listener on each shard, all on one port: the kernel spreads the connections.
/// let mut address = SocketAddr::from(([127, 0, 0, 1], 0));
/// for shard in 0..2 {
///     let listening = rt.spawn_local_on(shard, move |ctx| async move {
///         let listener = ListenOptions::new().reuse_port(true).listen(address).await?;
///         let bound = listener.local_addr()?;
///         ctx.spawn_local(async move {
///             while let Ok((stream, _)) = listener.accept().await { _ = stream.write_all("welcome").await; }
///         });
///         io::Result::Ok(bound)
///     })?;
///     // The first has a port chosen for it, which the others share.
///     let bound = rt.block_on(listening)??;
///     assert!(shard == 0 || bound == address);
///     address = bound;
/// }
/// assert_eq!(io::read_to_string(std::net::TcpStream::connect(address)?)?, "welcome");
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
    ///
    /// ```
    /// # use spargio::net::ListenOptions;
    /// # #[spargio::main(shards = 1)]
    /// # async fn main() -> std::io::Result<()> {
    /// // Options that are set once make any number of listeners.
    /// let options = ListenOptions::new();
    /// let (clients, admins) = (options.listen("127.0.0.1:0").await?, options.listen("127.0.0.1:0").await?);
    /// assert_ne!(clients.local_addr()?, admins.local_addr()?);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Lets several listeners have one port (`SO_REUSEPORT`); the kernel spreads connections among them. Unix only:
    /// elsewhere it is an error of `listen`.
    ///
    /// ```
    /// # use spargio::net::{ListenOptions, TcpStream};
    /// # #[spargio::main(shards = 1)]
    /// # async fn main() -> std::io::Result<()> {
    /// // The next version of a server listens before this one stops: at any time somebody does.
    /// let options = ListenOptions::new().reuse_port(true);
    /// let old = options.listen("127.0.0.1:0").await?;
    /// let new = options.listen(old.local_addr()?).await?;
    /// drop(old);
    /// let client = TcpStream::connect(new.local_addr()?).await?;
    /// assert_eq!(new.accept().await?.1, client.local_addr()?);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn reuse_port(mut self, reuse: bool) -> Self {
        self.reuse_port = reuse;
        self
    }

    /// Sets how many connections may wait to be accepted. Default: 1024. The system may allow fewer
    /// (`net.core.somaxconn`).
    ///
    /// ```
    /// # use spargio::{net::{ListenOptions, TcpStream}, time::timeout};
    /// # use std::time::Duration;
    /// # #[spargio::main(shards = 1)]
    /// # async fn main() -> std::io::Result<()> {
    /// // A server that is slow has few clients wait for it; the others notice, and can try elsewhere.
    /// let listener = ListenOptions::new().backlog(1).listen("127.0.0.1:0").await?;
    /// let address = listener.local_addr()?;
    /// let connect = || timeout(Duration::from_millis(100), TcpStream::connect(address));
    /// let mut waiting = Vec::new();
    /// while let Ok(Ok(client)) = connect().await { waiting.push(client); }
    /// assert!(waiting.len() < 10);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn backlog(mut self, connections: u16) -> Self {
        self.backlog = connections.into();
        self
    }

    /// Keeps a listener on an IPv6 address from accepting IPv4 connections.
    ///
    /// ```
    /// # use spargio::net::ListenOptions;
    /// # use std::net::{Ipv4Addr, Ipv6Addr};
    /// # #[spargio::main(shards = 1)]
    /// # async fn main() -> std::io::Result<()> {
    /// # // Where this host has IPv6.
    /// # if ListenOptions::new().listen("[::]:0").await.is_err() { return Ok(()) }
    /// // A listener for each, with options of its own, on one port; without the option the second would be for both.
    /// let four = ListenOptions::new().listen((Ipv4Addr::UNSPECIFIED, 0)).await?;
    /// let address = (Ipv6Addr::UNSPECIFIED, four.local_addr()?.port());
    /// assert!(ListenOptions::new().listen(address).await.is_err());
    /// let six = ListenOptions::new().backlog(16).only_v6(true).listen(address).await?;
    /// assert_eq!(six.local_addr()?, address.into());
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn only_v6(mut self, only: bool) -> Self {
        self.only_v6 = only;
        self
    }

    /// Makes the listener, on the calling shard: at the address, or at the first of several that works.
    ///
    /// ```
    /// # use spargio::net::ListenOptions;
    /// # use std::{io, net::SocketAddr};
    /// # #[spargio::main(shards = 1)]
    /// # async fn main() -> io::Result<()> {
    /// let first = ListenOptions::new().listen("127.0.0.1:0").await?;
    /// let taken = first.local_addr()?;
    /// let again = ListenOptions::new().listen(taken).await;
    /// assert_eq!(again.map(drop).map_err(|error| error.kind()), Err(io::ErrorKind::AddrInUse));
    /// // The first of several that can be had.
    /// let any = [taken, SocketAddr::from(([127, 0, 0, 1], 0))];
    /// let listener = ListenOptions::new().backlog(16).listen(&any[..]).await?;
    /// assert_ne!(listener.local_addr()?.port(), taken.port());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of the system, the last one if several addresses were tried; an error that says so if the calling thread
    /// is not a shard.
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
        Endpoint::listening(core, socket).map(TcpListener::from_endpoint)
    }
}
