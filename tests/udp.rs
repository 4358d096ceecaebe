//! UDP: the same on every backend and carry, datagram by datagram.

mod common;

use common::{SHARDS, descriptors, each_backend, eventually, run};
use futures::FutureExt;
use spargio::ShardId;
use spargio::net::{Detached, UdpSocket};
use std::collections::BTreeSet;
use std::io::{self, ErrorKind};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::rc::Rc;

/// A socket of this host alone.
async fn local() -> io::Result<UdpSocket> {
    UdpSocket::bind("127.0.0.1:0").await
}

/// Two sockets, each connected to the other.
async fn pair() -> io::Result<(UdpSocket, UdpSocket)> {
    let (near, far) = (local().await?, local().await?);
    near.connect(far.local_addr()?).await?;
    far.connect(near.local_addr()?).await?;
    Ok((near, far))
}

#[test]
fn datagrams_arrive_whole_and_say_from_whom() {
    each_backend(&SHARDS, |setup| {
        let rt = setup.build();
        run(&rt, setup.last(), async |_| {
            let (near, far) = (local().await?, local().await?);
            let (from, to) = (near.local_addr()?, far.local_addr()?);
            // Two wait to be received, and are not run together.
            for message in [&b"one"[..], b"two, which is longer"] {
                let (sent, back) = near.send_to(message.to_vec(), to).await;
                assert_eq!((sent?, &back[..]), (message.len(), message));
            }
            let (received, buffer) = far.recv_from(Vec::with_capacity(64)).await;
            assert_eq!((received?, &buffer[..]), ((3, from), &b"one"[..]));
            // A box keeps its length.
            let (received, buffer) = far.recv_from(vec![7; 22].into_boxed_slice()).await;
            assert_eq!(received?, (20, from));
            assert_eq!(&*buffer, b"two, which is longer\x07\x07");
            // Received before it is sent.
            let (received, sent) = futures::join!(
                near.recv_from(Vec::with_capacity(64)),
                far.send_to("three", from)
            );
            sent.0?;
            assert_eq!((received.0?, &received.1[..]), ((5, to), &b"three"[..]));
            Ok(())
        });
    });
}

#[test]
fn what_is_longer_than_the_buffer_is_cut_off() {
    each_backend(&[1, 2], |setup| {
        let rt = setup.build();
        run(&rt, setup.last(), async |_| {
            let (near, far) = pair().await?;
            for message in ["a long datagram", "and", "another long one", "end"] {
                near.send(message).await.0?;
            }
            // Only the datagram itself loses its rest: the next is whole.
            let (received, buffer) = far.recv_from(Vec::with_capacity(6)).await;
            assert_eq!((received?.0, &buffer[..]), (6, &b"a long"[..]));
            let (received, buffer) = far.recv_from(Vec::with_capacity(6)).await;
            assert_eq!((received?.0, &buffer[..]), (3, &b"and"[..]));
            assert_eq!(far.recv(Vec::with_capacity(7)).await.1, b"another");
            assert_eq!(far.recv(Vec::with_capacity(7)).await.1, b"end");
            // Longer than any datagram can be.
            let (error, back) = near.send(vec![0; 70_000]).await;
            assert!(error.is_err());
            assert_eq!(back.len(), 70_000, "the buffer comes back");
            // The longest.
            let longest: Vec<u8> = (0..65_507_u32).map(|n| (n % 251) as u8).collect();
            assert_eq!(near.send(longest.clone()).await.0?, longest.len());
            assert!(far.recv(Vec::with_capacity(1 << 16)).await.1 == longest);
            Ok(())
        });
    });
}

#[test]
fn empty_datagrams_are_datagrams() {
    each_backend(&[1, 2], |setup| {
        let rt = setup.build();
        run(&rt, setup.last(), async |_| {
            let (near, far) = pair().await?;
            assert_eq!(near.send("").await.0?, 0);
            assert_eq!(near.send_to(Vec::new(), far.local_addr()?).await.0?, 0);
            near.send("full").await.0?;
            // Peeking sees one, and leaves it.
            assert_eq!(far.peek_from(vec![0; 9]).await.0?, (0, near.local_addr()?));
            assert_eq!(far.recv(vec![0; 9]).await.0?, 0);
            assert_eq!(far.recv_from(vec![0; 9]).await.0?, (0, near.local_addr()?));
            assert_eq!(far.recv(Vec::with_capacity(9)).await.1, b"full");
            Ok(())
        });
    });
}

#[test]
fn peeking_takes_nothing() {
    each_backend(&[1, 2], |setup| {
        let rt = setup.build();
        run(&rt, setup.last(), async |_| {
            let (near, far) = pair().await?;
            near.send("hello").await.0?;
            for _ in 0..3 {
                assert_eq!(far.peek(Vec::with_capacity(4)).await.1, b"hell");
                let (peeked, buffer) = far.peek_from(Vec::with_capacity(9)).await;
                assert_eq!(
                    (peeked?, &buffer[..]),
                    ((5, near.local_addr()?), &b"hello"[..])
                );
            }
            assert_eq!(far.recv(Vec::with_capacity(9)).await.1, b"hello");
            assert!(far.peek(vec![0; 9]).now_or_never().is_none());
            Ok(())
        });
    });
}

#[test]
fn a_connected_socket_hears_its_peer_alone() {
    each_backend(&SHARDS, |setup| {
        let rt = setup.build();
        run(&rt, setup.last(), async |_| {
            let (near, far) = pair().await?;
            assert_eq!(near.peer_addr()?, far.local_addr()?);
            let stranger = local().await?;
            assert_eq!(
                stranger.peer_addr().unwrap_err().kind(),
                ErrorKind::NotConnected
            );
            assert!(stranger.send("to whom?").await.0.is_err());
            stranger.send_to("not for you", far.local_addr()?).await.0?;
            near.send("for you").await.0?;
            assert_eq!(far.recv(Vec::with_capacity(64)).await.1, b"for you");
            // It can be connected to another.
            far.connect(stranger.local_addr()?).await?;
            stranger.send_to("now", far.local_addr()?).await.0?;
            assert_eq!(far.recv(Vec::with_capacity(64)).await.1, b"now");
            Ok(())
        });
    });
}

#[test]
fn a_peer_that_does_not_listen_refuses() {
    each_backend(&SHARDS, |setup| {
        let rt = setup.build();
        run(&rt, setup.last(), async |_| {
            let near = local().await?;
            let gone = local().await?.local_addr()?;
            near.connect(gone).await?;
            // Whoever waits is told.
            let waiting = near.recv(vec![0; 9]);
            let (refused, sent) = futures::join!(waiting, near.send("anyone?"));
            sent.0?;
            assert_eq!(refused.0.unwrap_err().kind(), ErrorKind::ConnectionRefused);
            // Whoever sends next is told if nobody else was, and the socket goes on.
            near.send("anyone?").await.0?;
            let refused = near.send("anyone?").await.0.unwrap_err();
            assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
            let peer = UdpSocket::bind(gone).await?;
            assert_eq!(near.send("you").await.0?, 3);
            assert_eq!(peer.recv(Vec::with_capacity(9)).await.1, b"you");
            Ok(())
        });
    });
}

#[test]
fn many_tasks_use_one_socket() {
    const TASKS: usize = 32;
    each_backend(&[1, 2], |setup| {
        let rt = setup.builder().ring_entries(8).build().unwrap();
        run(&rt, setup.last(), async |ctx| {
            let (near, far) = (Rc::new(local().await?), Rc::new(local().await?));
            let to = far.local_addr()?;
            // All wait before anything is sent, and each takes as many as it has to.
            let receiving: Vec<_> = (0..TASKS)
                .map(|_| {
                    let far = far.clone();
                    ctx.spawn_local(async move {
                        let mut heard = Vec::new();
                        for _ in 0..4 {
                            let (received, buffer) = far.recv_from(Vec::with_capacity(9)).await;
                            received?;
                            heard.push(buffer);
                        }
                        Ok::<_, io::Error>(heard)
                    })
                })
                .collect();
            common::yield_now().await;
            let sending: Vec<_> = (0..TASKS as u8)
                .map(|task| {
                    let near = near.clone();
                    ctx.spawn_local(async move {
                        for round in 0..4 {
                            near.send_to(vec![task, round], to).await.0?;
                            common::yield_now().await;
                        }
                        Ok::<_, io::Error>(())
                    })
                })
                .collect();
            for task in sending {
                task.await.unwrap()?;
            }
            let mut heard = BTreeSet::new();
            for task in receiving {
                heard.extend(task.await.unwrap()?);
            }
            // Each datagram went to one of them.
            assert_eq!(heard.len(), TASKS * 4);
            Ok(())
        });
    });
}

#[test]
fn of_a_flood_what_arrives_is_whole() {
    each_backend(&[1, 2], |setup| {
        let rt = setup.build();
        run(&rt, setup.last(), async |ctx| {
            let (near, far) = pair().await?;
            near.set_send_buffer_size(1 << 14)?;
            far.set_recv_buffer_size(1 << 20)?;
            // What is sent and not received counts as sent: on this host the receiver's buffer takes it, or drops it.
            let sending = ctx.spawn_local(async move {
                for n in 0..300_u32 {
                    let (sent, _) = near.send(vec![n as u8; 8_000]).await;
                    assert_eq!(sent?, 8_000);
                }
                Ok::<_, io::Error>(near)
            });
            let near = sending.await.unwrap()?;
            let mut heard = 0;
            while let Some((received, buffer)) = far.recv(vec![0; 9_000]).now_or_never() {
                assert_eq!(received?, 8_000);
                assert!(buffer[..8_000].iter().all(|&byte| byte == buffer[0]));
                heard += 1;
            }
            assert!(heard > 0);
            drop(near);
            Ok(())
        });
    });
}

#[test]
fn dropped_receives_lose_no_datagram() {
    each_backend(&SHARDS, |setup| {
        let rt = setup.builder().ring_entries(8).build().unwrap();
        run(&rt, setup.last(), async |_| {
            let (near, far) = pair().await?;
            for round in 0..100_u8 {
                // Polled and dropped, before and after there is something.
                let mut waiting: Vec<_> = (0..5)
                    .map(|_| Box::pin(far.recv(Vec::with_capacity(9))))
                    .collect();
                for wait in &mut waiting {
                    assert!(wait.now_or_never().is_none());
                }
                waiting.truncate(2);
                near.send(vec![round]).await.0?;
                drop(waiting);
                assert_eq!(far.recv(Vec::with_capacity(9)).await.1, [round]);
            }
            assert!(far.recv(vec![0; 9]).now_or_never().is_none());
            Ok(())
        });
    });
}

#[test]
fn addresses_names_and_kinds() {
    each_backend(&[1], |setup| {
        let rt = setup.build();
        run(&rt, 0, async |_| {
            let (near, far) = (local().await?, local().await?);
            let port = far.local_addr()?.port();
            // Of several addresses, the first of the socket's own kind.
            let several = [
                SocketAddr::from((Ipv6Addr::LOCALHOST, port)),
                SocketAddr::from((Ipv4Addr::LOCALHOST, port)),
            ];
            near.send_to("several", &several[..]).await.0?;
            assert_eq!(far.recv(Vec::with_capacity(9)).await.1, b"several");
            near.send_to("name", format!("localhost:{port}")).await.0?;
            assert_eq!(far.recv(Vec::with_capacity(9)).await.1, b"name");
            near.connect(&several[..]).await?;
            assert_eq!(near.peer_addr()?, several[1]);
            let (error, back) = near.send_to("back", "no address").await;
            assert_eq!(error.unwrap_err().kind(), ErrorKind::InvalidInput);
            assert_eq!(back, "back");
            let none: &[SocketAddr] = &[];
            assert!(near.send_to("", none).await.0.is_err());
            // A port has one socket.
            let taken = UdpSocket::bind(("127.0.0.1", port)).await.unwrap_err();
            assert_eq!(taken.kind(), ErrorKind::AddrInUse);
            // A buffer without room takes no datagram away.
            far.send_to("kept", near.local_addr()?).await.0?;
            for error in [
                near.recv(Vec::new()).await.0.map(drop),
                near.recv_from(Vec::new()).await.0.map(drop),
                near.peek(Vec::new()).await.0.map(drop),
            ] {
                assert_eq!(error.unwrap_err().kind(), ErrorKind::InvalidInput);
            }
            assert_eq!(near.recv(Vec::with_capacity(9)).await.1, b"kept");
            Ok(())
        });
        let error = rt.block_on(UdpSocket::bind("127.0.0.1:0")).unwrap_err();
        assert!(error.to_string().contains("is no shard"), "{error}");
    });
}

#[test]
fn options() {
    each_backend(&[1], |setup| {
        let rt = setup.build();
        run(&rt, 0, async |_| {
            let near = local().await?;
            assert!(!near.broadcast()?);
            near.set_broadcast(true)?;
            assert!(near.broadcast()?);
            near.set_ttl(9)?;
            assert_eq!(near.ttl()?, 9);
            near.set_send_buffer_size(1 << 16)?;
            near.set_recv_buffer_size(1 << 16)?;
            // Where this host has IPv6: its hops are an option of their own, and IPv4 comes in, too.
            let Ok(six) = UdpSocket::bind("[::]:0").await else {
                return Ok(());
            };
            six.set_ttl(7)?;
            assert_eq!(six.ttl()?, 7);
            let port = six.local_addr()?.port();
            near.send_to("four", ("127.0.0.1", port)).await.0?;
            let (received, buffer) = six.recv_from(Vec::with_capacity(9)).await;
            let mapped = Ipv4Addr::LOCALHOST.to_ipv6_mapped();
            assert_eq!(
                (received?.1.ip(), &buffer[..]),
                (mapped.into(), &b"four"[..])
            );
            Ok(())
        });
    });
}

#[test]
fn a_socket_is_handed_to_another_shard() {
    each_backend(&[2, 4], |setup| {
        let rt = setup.build();
        let last = setup.last();
        run(&rt, 0, async move |ctx| {
            let (near, far) = pair().await?;
            // It waited here before, and something came.
            assert!(far.recv(vec![0; 9]).now_or_never().is_none());
            near.send("hello").await.0?;
            let token = far.detach()?;
            let served = ctx.remote(last).unwrap().spawn_local(|_| async move {
                let far = token.attach()?;
                for _ in 0..2 {
                    let (received, heard) = far.recv(Vec::with_capacity(9)).await;
                    received?;
                    far.send(heard).await.0?;
                }
                Ok::<_, io::Error>(())
            });
            assert_eq!(near.recv(Vec::with_capacity(9)).await.1, b"hello");
            near.send("again").await.0?;
            assert_eq!(near.recv(Vec::with_capacity(9)).await.1, b"again");
            served.unwrap().await.unwrap()?;
            // One of the standard library, with the options that it was given there.
            let std = std::net::UdpSocket::bind("127.0.0.1:0")?;
            std.set_ttl(5)?;
            assert_eq!(Detached::from(std).attach()?.ttl()?, 5);
            Ok(())
        });
    });
}

#[test]
fn nothing_leaks() {
    each_backend(&SHARDS, |setup| {
        let before = descriptors();
        {
            let rt = setup.build();
            for shard in 0..setup.shards as ShardId {
                run(&rt, shard, async |ctx| {
                    let socket = Rc::new(local().await?);
                    for _ in 0..100 {
                        let socket = socket.clone();
                        ctx.spawn_local(async move { _ = socket.recv(vec![0; 1 << 12]).await });
                    }
                    common::yield_now().await;
                    Ok(())
                });
            }
            let report = rt.shutdown().unwrap();
            assert_eq!(report.leaked_ops, 0, "{report:?}");
        }
        eventually("all descriptors are closed", || descriptors() <= before);
    });
}
