//! What a UDP socket is set to: broadcasts, hops, groups, and the sizes of its buffers.

use super::UdpSocket;
use crate::net::endpoint::buffer_sizes;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr};

impl UdpSocket {
    /// Whether datagrams may be sent to broadcast addresses (`SO_BROADCAST`).
    ///
    /// ```
    /// # use spargio::net::{Detached, UdpSocket};
    /// # #[spargio::main(shards = 1)]
    /// # async fn main() -> std::io::Result<()> {
    /// // A socket that was made elsewhere: is it as this program needs it?
    /// let made = std::net::UdpSocket::bind("127.0.0.1:0")?;
    /// made.set_broadcast(true)?;
    /// let socket: UdpSocket = Detached::from(made).attach()?;
    /// assert!(socket.broadcast()?);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of the system.
    pub fn broadcast(&self) -> io::Result<bool> {
        self.0.socket.broadcast()
    }

    /// Allows or forbids sending to broadcast addresses (`SO_BROADCAST`).
    ///
    /// ```
    /// # use spargio::net::UdpSocket;
    /// # use std::io::ErrorKind;
    /// # #[spargio::main(shards = 1)]
    /// # async fn main() -> std::io::Result<()> {
    /// # // Where the loopback network has such an address.
    /// # if !cfg!(target_os = "linux") { return Ok(()) }
    /// let (socket, server) = (UdpSocket::bind("0.0.0.0:0").await?, UdpSocket::bind("0.0.0.0:0").await?);
    /// let everybody = ("127.255.255.255", server.local_addr()?.port());
    /// // Nobody sends to all by mistake.
    /// let refused = socket.send_to("who is there?", everybody).await.0;
    /// assert_eq!(refused.map_err(|error| error.kind()), Err(ErrorKind::PermissionDenied));
    /// socket.set_broadcast(true)?;
    /// socket.send_to("who is there?", everybody).await.0?;
    /// assert_eq!(server.recv(Vec::with_capacity(64)).await.1, b"who is there?");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of the system.
    pub fn set_broadcast(&self, broadcast: bool) -> io::Result<()> {
        self.0.socket.set_broadcast(broadcast)
    }

    /// How many hops a datagram may take (`IP_TTL`, or `IPV6_UNICAST_HOPS` for an IPv6 socket).
    ///
    /// ```
    /// # use spargio::net::{Detached, UdpSocket};
    /// # #[spargio::main(shards = 1)]
    /// # async fn main() -> std::io::Result<()> {
    /// // What was set where the socket was made goes on here.
    /// let made = std::net::UdpSocket::bind("127.0.0.1:0")?;
    /// made.set_ttl(5)?;
    /// let socket: UdpSocket = Detached::from(made).attach()?;
    /// assert_eq!(socket.ttl()?, 5);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of the system.
    pub fn ttl(&self) -> io::Result<u32> {
        self.0.hops()
    }

    /// Sets how many hops a datagram may take, from 1 to 255.
    ///
    /// ```
    /// # use spargio::net::UdpSocket;
    /// # #[spargio::main(shards = 1)]
    /// # async fn main() -> std::io::Result<()> {
    /// # let (near, far) = (UdpSocket::bind("127.0.0.1:0").await?, UdpSocket::bind("127.0.0.1:0").await?);
    /// // The first router drops it: only neighbours hear the question.
    /// near.set_ttl(1)?;
    /// near.send_to("who is there?", far.local_addr()?).await.0?;
    /// assert_eq!(far.recv(Vec::with_capacity(64)).await.1, b"who is there?");
    /// assert!(near.set_ttl(256).is_err());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of the system, for instance for a number outside that range.
    pub fn set_ttl(&self, hops: u32) -> io::Result<()> {
        self.0.set_hops(hops)
    }

    /// Receives what is sent to a group, on the interface with this address; `0.0.0.0` leaves the choice to the system.
    ///
    /// ```
    /// # use spargio::net::UdpSocket;
    /// # #[spargio::main(shards = 1)]
    /// # async fn main() -> std::io::Result<()> {
    /// use std::net::Ipv4Addr;
    ///
    /// let (group, interface) = (Ipv4Addr::new(239, 255, 7, 7), Ipv4Addr::LOCALHOST);
    /// let socket = UdpSocket::bind("0.0.0.0:0").await?;
    /// socket.join_multicast_v4(group, interface)?;
    /// # let sender = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::DGRAM, None)?;
    /// # sender.set_multicast_if_v4(&interface)?;
    /// let to = std::net::SocketAddr::from((group, socket.local_addr()?.port()));
    /// sender.send_to(b"news", &to.into())?;
    /// let (received, news) = socket.recv(Vec::with_capacity(64)).await;
    /// assert_eq!((received?, &*news), (4, &b"news"[..]));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of the system.
    pub fn join_multicast_v4(&self, group: Ipv4Addr, interface: Ipv4Addr) -> io::Result<()> {
        self.0.socket.join_multicast_v4(&group, &interface)
    }

    /// Leaves a group that was joined.
    ///
    /// ```
    /// # use spargio::net::UdpSocket;
    /// # use std::net::{Ipv4Addr, SocketAddr};
    /// # #[spargio::main(shards = 1)]
    /// # async fn main() -> std::io::Result<()> {
    /// # let (group, interface) = (Ipv4Addr::new(239, 255, 7, 8), Ipv4Addr::LOCALHOST);
    /// # let socket = UdpSocket::bind("0.0.0.0:0").await?;
    /// # let sender = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::DGRAM, None)?;
    /// # sender.set_multicast_if_v4(&interface)?;
    /// # let port = socket.local_addr()?.port();
    /// # let address = |ip| socket2::SockAddr::from(SocketAddr::from((ip, port)));
    /// # let (to_group, to_socket) = (address(group), address(interface));
    /// socket.join_multicast_v4(group, interface)?;
    /// sender.send_to(b"news", &to_group)?;
    /// assert_eq!(socket.recv(Vec::with_capacity(64)).await.1, b"news");
    /// // From here on the group's datagrams are not for this socket.
    /// socket.leave_multicast_v4(group, interface)?;
    /// sender.send_to(b"more news", &to_group)?;
    /// sender.send_to(b"a letter", &to_socket)?;
    /// assert_eq!(socket.recv(Vec::with_capacity(64)).await.1, b"a letter");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of the system, for instance if the group was not joined.
    pub fn leave_multicast_v4(&self, group: Ipv4Addr, interface: Ipv4Addr) -> io::Result<()> {
        self.0.socket.leave_multicast_v4(&group, &interface)
    }

    /// Receives what is sent to a group, on the interface with this index; 0 leaves the choice to the system.
    ///
    /// ```
    /// # use spargio::net::UdpSocket;
    /// # use std::net::Ipv6Addr;
    /// # #[spargio::main(shards = 1)]
    /// # async fn main() -> std::io::Result<()> {
    /// # // Where this host has IPv6.
    /// # if UdpSocket::bind("[::1]:0").await.is_err() { return Ok(()) }
    /// // A group of this host alone, on the loopback interface, which is the first.
    /// let (group, interface) = (Ipv6Addr::new(0xff01, 0, 0, 0, 0, 0, 7, 7), 1);
    /// let socket = UdpSocket::bind("[::]:0").await?;
    /// socket.join_multicast_v6(group, interface)?;
    /// // It is a member, once.
    /// assert!(socket.join_multicast_v6(group, interface).is_err());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of the system.
    pub fn join_multicast_v6(&self, group: Ipv6Addr, interface: u32) -> io::Result<()> {
        self.0.socket.join_multicast_v6(&group, interface)
    }

    /// Leaves a group that was joined.
    ///
    /// ```
    /// # use spargio::net::UdpSocket;
    /// # use std::net::Ipv6Addr;
    /// # #[spargio::main(shards = 1)]
    /// # async fn main() -> std::io::Result<()> {
    /// # // Where this host has IPv6.
    /// # if UdpSocket::bind("[::1]:0").await.is_err() { return Ok(()) }
    /// # let (group, interface) = (Ipv6Addr::new(0xff01, 0, 0, 0, 0, 0, 7, 8), 1);
    /// let socket = UdpSocket::bind("[::]:0").await?;
    /// socket.join_multicast_v6(group, interface)?;
    /// // A pause: until it joins again, nothing comes.
    /// socket.leave_multicast_v6(group, interface)?;
    /// assert!(socket.leave_multicast_v6(group, interface).is_err());
    /// socket.join_multicast_v6(group, interface)?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of the system, for instance if the group was not joined.
    pub fn leave_multicast_v6(&self, group: Ipv6Addr, interface: u32) -> io::Result<()> {
        self.0.socket.leave_multicast_v6(&group, interface)
    }
}

buffer_sizes!(UdpSocket);
