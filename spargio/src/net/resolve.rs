//! Addresses, and names that stand for them.

use crate::blocking::blocking;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6, ToSocketAddrs};

/// Where to connect, listen or send: an address, several, or a name with a port.
///
/// Implemented for `SocketAddr` and its two kinds, a pair of an IP address and a port, a pair of a name and a port,
/// `"name:port"`, and a slice of addresses, which are tried in their order. Names are resolved by the system, on a thread
/// where that may block.
///
/// ```
/// use spargio::net::{TcpListener, ToAddrs};
/// use std::{io, net::{Ipv4Addr, SocketAddr}};
///
/// /// Binds to a port of its own, wherever that is said.
/// async fn port(at: impl ToAddrs) -> io::Result<u16> {
///     Ok(TcpListener::bind(at).await?.local_addr()?.port())
/// }
///
/// #[spargio::main(shards = 1)]
/// async fn main() -> Result<(), Box<dyn std::error::Error>> {
///     assert_ne!(port("127.0.0.1:0").await?, 0);
///     assert_ne!(port((Ipv4Addr::LOCALHOST, 0)).await?, 0);
///     // The first of several that can be had.
///     let several = [SocketAddr::from(([127, 0, 0, 1], 0)), SocketAddr::from(([127, 0, 0, 1], 1))];
///     assert_ne!(port(&several[..]).await?, 0);
///     // A name without a port is none.
///     assert_eq!(port("localhost").await.map_err(|error| error.kind()), Err(io::ErrorKind::InvalidInput));
///     Ok(())
/// }
/// ```
pub trait ToAddrs: Sealed {}

/// What was given.
#[doc(hidden)]
#[derive(Debug)]
pub enum Given {
    Addresses(Vec<SocketAddr>),
    Name(String, u16),
    /// Not an address, and no name with a port.
    Nothing(String),
}

#[doc(hidden)]
pub trait Sealed {
    fn given(self) -> Given;
}

/// Finds the addresses.
pub(super) async fn resolve(to: impl ToAddrs) -> io::Result<Vec<SocketAddr>> {
    let found = match to.given() {
        Given::Addresses(addresses) => addresses,
        Given::Name(name, port) => {
            let look = move || (&*name, port).to_socket_addrs().map(Iterator::collect);
            blocking(look).await.map_err(io::Error::other)??
        }
        Given::Nothing(text) => {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                format!(
                    "`{text}` is no address: write `host:port`, as in `127.0.0.1:80` or `[::1]:80`"
                ),
            ));
        }
    };
    match found.is_empty() {
        true => Err(io::Error::new(
            io::ErrorKind::AddrNotAvailable,
            "the name has no address",
        )),
        false => Ok(found),
    }
}

/// Does `attempt` with each address until it works; the last error, if none does.
pub(super) async fn first<T>(
    to: impl ToAddrs,
    mut attempt: impl AsyncFnMut(SocketAddr) -> io::Result<T>,
) -> io::Result<T> {
    let mut last = io::ErrorKind::AddrNotAvailable.into();
    for address in resolve(to).await? {
        match attempt(address).await {
            Ok(done) => return Ok(done),
            Err(error) => last = error,
        }
    }
    Err(last)
}

macro_rules! address {
    ($($given:ty),*) => {
        $(
            impl ToAddrs for $given {}
            impl Sealed for $given {
                fn given(self) -> Given {
                    Given::Addresses(vec![self.into()])
                }
            }
        )*
    };
}

address!(
    SocketAddr,
    SocketAddrV4,
    SocketAddrV6,
    (IpAddr, u16),
    (Ipv4Addr, u16),
    (Ipv6Addr, u16)
);

impl ToAddrs for &[SocketAddr] {}
impl Sealed for &[SocketAddr] {
    fn given(self) -> Given {
        Given::Addresses(self.to_vec())
    }
}

impl ToAddrs for (&str, u16) {}
impl Sealed for (&str, u16) {
    fn given(self) -> Given {
        match self.0.parse::<IpAddr>() {
            Ok(ip) => (ip, self.1).given(),
            Err(_) => Given::Name(self.0.to_owned(), self.1),
        }
    }
}

impl ToAddrs for &str {}
impl Sealed for &str {
    fn given(self) -> Given {
        if let Ok(address) = self.parse::<SocketAddr>() {
            return address.given();
        }
        match self
            .rsplit_once(':')
            .map(|(name, port)| (name, port.parse()))
        {
            Some((name, Ok(port))) if !name.is_empty() => Given::Name(name.to_owned(), port),
            _ => Given::Nothing(self.to_owned()),
        }
    }
}

impl ToAddrs for String {}
impl Sealed for String {
    fn given(self) -> Given {
        self.as_str().given()
    }
}

impl ToAddrs for &String {}
impl Sealed for &String {
    fn given(self) -> Given {
        self.as_str().given()
    }
}
