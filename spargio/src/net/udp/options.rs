//! What a UDP socket is set to: broadcasts, hops, groups, and the sizes of its buffers.

use super::UdpSocket;
use crate::net::endpoint::buffer_sizes;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr};

impl UdpSocket {
    /// Whether datagrams may be sent to broadcast addresses (`SO_BROADCAST`).
    ///
    /// # Errors
    ///
    /// Those of the system.
    pub fn broadcast(&self) -> io::Result<bool> {
        self.0.socket.broadcast()
    }

    /// Allows or forbids sending to broadcast addresses (`SO_BROADCAST`).
    ///
    /// # Errors
    ///
    /// Those of the system.
    pub fn set_broadcast(&self, broadcast: bool) -> io::Result<()> {
        self.0.socket.set_broadcast(broadcast)
    }

    /// How many hops a datagram may take (`IP_TTL`, or `IPV6_UNICAST_HOPS` for an IPv6 socket).
    ///
    /// # Errors
    ///
    /// Those of the system.
    pub fn ttl(&self) -> io::Result<u32> {
        self.0.hops()
    }

    /// Sets how many hops a datagram may take, from 1 to 255.
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
    /// # Errors
    ///
    /// Those of the system, for instance if the group was not joined.
    pub fn leave_multicast_v4(&self, group: Ipv4Addr, interface: Ipv4Addr) -> io::Result<()> {
        self.0.socket.leave_multicast_v4(&group, &interface)
    }

    /// Receives what is sent to a group, on the interface with this index; 0 leaves the choice to the system.
    ///
    /// # Errors
    ///
    /// Those of the system.
    pub fn join_multicast_v6(&self, group: Ipv6Addr, interface: u32) -> io::Result<()> {
        self.0.socket.join_multicast_v6(&group, interface)
    }

    /// Leaves a group that was joined.
    ///
    /// # Errors
    ///
    /// Those of the system, for instance if the group was not joined.
    pub fn leave_multicast_v6(&self, group: Ipv6Addr, interface: u32) -> io::Result<()> {
        self.0.socket.leave_multicast_v6(&group, interface)
    }
}

buffer_sizes!(UdpSocket);
