//! TCP: the same on every backend and carry, whatever the peer does.

mod common;

use common::{LONG, SHARDS, Setup, descriptors, each_backend, eventually, run};
use futures::{AsyncReadExt, AsyncWriteExt, FutureExt, StreamExt};
use spargio::ShardId;
use spargio::net::{Detached, ListenOptions, TcpListener, TcpStream};
use std::io::{self, ErrorKind, IoSlice, Read, Write};
use std::net::{Shutdown, SocketAddr};
use std::rc::Rc;
use std::time::Duration;

/// Two ends of one connection on this shard.
async fn pair() -> io::Result<(TcpStream, TcpStream)> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let (near, far) = futures::join!(TcpStream::connect(address), listener.accept());
    let (near, (far, from)) = (near?, far?);
    assert_eq!(near.local_addr()?, from);
    assert_eq!(far.peer_addr()?, from);
    Ok((near, far))
}

#[test]
fn what_is_written_is_read() {
    each_backend(&SHARDS, |setup| {
        let rt = setup.build();
        run(&rt, setup.last(), async |_| {
            let (near, far) = pair().await?;
            for message in [&b"one"[..], b"two, which is longer", b"3"] {
                let (written, back) = near.write(message.to_vec()).await;
                assert_eq!((written?, &back[..]), (message.len(), message));
                let (read, buffer) = far.read(Vec::with_capacity(64)).await;
                assert_eq!((read?, &buffer[..]), (message.len(), message));
            }
            // A box keeps its length.
            near.write_all("box").await.0?;
            let (read, buffer) = far.read(vec![7; 5].into_boxed_slice()).await;
            assert_eq!((read?, &*buffer), (3, &b"box\x07\x07"[..]));
            Ok(())
        });
    });
}

#[test]
fn much_more_than_a_socket_holds_arrives_whole() {
    each_backend(&[1, 2], |setup| {
        let rt = setup.builder().ring_entries(8).build().unwrap();
        run(&rt, setup.last(), async |ctx| {
            let (near, far) = pair().await?;
            let sent: Vec<u8> = (0..8_000_000_u32).map(|n| (n % 251) as u8).collect();
            let expected = sent.clone();
            let writing = ctx.spawn_local(async move {
                near.write_all(sent).await.0?;
                near.shutdown(Shutdown::Write)
            });
            let (mut got, mut buffer) = (Vec::new(), Vec::with_capacity(50_000));
            loop {
                let (read, back) = far.read(buffer).await;
                if read? == 0 {
                    break;
                }
                got.extend_from_slice(&back);
                buffer = back;
            }
            writing.await.unwrap()?;
            assert!(got == expected);
            Ok(())
        });
    });
}

#[test]
fn streams_are_async_read_and_write() {
    each_backend(&SHARDS, |setup| {
        let rt = setup.build();
        run(&rt, setup.last(), async |ctx| {
            let (mut near, far) = pair().await?;
            let echo = ctx.spawn_local(async move {
                let (mut read, mut write) = far.split();
                futures::io::copy(&mut read, &mut write).await
            });
            let sent: Vec<u8> = (0..300_000_u32).map(|n| (n % 249) as u8).collect();
            let mut got = vec![0; sent.len()];
            let (mut reading, mut writing) = near.split();
            let (wrote, read) = futures::join!(
                async {
                    AsyncWriteExt::write_all(&mut writing, &sent).await?;
                    writing.close().await
                },
                reading.read_exact(&mut got)
            );
            wrote?;
            read?;
            assert!(got == sent);
            assert_eq!(
                AsyncReadExt::read(&mut reading, &mut got).await?,
                0,
                "the end"
            );
            assert_eq!(echo.await.unwrap()?, sent.len() as u64);
            near = pair().await?.0;
            assert!(near.flush().await.is_ok());
            Ok(())
        });
    });
}

#[test]
fn buffers_without_room_and_threads_that_are_no_shard_are_told_so() {
    each_backend(&[1], |setup| {
        let rt = setup.build();
        run(&rt, 0, async |_| {
            let (near, _far) = pair().await?;
            let (error, buffer) = near.read(Vec::new()).await;
            assert_eq!(error.unwrap_err().kind(), ErrorKind::InvalidInput);
            assert_eq!(buffer, []);
            // No room is no end, so there is nothing to see either.
            let error = near.peek(Vec::new()).await.0.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidInput);
            // Nothing to write is written at once.
            assert_eq!(near.write(Vec::new()).await.0?, 0);
            near.write_all("").await.0?;
            Ok(())
        });
        for error in [
            rt.block_on(TcpListener::bind("127.0.0.1:0")).unwrap_err(),
            rt.block_on(TcpStream::connect("127.0.0.1:1")).unwrap_err(),
        ] {
            assert!(error.to_string().contains("is no shard"), "{error}");
        }
    });
}

#[test]
fn addresses_and_names() {
    each_backend(&[1], |setup| {
        let rt = setup.build();
        run(&rt, 0, async |_| {
            let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
            let port = listener.local_addr()?.port();
            let name = format!("localhost:{port}");
            let several = [
                SocketAddr::from(([127, 0, 0, 1], 1)),
                SocketAddr::from(([127, 0, 0, 1], port)),
            ];
            for _ in 0..2 {
                TcpStream::connect(&name).await?;
                TcpStream::connect(&several[..]).await?;
            }
            for wrong in [
                "",
                "localhost",
                "127.0.0.1",
                ":80",
                "host:port",
                "1.2.3.4:99999",
            ] {
                let error = TcpStream::connect(wrong).await.unwrap_err();
                assert_eq!(error.kind(), ErrorKind::InvalidInput, "{wrong}");
            }
            let unknown = TcpStream::connect("no.such.host.invalid:80").await;
            assert!(unknown.is_err());
            // Nobody listens on the first port.
            let refused = TcpStream::connect(several[0]).await.unwrap_err();
            assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
            Ok(())
        });
    });
}

#[test]
fn a_port_is_shared_by_those_who_say_so() {
    const CLIENTS: usize = 64;
    each_backend(&[2], |setup| {
        let rt = setup.build();
        let listen = |shard: u8, at: SocketAddr| {
            run(&rt, shard.into(), async move |ctx| {
                if at.port() > 0 {
                    assert!(TcpListener::bind(at).await.is_err());
                }
                let listener = ListenOptions::new().reuse_port(true).listen(at).await?;
                let bound = listener.local_addr()?;
                // It listens for as long as the runtime lives.
                ctx.spawn_local(async move {
                    loop {
                        let (stream, _) = listener.accept().await.unwrap();
                        stream.write_all(vec![shard]).await.0.unwrap();
                    }
                });
                Ok(bound)
            })
        };
        let address = listen(0, SocketAddr::from(([127, 0, 0, 1], 0)));
        assert_eq!(listen(1, address), address);
        let connect = |_| std::net::TcpStream::connect(address).unwrap();
        let clients: Vec<_> = (0..CLIENTS).map(connect).collect();
        // All are accepted, by one or the other. That the system picks one for all is as likely as never.
        let mut served = [0; 2];
        for mut client in clients {
            let mut by = Vec::new();
            client.set_read_timeout(Some(LONG)).unwrap();
            client.read_to_end(&mut by).unwrap();
            let [by] = by[..] else { panic!("{by:?}") };
            served[usize::from(by)] += 1;
        }
        assert_eq!(served.iter().sum::<usize>(), CLIENTS);
        assert!(!served.contains(&0), "{served:?}");
    });
}

#[test]
fn a_peer_that_goes_away() {
    each_backend(&SHARDS, |setup| {
        let rt = setup.build();
        run(&rt, setup.last(), async |_| {
            // Half closed: the other direction goes on.
            let (near, far) = pair().await?;
            near.shutdown(Shutdown::Write)?;
            assert_eq!(far.read(vec![0; 9]).await.0?, 0);
            far.write_all("still").await.0?;
            let (_, heard) = near.read(Vec::with_capacity(9)).await;
            assert_eq!(heard, b"still");
            // Gone, with something unread: a reset.
            let (near, far) = pair().await?;
            near.write_all("unread").await.0?;
            far.peek(Vec::with_capacity(1)).await.0?;
            drop(far);
            let error = near.read(vec![0; 9]).await.0.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::ConnectionReset);
            // Writing to it is an error, and no signal.
            let error = loop {
                if let Err(error) = near.write("more").await.0 {
                    break error;
                }
            };
            assert_eq!(error.kind(), ErrorKind::BrokenPipe);
            Ok(())
        });
    });
}

#[test]
fn peeking_takes_nothing_and_vectors_are_written_in_order() {
    each_backend(&[1, 2], |setup| {
        let rt = setup.build();
        run(&rt, setup.last(), async |_| {
            let (mut near, mut far) = pair().await?;
            let (written, back) = near.write_vectored(vec!["one ", "two ", "three"]).await;
            assert_eq!((written?, back.len()), (13, 3));
            for _ in 0..2 {
                assert_eq!(far.peek(Vec::with_capacity(3)).await.1, b"one");
            }
            assert_eq!(far.read(Vec::with_capacity(64)).await.1, b"one two three");
            // One call takes 1,024 slices, and nothing sent would read as a peer that takes nothing.
            let empty = vec![""; 2000];
            let buffers = [&empty[..], &["four"]].concat();
            assert_eq!(near.write_vectored(buffers).await.0?, 4);
            let mut slices = vec![IoSlice::new(b""); 2000];
            slices.push(IoSlice::new(b" five"));
            assert_eq!(AsyncWriteExt::write_vectored(&mut near, &slices).await?, 5);
            let mut both = [0; 9];
            far.read_exact(&mut both).await?;
            assert_eq!(&both, b"four five");
            near.set_nodelay(true)?;
            assert!(near.nodelay()?);
            near.set_keepalive(Some(Duration::from_secs(30)))?;
            near.set_ttl(9)?;
            assert_eq!(near.ttl()?, 9);
            // Where this host has IPv6, which has an option of its own for it.
            if let Ok(listener) = TcpListener::bind("[::1]:0").await {
                let near = TcpStream::connect(listener.local_addr()?).await?;
                near.set_ttl(7)?;
                assert_eq!(near.ttl()?, 7);
            }
            Ok(())
        });
    });
}

#[test]
fn a_connection_is_handed_to_another_shard() {
    each_backend(&[2, 4], |setup| {
        let rt = setup.build();
        let last = setup.last();
        run(&rt, 0, async move |ctx| {
            let (near, far) = pair().await?;
            // An operation is still in flight when it goes.
            let waiting = far.read(Vec::with_capacity(9));
            assert!(waiting.now_or_never().is_none());
            let token = far.detach()?;
            let other = ctx.remote(last).unwrap();
            let served = other.spawn_local(|_| async move {
                let far = token.attach()?;
                let (read, heard) = far.read(Vec::with_capacity(9)).await;
                read?;
                far.write_all(heard).await.0
            });
            near.write_all("hello").await.0?;
            assert_eq!(near.read(Vec::with_capacity(9)).await.1, b"hello");
            served.unwrap().await.unwrap()?;
            // Dropped on its way, it is closed.
            let (near, far) = pair().await?;
            drop(far.detach()?);
            assert_eq!(near.read(vec![0; 9]).await.0?, 0);
            Ok(())
        });
    });
}

#[test]
fn a_listener_is_handed_to_another_shard() {
    each_backend(&[2, 4], |setup| {
        let rt = setup.build();
        let last = setup.last();
        run(&rt, 0, async move |ctx| {
            let listener = TcpListener::bind("127.0.0.1:0").await?;
            let address = listener.local_addr()?;
            // Somebody waits for the other shard already.
            let client = TcpStream::connect(address).await?;
            let token = listener.detach()?;
            let served = ctx.remote(last).unwrap().spawn_local(|_| async move {
                let (stream, _) = token.attach()?.accept().await?;
                stream.write_all("here").await.0
            });
            assert_eq!(client.read(Vec::with_capacity(9)).await.1, b"here");
            served.unwrap().await.unwrap()
        });
    });
}

#[test]
fn a_stream_of_the_standard_library_can_be_attached() {
    each_backend(&[1], |setup| {
        let rt = setup.build();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let mut near = std::net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let far = Detached::from(listener.accept().unwrap().0);
        near.write_all(b"hello").unwrap();
        run(&rt, 0, async move |_| {
            let far = far.attach()?;
            let (_, heard) = far.read(Vec::with_capacity(9)).await;
            far.write_all(heard).await.0
        });
        let mut heard = Vec::new();
        near.read_to_end(&mut heard).unwrap();
        assert_eq!(heard, b"hello");
    });
}

#[test]
fn dropped_operations_leave_the_connection_usable() {
    each_backend(&SHARDS, |setup| {
        let rt = setup.builder().ring_entries(8).build().unwrap();
        run(&rt, setup.last(), async |_| {
            let listener = TcpListener::bind("127.0.0.1:0").await?;
            for _ in 0..200 {
                // Several at once, polled and dropped.
                let accepts: Vec<_> = (0..5).map(|_| Box::pin(listener.accept())).collect();
                for mut accept in accepts {
                    assert!((&mut accept).now_or_never().is_none());
                }
            }
            let mut incoming = listener.incoming().boxed_local();
            let connecting = TcpStream::connect(listener.local_addr()?);
            let (near, far) = futures::join!(connecting, incoming.next());
            let (near, far) = (near?, far.unwrap()?.0);
            for _ in 0..200 {
                assert!(far.read(vec![0; 4096]).now_or_never().is_none());
            }
            // What the dropped reads did not take is read.
            near.write_all("hello").await.0?;
            assert_eq!(far.read(Vec::with_capacity(9)).await.1, b"hello");
            Ok(())
        });
    });
}

#[test]
fn what_runs_on_is_cancelled_at_the_end_and_nothing_leaks() {
    each_backend(&SHARDS, |setup| {
        let before = descriptors();
        {
            let rt = setup.build();
            for shard in 0..setup.shards as ShardId {
                run(&rt, shard, async |ctx| {
                    let (near, far) = pair().await?;
                    let (near, far) = (Rc::new(near), Rc::new(far));
                    for n in 0..250 {
                        let (near, far) = (near.clone(), far.clone());
                        ctx.spawn_local(async move {
                            match n % 2 {
                                0 => _ = far.read(vec![0; 1 << 16]).await,
                                _ => _ = near.write_all(vec![n as u8; 1 << 20]).await,
                            }
                        });
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

#[test]
fn many_connections_at_once() {
    each_backend(&[1, 2], |setup: &Setup| {
        let rt = setup.build();
        run(&rt, setup.last(), async |ctx| {
            let listener = TcpListener::bind("127.0.0.1:0").await?;
            let address = listener.local_addr()?;
            let spawner = ctx.clone();
            let server = ctx.spawn_local(async move {
                loop {
                    let (stream, _) = listener.accept().await.unwrap();
                    spawner.spawn_local(async move {
                        let mut buffer = Vec::with_capacity(256);
                        loop {
                            let (read, back) = stream.read(buffer).await;
                            if read.unwrap_or(0) == 0 {
                                return;
                            }
                            let (written, back) = stream.write_all(back).await;
                            if written.is_err() {
                                return;
                            }
                            buffer = back;
                        }
                    });
                }
            });
            let clients: Vec<_> = (0..64_u8)
                .map(|client| {
                    ctx.spawn_local(async move {
                        let stream = TcpStream::connect(address).await?;
                        for round in 0..50_u8 {
                            stream.write_all(vec![client, round]).await.0?;
                            let (read, heard) = stream.read(Vec::with_capacity(9)).await;
                            assert_eq!((read?, &heard[..]), (2, &[client, round][..]));
                        }
                        Ok::<_, io::Error>(())
                    })
                })
                .collect();
            for client in clients {
                client.await.unwrap()?;
            }
            server.abort();
            Ok(())
        });
    });
}
