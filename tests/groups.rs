//! Groups of UDP sockets: what is sent to one comes to those who have joined it.

mod common;

use common::skip::skip;
use common::{each_backend, run};
use socket2::{Domain, Socket, Type};
use spargio::net::UdpSocket;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV6};

/// A group of one test alone: on Linux a socket hears the groups that others have joined, too.
fn group_v4(test: u8) -> Ipv4Addr {
    let [.., high, low] = std::process::id().to_be_bytes();
    Ipv4Addr::new(239, test, high, low)
}

/// The same, which does not go beyond this host.
fn group_v6() -> Ipv6Addr {
    let [high, low] = [std::process::id() >> 16, std::process::id()].map(|part| part as u16);
    Ipv6Addr::new(0xFF01, 0, 0, 0, 0, 0, high, low)
}

#[test]
fn groups_are_joined_and_left() {
    each_backend(&[1], |setup| {
        let rt = setup.build();
        run(&rt, 0, async |_| {
            let group = group_v4(1);
            let member = UdpSocket::bind("0.0.0.0:0").await?;
            member.join_multicast_v4(group, Ipv4Addr::LOCALHOST)?;
            // Joined once, left once.
            assert!(
                member
                    .join_multicast_v4(group, Ipv4Addr::LOCALHOST)
                    .is_err()
            );
            member.leave_multicast_v4(group, Ipv4Addr::LOCALHOST)?;
            assert!(
                member
                    .leave_multicast_v4(group, Ipv4Addr::LOCALHOST)
                    .is_err()
            );
            let no_group = Ipv4Addr::new(10, 0, 0, 1);
            assert!(
                member
                    .join_multicast_v4(no_group, Ipv4Addr::LOCALHOST)
                    .is_err()
            );
            // Where this host has IPv6.
            if let Ok(six) = UdpSocket::bind("[::]:0").await {
                let group = group_v6();
                assert!(six.leave_multicast_v6(group, 0).is_err(), "not joined");
                assert!(six.join_multicast_v6(Ipv6Addr::LOCALHOST, 0).is_err());
            }
            Ok(())
        });
    });
}

/// What a member hears when it is sent to its group, and when that is sent the same once it has left.
async fn heard(
    member: &UdpSocket,
    send: impl Fn(&[u8]) -> io::Result<usize>,
    leave: impl FnOnce() -> io::Result<()>,
) -> io::Result<SocketAddr> {
    send(b"news")?;
    let (received, heard) = member.recv_from(Vec::with_capacity(64)).await;
    assert_eq!(heard, b"news");
    leave()?;
    send(b"more")?;
    // It would have come before.
    let own = UdpSocket::bind("127.0.0.1:0").await?;
    let at = (Ipv4Addr::LOCALHOST, member.local_addr()?.port());
    own.send_to("last", at).await.0?;
    assert_eq!(member.recv(Vec::with_capacity(64)).await.1, b"last");
    Ok(received?.1)
}

#[test]
fn a_member_hears_its_group_until_it_leaves() {
    each_backend(&[1, 2], |setup| {
        let rt = setup.build();
        run(&rt, setup.last(), async |_| {
            let (group, interface) = (group_v4(2), Ipv4Addr::LOCALHOST);
            let member = UdpSocket::bind("0.0.0.0:0").await?;
            member.join_multicast_v4(group, interface)?;
            let sender = Socket::new(Domain::IPV4, Type::DGRAM, None)?;
            sender.set_multicast_if_v4(&interface)?;
            let to = SocketAddr::from((group, member.local_addr()?.port())).into();
            heard(
                &member,
                |text| sender.send_to(text, &to),
                || member.leave_multicast_v4(group, interface),
            )
            .await?;
            Ok(())
        });
    });
}

#[test]
fn a_member_hears_its_group_of_ipv6_until_it_leaves() {
    each_backend(&[1, 2], |setup| {
        let rt = setup.build();
        run(&rt, setup.last(), async |_| {
            let Ok(member) = UdpSocket::bind("[::]:0").await else {
                skip("there is no IPv6");
                return Ok(());
            };
            let (group, port) = (group_v6(), member.local_addr()?.port());
            let sender = Socket::new(Domain::IPV6, Type::DGRAM, None)?;
            let to = |interface| SocketAddrV6::new(group, port, 0, interface).into();
            // The system chooses an interface, if it has one for groups.
            if member.join_multicast_v6(group, 0).is_err() || sender.send_to(b"", &to(0)).is_err() {
                skip("no interface has groups of IPv6");
                return Ok(());
            }
            assert_eq!(member.recv(vec![0; 9]).await.0?, 0);
            let mut interface = 0;
            for _ in 0..2 {
                let from = heard(
                    &member,
                    |text| sender.send_to(text, &to(interface)),
                    || member.leave_multicast_v6(group, interface),
                )
                .await?;
                // The sender's address says which one it was, so that it can be named.
                let SocketAddr::V6(from) = from else {
                    panic!("{from}")
                };
                interface = from.scope_id();
                member.join_multicast_v6(group, interface)?;
            }
            Ok(())
        });
    });
}
