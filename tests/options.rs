//! Options of sockets: what is set is what the system has, or does.

mod common;

use common::skip::skip;
use common::{each_backend, run};
use socket2::SockRef;
use spargio::net::{Detached, ListenOptions, TcpListener, TcpStream, UdpSocket};
use std::io::{self, ErrorKind};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

/// Whether this host has IPv6.
async fn has_v6() -> bool {
    let has_it = TcpListener::bind("[::1]:0").await.is_ok();
    if !has_it {
        skip("there is no IPv6");
    }
    has_it
}

#[test]
fn a_port_of_ipv6_alone_leaves_that_of_ipv4() {
    each_backend(&[1], |setup| {
        let rt = setup.build();
        run(&rt, 0, async |_| {
            if !has_v6().await {
                return Ok(());
            }
            // Without the option one listener has both.
            let both = TcpListener::bind("[::]:0").await?;
            let port = both.local_addr()?.port();
            let taken = TcpListener::bind((Ipv4Addr::UNSPECIFIED, port)).await;
            assert_eq!(taken.unwrap_err().kind(), ErrorKind::AddrInUse);
            let near = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await?;
            let (_, from) = both.accept().await?;
            let mapped = Ipv4Addr::LOCALHOST.to_ipv6_mapped();
            assert_eq!(from, SocketAddr::from((mapped, near.local_addr()?.port())));
            drop((both, near));

            let (six, four) = both_kinds().await?;
            let port = six.local_addr()?.port();
            for (listener, ip) in [
                (&six, Ipv6Addr::LOCALHOST.into()),
                (&four, Ipv4Addr::LOCALHOST.into()),
            ] {
                let near = TcpStream::connect(SocketAddr::new(ip, port)).await?;
                let (_, from) = listener.accept().await?;
                assert_eq!(from, near.local_addr()?);
            }
            // Nobody listens for IPv4 any more.
            drop(four);
            let refused = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await;
            assert_eq!(refused.unwrap_err().kind(), ErrorKind::ConnectionRefused);
            Ok(())
        });
    });
}

/// Two listeners on one port, for IPv6 and for IPv4.
async fn both_kinds() -> io::Result<(TcpListener, TcpListener)> {
    let options = ListenOptions::new().only_v6(true);
    // Somebody else may have the port of the one that is free for the other.
    for _ in 0..100 {
        let six = options.listen("[::]:0").await?;
        let at = (Ipv4Addr::UNSPECIFIED, six.local_addr()?.port());
        if let Ok(four) = TcpListener::bind(at).await {
            return Ok((six, four));
        }
    }
    panic!("no port is had by both");
}

/// Linux lets one more wait than it was told.
#[cfg(target_os = "linux")]
#[test]
fn a_backlog_bounds_how_many_wait() {
    each_backend(&[1], |setup| {
        let rt = setup.build();
        for backlog in [1, 9] {
            run(&rt, 0, async move |_| {
                let options = ListenOptions::new().backlog(backlog);
                let listener = options.listen("127.0.0.1:0").await?;
                let address = listener.local_addr()?;
                let connect = || std::net::TcpStream::connect_timeout(&address, PATIENCE).ok();
                let waiting: Vec<_> = std::iter::from_fn(connect).take(100).collect();
                // One more may have come while the last was on its way into the queue.
                let most = usize::from(backlog) + 1;
                assert!((most..=most + 1).contains(&waiting.len()), "{waiting:?}");
                // Those who wait are not lost.
                for _ in 0..most {
                    listener.accept().await?;
                }
                Ok(())
            });
        }
    });
}

/// Longer than a connection within this host takes, if it is answered at all.
#[cfg(target_os = "linux")]
const PATIENCE: Duration = Duration::from_secs(1);

/// A connection, and another descriptor of it, to ask the system.
fn connection() -> io::Result<(TcpStream, std::net::TcpStream)> {
    let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
    let near = std::net::TcpStream::connect(listener.local_addr()?)?;
    Ok((Detached::from(near.try_clone()?).attach()?, near))
}

#[test]
fn of_a_connection() {
    each_backend(&[1], |setup| {
        let rt = setup.build();
        run(&rt, 0, async |_| {
            let (near, seen) = connection()?;
            let seen = SockRef::from(&seen);
            assert!(!seen.keepalive()?);
            for idle in [77, 30] {
                near.set_keepalive(Some(Duration::from_secs(idle)))?;
                assert!(seen.keepalive()?);
                assert_eq!(seen.tcp_keepalive_time()?.as_secs(), idle);
            }
            // A fraction is cut off.
            near.set_keepalive(Some(Duration::from_millis(5_900)))?;
            assert_eq!(seen.tcp_keepalive_time()?.as_secs(), 5);
            near.set_keepalive(None)?;
            assert!(!seen.keepalive()?);
            for nodelay in [true, false] {
                near.set_nodelay(nodelay)?;
                assert_eq!((seen.tcp_nodelay()?, near.nodelay()?), (nodelay, nodelay));
            }
            assert_eq!(seen.linger()?, None);
            near.set_zero_linger()?;
            assert_eq!(seen.linger()?, Some(Duration::ZERO));
            near.set_ttl(9)?;
            assert_eq!((seen.ttl_v4()?, near.ttl()?), (9, 9));
            Ok(())
        });
    });
}

#[test]
fn of_datagrams() {
    each_backend(&[1], |setup| {
        let rt = setup.build();
        run(&rt, 0, async |_| {
            let kept = std::net::UdpSocket::bind("127.0.0.1:0")?;
            let socket: UdpSocket = Detached::from(kept.try_clone()?).attach()?;
            let seen = SockRef::from(&kept);
            for broadcast in [true, false] {
                socket.set_broadcast(broadcast)?;
                let both = (seen.broadcast()?, socket.broadcast()?);
                assert_eq!(both, (broadcast, broadcast));
            }
            socket.set_ttl(9)?;
            assert_eq!((seen.ttl_v4()?, socket.ttl()?), (9, 9));
            for wrong in [0, 256] {
                assert!(socket.set_ttl(wrong).is_err(), "{wrong}");
            }
            assert_eq!(seen.ttl_v4()?, 9);
            if !has_v6().await {
                return Ok(());
            }
            // One of IPv6 sends by IPv4, too.
            let kept = std::net::UdpSocket::bind("[::1]:0")?;
            let socket: UdpSocket = Detached::from(kept.try_clone()?).attach()?;
            socket.set_ttl(7)?;
            let seen = SockRef::from(&kept);
            assert_eq!((seen.unicast_hops_v6()?, socket.ttl()?), (7, 7));
            #[cfg(target_os = "linux")]
            assert_eq!(seen.ttl_v4()?, 7);
            Ok(())
        });
    });
}

/// Sets the sizes of a socket's buffers, and fails unless the system has them.
macro_rules! assert_sizes {
    ($kept:expr) => {{
        let kept = $kept;
        let socket = Detached::from(kept.try_clone()?).attach()?;
        let seen = SockRef::from(&kept);
        for bytes in [1 << 14, 1 << 15] {
            socket.set_send_buffer_size(bytes)?;
            // So that one is not taken for the other.
            socket.set_recv_buffer_size(bytes + 4_096)?;
            let sizes = (seen.send_buffer_size()?, seen.recv_buffer_size()?);
            let times = if cfg!(target_os = "linux") { 2 } else { 1 };
            assert_eq!(sizes, (times * bytes, times * (bytes + 4_096)));
        }
    }};
}

#[test]
fn sizes_of_buffers() {
    each_backend(&[1], |setup| {
        let rt = setup.build();
        run(&rt, 0, async |_| {
            assert_sizes!(connection()?.1);
            assert_sizes!(std::net::UdpSocket::bind("127.0.0.1:0")?);
            #[cfg(unix)]
            {
                use std::os::unix::net;
                assert_sizes!(net::UnixStream::pair()?.0);
                assert_sizes!(net::UnixDatagram::pair()?.0);
            }
            Ok(())
        });
    });
}
