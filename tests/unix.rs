//! Unix sockets: the same on every backend and carry, whatever the peer does.

#![cfg(unix)]

mod common;

use common::place::Place;
use common::{SHARDS, Setup, descriptors, each_backend, eventually, run};
use futures::{AsyncReadExt, AsyncWriteExt, FutureExt, StreamExt};
use spargio::ShardId;
use spargio::net::{Detached, UnixDatagram, UnixListener, UnixStream};
use std::collections::BTreeSet;
use std::io::{self, ErrorKind, Read, Write};
use std::net::Shutdown;
use std::path::Path;
use std::rc::Rc;

#[test]
fn a_listener_at_a_path_accepts() {
    each_backend(&SHARDS, |setup| {
        let rt = setup.build();
        run(&rt, setup.last(), async |_| {
            let place = Place::new();
            let listener = UnixListener::bind(&place)?;
            assert_eq!(listener.local_addr()?.as_pathname(), Some(place.as_ref()));
            let (near, far) = futures::join!(UnixStream::connect(&place), listener.accept());
            let (near, (far, from)) = (near?, far?);
            assert!(from.is_unnamed());
            assert!(near.local_addr()?.is_unnamed());
            assert!(far.peer_addr()?.is_unnamed());
            assert_eq!(near.peer_addr()?.as_pathname(), Some(place.as_ref()));
            for message in [&b"one"[..], b"two, which is longer", b"3"] {
                let (written, back) = near.write(message.to_vec()).await;
                assert_eq!((written?, &back[..]), (message.len(), message));
                let (read, buffer) = far.read(Vec::with_capacity(64)).await;
                assert_eq!((read?, &buffer[..]), (message.len(), message));
            }
            let (written, _) = far.write_vectored(vec!["one ", "two ", "three"]).await;
            assert_eq!(written?, 13);
            assert_eq!(near.peek(Vec::with_capacity(3)).await.1, b"one");
            let (_, heard) = near.read(Vec::with_capacity(64)).await;
            assert_eq!(heard, b"one two three");
            Ok(())
        });
    });
}

#[test]
fn files_that_are_there_and_files_that_are_not() {
    each_backend(&[1], |setup| {
        let rt = setup.build();
        run(&rt, 0, async |_| {
            let place = Place::new();
            let kind = UnixStream::connect(&place).await.unwrap_err().kind();
            assert_eq!(kind, ErrorKind::NotFound);
            let listener = UnixListener::bind(&place)?;
            let taken = UnixListener::bind(&place).unwrap_err();
            assert_eq!(taken.kind(), ErrorKind::AddrInUse);
            // The file outlives the listener, and says nothing of whether there is one.
            drop(listener);
            let taken = UnixListener::bind(&place).unwrap_err();
            assert_eq!(taken.kind(), ErrorKind::AddrInUse);
            let taken = UnixDatagram::bind(&place).unwrap_err();
            assert_eq!(taken.kind(), ErrorKind::AddrInUse);
            let refused = UnixStream::connect(&place).await.unwrap_err();
            assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
            std::fs::remove_file(&place)?;
            UnixListener::bind(&place)?;
            // Paths that no system takes.
            for wrong in ["x".repeat(500), "a\0b".repeat(200)] {
                let error = UnixListener::bind(&wrong).unwrap_err();
                assert_eq!(error.kind(), ErrorKind::InvalidInput);
                let error = UnixStream::connect(&wrong).await.unwrap_err();
                assert_eq!(error.kind(), ErrorKind::InvalidInput);
                let sending = UnixDatagram::unbound()?.send_to("", &wrong).await.0;
                assert_eq!(sending.unwrap_err().kind(), ErrorKind::InvalidInput);
            }
            Ok(())
        });
        for error in [
            UnixListener::bind("x").unwrap_err(),
            rt.block_on(UnixStream::connect("x")).unwrap_err(),
            UnixStream::pair().unwrap_err(),
            UnixDatagram::bind("x").unwrap_err(),
            UnixDatagram::unbound().unwrap_err(),
            UnixDatagram::pair().unwrap_err(),
        ] {
            assert!(error.to_string().contains("is no shard"), "{error}");
        }
        assert!(!Path::new("x").exists());
    });
}

#[cfg(target_os = "linux")]
#[test]
fn names_without_a_file() {
    use std::os::linux::net::SocketAddrExt;
    each_backend(&[1], |setup| {
        let rt = setup.build();
        run(&rt, 0, async |_| {
            let name = format!("\0spargio-test-{}", std::process::id());
            let listener = UnixListener::bind(&name)?;
            let at = listener.local_addr()?;
            assert_eq!(at.as_abstract_name(), Some(&name.as_bytes()[1..]));
            let (near, far) = futures::join!(UnixStream::connect(&name), listener.accept());
            near?.write_all("hello").await.0?;
            assert_eq!(far?.0.read(Vec::with_capacity(9)).await.1, b"hello");
            Ok(())
        });
    });
}

/// A path may use all the room that the system has for one; the standard library knows no such path.
#[cfg(target_os = "linux")]
#[test]
fn a_peer_with_the_longest_path_is_heard() {
    use std::os::fd::{AsRawFd, OwnedFd};
    each_backend(&[1], |setup| {
        let rt = setup.build();
        run(&rt, 0, async |_| {
            let place = Place::new();
            let far = UnixDatagram::bind(&place)?;
            let near = std::os::unix::net::UnixDatagram::unbound()?;
            let mut address = libc::sockaddr_un {
                sun_family: libc::AF_UNIX as libc::sa_family_t,
                sun_path: [b'x' as libc::c_char; 108],
            };
            let dir = std::env::temp_dir().join(format!("{}-", std::process::id()));
            let dir = dir.as_os_str().as_encoded_bytes();
            for (to, from) in address.sun_path.iter_mut().zip(dir) {
                *to = *from as libc::c_char;
            }
            let file = address.sun_path.map(|byte| byte as u8);
            let file = Place(String::from_utf8(file.to_vec()).unwrap().into());
            let near: OwnedFd = near.into();
            let len = size_of::<libc::sockaddr_un>() as libc::socklen_t;
            // SAFETY: the address is there for as long as the call takes, and of this length.
            let bound = unsafe { libc::bind(near.as_raw_fd(), (&raw const address).cast(), len) };
            assert_eq!(bound, 0, "{}", io::Error::last_os_error());
            let near = std::os::unix::net::UnixDatagram::from(near);
            near.send_to(b"hello", &place)?;
            let (received, heard) = far.recv_from(Vec::with_capacity(9)).await;
            assert!(received?.1.is_unnamed());
            assert_eq!(heard, b"hello");
            drop(file);
            Ok(())
        });
    });
}

#[test]
fn much_more_than_a_socket_holds_arrives_whole() {
    each_backend(&[1, 2], |setup| {
        let rt = setup.builder().ring_entries(8).build().unwrap();
        run(&rt, setup.last(), async |ctx| {
            let (near, far) = UnixStream::pair()?;
            near.set_send_buffer_size(1 << 14)?;
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
            let (near, mut far) = UnixStream::pair()?;
            let echo = ctx.spawn_local(async move {
                let mut heard = Vec::new();
                AsyncReadExt::read_to_end(&mut far, &mut heard).await?;
                AsyncWriteExt::write_all(&mut far, &heard).await?;
                far.close().await?;
                Ok::<_, io::Error>(heard.len())
            });
            let sent: Vec<u8> = (0..300_000_u32).map(|n| (n % 249) as u8).collect();
            let (mut reading, mut writing) = near.split();
            AsyncWriteExt::write_all(&mut writing, &sent).await?;
            // Dropped, it ends its direction, and the other goes on.
            drop(writing);
            let mut got = Vec::new();
            reading.read_to_end(&mut got).await?;
            assert!(got == sent);
            assert_eq!(echo.await.unwrap()?, sent.len());
            Ok(())
        });
    });
}

#[test]
fn a_peer_that_goes_away() {
    each_backend(&SHARDS, |setup| {
        let rt = setup.build();
        run(&rt, setup.last(), async |_| {
            // Half closed: the other direction goes on.
            let (near, far) = UnixStream::pair()?;
            near.shutdown(Shutdown::Write)?;
            assert_eq!(far.read(vec![0; 9]).await.0?, 0);
            far.write_all("still").await.0?;
            assert_eq!(near.read(Vec::with_capacity(9)).await.1, b"still");
            // Gone while somebody waits: an end. Writing to it is an error, and no signal.
            let waiting = near.read(vec![0; 9]);
            let (end, ()) = futures::join!(waiting, async { drop(far) });
            assert_eq!(end.0?, 0);
            let (near, far) = UnixStream::pair()?;
            drop(far);
            let error = near.write("more").await.0.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::BrokenPipe);
            let error = near.write_vectored(vec!["more"]).await.0.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::BrokenPipe);
            assert_eq!(near.read(vec![0; 9]).await.0?, 0);
            let error = near.read(Vec::new()).await.0.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidInput);
            Ok(())
        });
    });
}

#[test]
fn a_listener_that_is_full_is_waited_for() {
    each_backend(&[1, 2], |setup| {
        let rt = setup.build();
        run(&rt, setup.last(), async |ctx| {
            let place = Place::new();
            // One of the standard library has a backlog of its own; this one lets a single connection wait.
            let socket = std::os::unix::net::UnixListener::bind(&place)?;
            shorten(&socket);
            let listener: UnixListener = Detached::from(socket).attach()?;
            let mut clients = Vec::new();
            // As many as fit wait to be accepted; the others wait for these.
            for _ in 0..20 {
                let place = place.0.clone();
                clients.push(ctx.spawn_local(async move {
                    let near = UnixStream::connect(place).await?;
                    near.read(Vec::with_capacity(9)).await.0
                }));
            }
            common::yield_now().await;
            for _ in 0..20 {
                let (far, _) = listener.accept().await?;
                far.write_all("in").await.0?;
            }
            for client in clients {
                assert_eq!(client.await.unwrap()?, 2);
            }
            // Dropped while it waits.
            let waiting: Vec<_> = (0..5)
                .map(|_| UnixStream::connect(&place).now_or_never())
                .collect();
            assert!(waiting.iter().any(Option::is_none), "{waiting:?}");
            Ok(())
        });
    });
}

/// Has a listener let one connection wait, or as few as the system can.
fn shorten(listener: &std::os::unix::net::UnixListener) {
    #[cfg(target_os = "linux")]
    rustix::net::listen(listener, 1).unwrap();
    _ = listener;
}

#[test]
fn dropped_operations_leave_the_connection_usable() {
    each_backend(&SHARDS, |setup| {
        let rt = setup.builder().ring_entries(8).build().unwrap();
        run(&rt, setup.last(), async |_| {
            let place = Place::new();
            let listener = UnixListener::bind(&place)?;
            for _ in 0..200 {
                let accepts: Vec<_> = (0..5).map(|_| Box::pin(listener.accept())).collect();
                for mut accept in accepts {
                    assert!((&mut accept).now_or_never().is_none());
                }
            }
            let mut incoming = listener.incoming().boxed_local();
            let (near, far) = futures::join!(UnixStream::connect(&place), incoming.next());
            let (near, far) = (near?, far.unwrap()?.0);
            for _ in 0..200 {
                assert!(far.peek(vec![0; 4096]).now_or_never().is_none());
            }
            near.write_all("hello").await.0?;
            assert_eq!(far.read(Vec::with_capacity(9)).await.1, b"hello");
            Ok(())
        });
    });
}

#[test]
fn sockets_are_handed_to_another_shard() {
    each_backend(&[2, 4], |setup| {
        let rt = setup.build();
        let last = setup.last();
        run(&rt, 0, async move |ctx| {
            let place = Place::new();
            let (near, far) = UnixStream::pair()?;
            let (from, to) = UnixDatagram::pair()?;
            let listener = UnixListener::bind(&place)?;
            assert!(far.peek(vec![0; 9]).now_or_never().is_none());
            let (far, to, listener) = (far.detach()?, to.detach()?, listener.detach()?);
            let served = ctx.remote(last).unwrap().spawn_local(|_| async move {
                let (far, to, listener) = (far.attach()?, to.attach()?, listener.attach()?);
                let (_, heard) = to.recv(Vec::with_capacity(9)).await;
                far.write_all(heard).await.0?;
                let (stream, _) = listener.accept().await?;
                stream.write_all("accepted").await.0
            });
            from.send("datagram").await.0?;
            assert_eq!(near.read(Vec::with_capacity(9)).await.1, b"datagram");
            let client = UnixStream::connect(&place).await?;
            assert_eq!(client.read(Vec::with_capacity(9)).await.1, b"accepted");
            served.unwrap().await.unwrap()?;
            // Dropped on its way, it is closed.
            let (near, far) = UnixStream::pair()?;
            drop(far.detach()?);
            assert_eq!(near.read(vec![0; 9]).await.0?, 0);
            // One of the standard library.
            let (mut near, far) = std::os::unix::net::UnixStream::pair()?;
            near.write_all(b"std")?;
            let far = Detached::from(far).attach()?;
            let (_, heard) = far.read(Vec::with_capacity(9)).await;
            far.write_all(heard).await.0?;
            drop(far);
            let mut heard = Vec::new();
            near.read_to_end(&mut heard)?;
            assert_eq!(heard, b"std");
            Ok(())
        });
    });
}

#[cfg(target_os = "linux")]
#[test]
fn the_process_at_the_other_end() {
    each_backend(&[1], |setup| {
        let rt = setup.build();
        run(&rt, 0, async |_| {
            let (near, _far) = UnixStream::pair()?;
            let peer = near.peer_cred()?;
            assert_eq!(peer.pid, Some(std::process::id()));
            let (uid, gid) = (rustix::process::geteuid(), rustix::process::getegid());
            assert_eq!((peer.uid, peer.gid), (uid.as_raw(), gid.as_raw()));
            Ok(())
        });
    });
}

#[test]
fn datagrams_between_paths() {
    each_backend(&SHARDS, |setup| {
        let rt = setup.build();
        run(&rt, setup.last(), async |_| {
            let (one, other) = (Place::new(), Place::new());
            let near = UnixDatagram::bind(&one)?;
            let far = UnixDatagram::bind(&other)?;
            assert_eq!(near.local_addr()?.as_pathname(), Some(one.as_ref()));
            for message in ["one", "", "two, which is longer"] {
                let (sent, back) = near.send_to(message, &other).await;
                assert_eq!((sent?, back), (message.len(), message));
            }
            let (received, heard) = far.recv_from(Vec::with_capacity(64)).await;
            let (len, from) = received?;
            assert_eq!((len, &heard[..]), (3, &b"one"[..]));
            assert_eq!(from.as_pathname(), Some(one.as_ref()));
            // Empty is no end, and what is too long for the buffer is cut off.
            assert_eq!(far.recv_from(vec![0; 9]).await.0?.0, 0);
            assert_eq!(far.peek(Vec::with_capacity(3)).await.1, b"two");
            assert_eq!(far.recv(Vec::with_capacity(3)).await.1, b"two");
            // Who is not bound has no address, and can send.
            let nobody = UnixDatagram::unbound()?;
            nobody.send_to("whose?", &other).await.0?;
            let (received, heard) = far.recv_from(Vec::with_capacity(9)).await;
            assert!(received?.1.is_unnamed());
            assert_eq!(heard, b"whose?");
            let error = nobody.send("to whom?").await.0.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::NotConnected);
            let error = nobody.peer_addr().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::NotConnected);
            nobody.connect(&other)?;
            assert_eq!(nobody.peer_addr()?.as_pathname(), Some(other.as_ref()));
            nobody.send("yours").await.0?;
            assert_eq!(far.recv(Vec::with_capacity(9)).await.1, b"yours");
            // A receiver that has gone: refused, as its file is still there.
            drop(far);
            let error = near.send_to("", &other).await.0.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
            let error = nobody.send("anyone?").await.0.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
            drop(other);
            let error = near.send_to("", Place::new()).await.0.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::NotFound);
            for error in [
                near.recv(Vec::new()).await.0.map(drop),
                near.recv_from(Vec::new()).await.0.map(drop),
            ] {
                assert_eq!(error.unwrap_err().kind(), ErrorKind::InvalidInput);
            }
            // Nothing says that a peer has gone, and what it sent is there.
            let (near, far) = UnixDatagram::pair()?;
            far.send("last").await.0?;
            drop(far);
            assert_eq!(near.recv(Vec::with_capacity(9)).await.1, b"last");
            assert!(near.recv(vec![0; 9]).now_or_never().is_none());
            let error = near.send("anyone?").await.0.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
            Ok(())
        });
    });
}

/// Sends more than any queue holds, from several tasks to several, over one socket at each end.
fn flood(
    setup: &Setup,
    ends: impl Fn(&Place) -> io::Result<(UnixDatagram, UnixDatagram)> + Copy + Send + 'static,
    to_path: bool,
) {
    const TASKS: u8 = 8;
    const EACH: u8 = 100;
    let rt = setup.builder().ring_entries(8).build().unwrap();
    run(&rt, setup.last(), async move |ctx| {
        let place = Rc::new(Place::new());
        let (near, far) = ends(&place)?;
        let (near, far) = (Rc::new(near), Rc::new(far));
        let sending: Vec<_> = (0..TASKS)
            .map(|task| {
                let (near, place) = (near.clone(), place.clone());
                ctx.spawn_local(async move {
                    for round in 0..EACH {
                        let message = vec![task, round];
                        let sent = match to_path {
                            true => near.send_to(message, &*place).await.0,
                            false => near.send(message).await.0,
                        };
                        assert_eq!(sent?, 2);
                    }
                    Ok::<_, io::Error>(())
                })
            })
            .collect();
        // Nobody receives at first, and who sends goes on until there is no room: the queue fills.
        common::yield_now().await;
        let receiving: Vec<_> = (0..TASKS)
            .map(|_| {
                let far = far.clone();
                ctx.spawn_local(async move {
                    let mut heard = Vec::new();
                    for _ in 0..EACH {
                        let (received, buffer) = far.recv(Vec::with_capacity(9)).await;
                        received?;
                        heard.push(buffer);
                    }
                    Ok::<_, io::Error>(heard)
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
        assert_eq!(heard.len(), usize::from(TASKS) * usize::from(EACH));
        Ok(())
    });
}

#[test]
fn who_sends_more_than_fits_waits() {
    each_backend(&[1, 2], |setup| {
        flood(setup, |_| UnixDatagram::pair(), false);
        let connected = |place: &Place| {
            let (near, far) = (UnixDatagram::unbound()?, UnixDatagram::bind(place)?);
            near.connect(place)?;
            Ok((near, far))
        };
        flood(setup, connected, false);
        let unconnected =
            |place: &Place| Ok((UnixDatagram::unbound()?, UnixDatagram::bind(place)?));
        flood(setup, unconnected, true);
    });
}

#[test]
fn dropped_receives_lose_no_datagram() {
    each_backend(&SHARDS, |setup| {
        let rt = setup.builder().ring_entries(8).build().unwrap();
        run(&rt, setup.last(), async |_| {
            let (near, far) = UnixDatagram::pair()?;
            for round in 0..100_u8 {
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
                    let (near, far) = UnixStream::pair()?;
                    let (near, far) = (Rc::new(near), Rc::new(far));
                    let datagrams = Rc::new(UnixDatagram::unbound()?);
                    for n in 0..150 {
                        let (near, far) = (near.clone(), far.clone());
                        let datagrams = datagrams.clone();
                        ctx.spawn_local(async move {
                            match n % 3 {
                                0 => _ = far.read(vec![0; 1 << 16]).await,
                                1 => _ = near.write_all(vec![n as u8; 1 << 20]).await,
                                _ => _ = datagrams.recv(vec![0; 1 << 12]).await,
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
            let place = Rc::new(Place::new());
            let listener = UnixListener::bind(&*place)?;
            let spawner = ctx.clone();
            let server = ctx.spawn_local(async move {
                loop {
                    let (stream, _) = listener.accept().await.unwrap();
                    spawner.spawn_local(async move {
                        let (mut read, mut write) = stream.split();
                        _ = futures::io::copy(&mut read, &mut write).await;
                    });
                }
            });
            let clients: Vec<_> = (0..64_u8)
                .map(|client| {
                    let place = place.clone();
                    ctx.spawn_local(async move {
                        let stream = UnixStream::connect(&*place).await?;
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
