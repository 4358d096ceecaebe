//! Streams of connections: none is lost, whoever asks for them and whenever.

use crate::common::{LONG, SHARDS, each_backend, run};
use futures::{FutureExt, StreamExt};
use spargio::net::{TcpListener, TcpStream};
use spargio::time::{sleep, timeout};
use spargio::{BackendKind, blocking};
use std::io::{self, Read};
use std::net::SocketAddr;
use std::time::Duration;

/// More than are accepted before they are asked for.
const CLIENTS: usize = 160;

/// Connects from a thread that may block, so that the shard's ring has nothing to do with it.
async fn connect_all(to: SocketAddr) -> Vec<std::net::TcpStream> {
    let connect = move |_| std::net::TcpStream::connect(to).expect("the backlog has room");
    blocking(move || (0..CLIENTS).map(connect).collect())
        .await
        .unwrap()
}

#[test]
fn connections_wait_until_they_are_asked_for() {
    each_backend(&SHARDS, |setup| {
        let rt = setup.build();
        run(&rt, setup.last(), async |_| {
            let listener = TcpListener::bind("127.0.0.1:0").await?;
            let mut incoming = listener.incoming();
            assert!(incoming.next().now_or_never().is_none());
            let clients = connect_all(listener.local_addr()?).await;
            sleep(Duration::from_millis(5)).await;
            // Some of the stream, the rest of the listener and of another stream: all are there.
            let mut served = Vec::new();
            for _ in 0..50 {
                served.push(incoming.next().await.unwrap()?);
            }
            drop(incoming);
            for _ in 0..80 {
                served.push(listener.accept().await?);
            }
            let mut incoming = listener.incoming();
            drop(listener);
            for _ in 130..CLIENTS {
                served.push(incoming.next().await.unwrap()?);
            }
            assert!(incoming.next().now_or_never().is_none());
            // Each its own, with the address of its own client.
            let mut theirs: Vec<_> = served.iter().map(|(_, address)| *address).collect();
            let mut ours: Vec<_> = clients.iter().map(|c| c.local_addr().unwrap()).collect();
            theirs.sort();
            ours.sort();
            assert_eq!(theirs, ours);
            Ok(())
        });
    });
}

#[test]
fn one_operation_accepts_many() {
    each_backend(&[1], |setup| {
        if setup.backend == BackendKind::Queue {
            return;
        }
        let rt = setup.build();
        run(&rt, 0, async |ctx| {
            let listener = TcpListener::bind("127.0.0.1:0").await?;
            let mut incoming = listener.incoming();
            let connecting = ctx.spawn_local(connect_all(listener.local_addr()?));
            let mut served = Vec::new();
            while served.len() < CLIENTS {
                served.push(incoming.next().await.unwrap()?);
            }
            connecting.await.map_err(io::Error::other)?;
            Ok(())
        });
        let submitted = rt.stats().shards[0].ring.submitted;
        // Each fill of the room for what nobody has asked for yet costs one more, and its cancellation.
        assert!(submitted < CLIENTS as u64 / 2, "{submitted}");
    });
}

#[test]
fn a_dropped_stream_accepts_nothing_more() {
    each_backend(&SHARDS, |setup| {
        let rt = setup.build();
        run(&rt, setup.last(), async |_| {
            let listener = TcpListener::bind("127.0.0.1:0").await?;
            let address = listener.local_addr()?;
            let mut incoming = listener.incoming();
            assert!(incoming.next().now_or_never().is_none());
            drop(listener);
            let near = TcpStream::connect(address).await?;
            let (_, from) = incoming.next().await.unwrap()?;
            assert_eq!(from, near.local_addr()?);
            drop(incoming);
            let refused = TcpStream::connect(address).await.unwrap_err();
            assert_eq!(refused.kind(), io::ErrorKind::ConnectionRefused);
            Ok(())
        });
    });
}

#[test]
fn connections_that_nobody_asks_for_stay_in_the_backlog() {
    each_backend(&SHARDS, |setup| {
        // The completion queue has four times as many places.
        let rt = setup.builder().ring_entries(16).build().unwrap();
        let accepted = run(&rt, setup.last(), async |_| {
            let listener = TcpListener::bind("127.0.0.1:0").await?;
            let mut incoming = listener.incoming();
            assert!(incoming.next().now_or_never().is_none());
            let clients = connect_all(listener.local_addr()?).await;
            sleep(Duration::from_millis(5)).await;
            drop((listener, incoming));
            Ok(accepted(&clients))
        });
        // What is accepted beforehand, and what there may be completions of before the cancellation is heard.
        assert!(accepted <= 64 + 64, "{accepted}");
    });
}

/// How many of these were accepted by a listener that has gone: they hear an end, the others a reset.
fn accepted(clients: &[std::net::TcpStream]) -> usize {
    let ended = |mut client: &std::net::TcpStream| client.read(&mut [0]).is_ok();
    clients.iter().filter(|client| ended(client)).count()
}

/// The same, and nothing else runs on the shard meanwhile.
fn connect_all_at_once(to: SocketAddr) -> Vec<std::net::TcpStream> {
    let connect = move |_| std::net::TcpStream::connect(to).expect("the backlog has room");
    let connecting = std::thread::spawn(move || (0..CLIENTS).map(connect).collect());
    connecting.join().unwrap()
}

#[test]
fn a_busy_shard_accepts_no_more_than_its_ring_has_room_for() {
    each_backend(&SHARDS, |setup| {
        let rt = setup.builder().ring_entries(16).build().unwrap();
        let accepted = run(&rt, setup.last(), async |_| {
            let listener = TcpListener::bind("127.0.0.1:0").await?;
            let mut incoming = listener.incoming();
            assert!(incoming.next().now_or_never().is_none());
            // It is submitted by then.
            sleep(Duration::from_millis(5)).await;
            let clients = connect_all_at_once(listener.local_addr()?);
            sleep(Duration::from_millis(5)).await;
            drop((listener, incoming));
            Ok(accepted(&clients))
        });
        assert!(accepted <= 64 + 64, "{accepted}");
    });
}

#[test]
fn an_accept_takes_one_connection_however_busy_the_shard_is() {
    each_backend(&SHARDS, |setup| {
        let rt = setup.build();
        let accepted = run(&rt, setup.last(), async |_| {
            let listener = TcpListener::bind("127.0.0.1:0").await?;
            let mut accept = Box::pin(listener.accept());
            assert!(futures::poll!(accept.as_mut()).is_pending());
            sleep(Duration::from_millis(5)).await;
            let clients = connect_all_at_once(listener.local_addr()?);
            sleep(Duration::from_millis(5)).await;
            drop(accept);
            drop(listener);
            Ok(accepted(&clients))
        });
        assert!(accepted <= 1, "{accepted}");
    });
}

#[test]
fn two_streams_accept_no_more_beforehand_than_one() {
    each_backend(&SHARDS, |setup| {
        let rt = setup.builder().ring_entries(16).build().unwrap();
        let accepted = run(&rt, setup.last(), async |_| {
            let listener = TcpListener::bind("127.0.0.1:0").await?;
            let mut streams = [listener.incoming(), listener.incoming()];
            for incoming in &mut streams {
                assert!(incoming.next().now_or_never().is_none());
            }
            let address = listener.local_addr()?;
            let mut clients = Vec::new();
            // So that what is full is known to be.
            for _ in 0..3 {
                clients.extend(connect_all(address).await);
                sleep(Duration::from_millis(5)).await;
            }
            drop((listener, streams));
            Ok(accepted(&clients))
        });
        // Each may have completions under way before its cancellation is heard.
        assert!(accepted <= 64 + 2 * 64, "{accepted}");
    });
}

#[test]
fn who_waits_gets_what_a_stream_leaves() {
    each_backend(&SHARDS, |setup| {
        let rt = setup.build();
        run(&rt, setup.last(), async |ctx| {
            let listener = TcpListener::bind("127.0.0.1:0").await?;
            let mut incoming = listener.incoming();
            assert!(incoming.next().now_or_never().is_none());
            sleep(Duration::from_millis(5)).await;
            let address = listener.local_addr()?;
            let accept = ctx.spawn_local(async move { listener.accept().await });
            sleep(Duration::from_millis(5)).await;
            let client = TcpStream::connect(address).await?;
            sleep(Duration::from_millis(5)).await;
            drop(incoming);
            let accepted = timeout(LONG / 6, accept).await.expect("it is woken");
            assert_eq!(accepted.unwrap()?.1, client.local_addr()?);
            Ok(())
        });
    });
}

#[test]
fn another_stream_gets_what_a_stream_leaves() {
    each_backend(&SHARDS, |setup| {
        let rt = setup.build();
        run(&rt, setup.last(), async |ctx| {
            let listener = TcpListener::bind("127.0.0.1:0").await?;
            let (mut one, mut other) = (listener.incoming(), listener.incoming());
            assert!(one.next().now_or_never().is_none());
            sleep(Duration::from_millis(5)).await;
            // The kernel serves the one first.
            let next = ctx.spawn_local(async move { other.next().await });
            sleep(Duration::from_millis(5)).await;
            let client = TcpStream::connect(listener.local_addr()?).await?;
            sleep(Duration::from_millis(5)).await;
            drop(one);
            let next = timeout(LONG / 6, next).await.expect("it is woken");
            assert_eq!(next.unwrap().unwrap()?.1, client.local_addr()?);
            Ok(())
        });
    });
}

#[test]
fn who_stops_waiting_loses_no_connection() {
    each_backend(&SHARDS, |setup| {
        let rt = setup.build();
        run(&rt, setup.last(), async |_| {
            let listener = TcpListener::bind("127.0.0.1:0").await?;
            for many in 0..50 {
                let mut accept = Box::pin(listener.accept());
                assert!(futures::poll!(accept.as_mut()).is_pending());
                let client = TcpStream::connect(listener.local_addr()?).await?;
                if many % 2 == 0 {
                    // The connection is accepted by then.
                    sleep(Duration::from_millis(1)).await;
                }
                drop(accept);
                let next = timeout(LONG / 6, listener.accept()).await;
                let (_, from) = next.expect("the connection is lost")?;
                assert_eq!(from, client.local_addr()?);
            }
            Ok(())
        });
    });
}
