//! Datagrams: a future that has not ended has sent nothing and taken nothing.

use super::{POLLS, on_a_small_ring, polled};
#[cfg(unix)]
use crate::common::place::Place;
use crate::common::{SHARDS, Setup, each_backend, yield_now};
use spargio::net::UdpSocket;
#[cfg(unix)]
use spargio::net::UnixDatagram;
use std::io;
use std::rc::Rc;

const ROUNDS: u8 = 250;

#[test]
fn of_udp() {
    each_backend(&SHARDS, udp);
}

#[test]
fn of_udp_by_name() {
    each_backend(&SHARDS, names);
}

/// While a name is looked up, nothing has happened yet.
pub(super) fn names(setup: &Setup) {
    on_a_small_ring(setup, async |_| {
        let bind = || UdpSocket::bind("127.0.0.1:0");
        let (near, far) = (bind().await?, bind().await?);
        let peers = [bind().await?, bind().await?];
        let at = format!("localhost:{}", far.local_addr()?.port());
        let mut peer = None;
        for round in 0..ROUNDS {
            let times = usize::from(round) % POLLS;
            let to = peers[usize::from(round) % 2].local_addr()?;
            let name = format!("localhost:{}", to.port());
            let connected = polled(times, near.connect(name)).await.transpose()?;
            peer = connected.map(|()| to).or(peer);
            assert_eq!(near.peer_addr().ok(), peer);
            if let Some((sent, _)) = polled(times, peers[0].send_to(vec![round], &at)).await {
                assert_eq!(sent?, 1);
                assert_eq!(far.recv(Vec::with_capacity(9)).await.1, [round]);
            }
            if let Some(bound) = polled(times, UdpSocket::bind("localhost:0")).await {
                assert!(bound?.local_addr()?.ip().is_loopback());
            }
        }
        peers[0].send_to("last", far.local_addr()?).await.0?;
        assert_eq!(far.recv(Vec::with_capacity(9)).await.1, b"last");
        Ok(())
    });
}

#[cfg(unix)]
#[test]
fn of_unix_sockets() {
    each_backend(&SHARDS, unix);
}

pub(super) fn udp(setup: &Setup) {
    on_a_small_ring(setup, async |ctx| {
        let near = UdpSocket::bind("127.0.0.1:0").await?;
        let far = Rc::new(UdpSocket::bind("127.0.0.1:0").await?);
        let (to, from) = (far.local_addr()?, near.local_addr()?);
        near.connect(to).await?;
        let sending = ctx.spawn_local(async move {
            let mut sent = Vec::new();
            for round in 0..ROUNDS {
                let times = usize::from(round) % POLLS;
                let ended = match round % 2 {
                    0 => polled(times, near.send(vec![round])).await,
                    _ => polled(times, near.send_to(vec![round], to)).await,
                };
                if let Some((bytes, _)) = ended {
                    assert_eq!(bytes?, 1);
                    sent.push(round);
                }
                yield_now().await;
            }
            // The last one says that it is.
            near.send("").await.0?;
            Ok::<_, io::Error>(sent)
        });
        let mut heard = Vec::new();
        for round in 0.. {
            let (times, buffer) = (round % POLLS, Vec::with_capacity(9));
            _ = polled(times, far.peek(Vec::with_capacity(9))).await;
            let peeked = polled(times, far.peek_from(Vec::with_capacity(9))).await;
            if let Some((peeked, _)) = peeked {
                assert_eq!(peeked?.1, from);
            }
            let bytes = match round % 2 {
                0 => polled(times, far.recv(buffer)).await,
                _ => {
                    let received = polled(times, far.recv_from(buffer)).await;
                    let same = |(len, by)| {
                        assert_eq!(by, from);
                        len
                    };
                    received.map(|(received, buffer)| (received.map(same), buffer))
                }
            };
            match bytes {
                Some((Ok(0), _)) => break,
                Some((received, bytes)) => {
                    assert_eq!(received?, 1);
                    heard.extend(bytes);
                }
                None => {}
            }
        }
        assert_eq!(heard, sending.await.unwrap()?);
        Ok(())
    });
}

#[cfg(unix)]
pub(super) fn unix(setup: &Setup) {
    on_a_small_ring(setup, async |ctx| {
        let place = Place::new();
        let (near, far) = (UnixDatagram::unbound()?, UnixDatagram::bind(&place)?);
        near.connect(&place)?;
        let to = place.0.clone();
        let sending = ctx.spawn_local(async move {
            let mut sent = Vec::new();
            for round in 0..ROUNDS {
                // More than the queue holds, now and then: some wait.
                for number in 0..round % 20 {
                    let times = usize::from(round) % POLLS;
                    let ended = match number % 2 {
                        0 => polled(times, near.send(vec![round])).await,
                        _ => polled(times, near.send_to(vec![round], &to)).await,
                    };
                    if let Some((bytes, _)) = ended {
                        assert_eq!(bytes?, 1);
                        sent.push(round);
                    }
                }
            }
            near.send("").await.0?;
            Ok::<_, io::Error>(sent)
        });
        let mut heard = Vec::new();
        for round in 0.. {
            let (times, buffer) = (round % POLLS, Vec::with_capacity(9));
            _ = polled(times, far.peek(Vec::with_capacity(9))).await;
            let bytes = match round % 2 {
                0 => polled(times, far.recv(buffer)).await,
                _ => polled(times, far.recv_from(buffer))
                    .await
                    .map(|(received, buffer)| (received.map(|(bytes, _)| bytes), buffer)),
            };
            match bytes {
                Some((Ok(0), _)) => break,
                Some((received, bytes)) => {
                    assert_eq!(received?, 1);
                    heard.extend(bytes);
                }
                None => {}
            }
        }
        assert_eq!(heard, sending.await.unwrap()?);
        Ok(())
    });
}
