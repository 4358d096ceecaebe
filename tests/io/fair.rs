//! A socket that is always ready leaves others their turn.

use crate::common::{LONG, SHARDS, each_backend, run, yield_now};
use spargio::ShardCtx;
use spargio::fs::File;
#[cfg(unix)]
use spargio::net::UnixDatagram;
use spargio::net::{TcpListener, TcpStream, UdpSocket};
use spargio::time::{sleep, timeout};
use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

/// More than one turn has in it, and few enough that a shard which gives nobody a turn fails the test soon.
const MANY: u32 = 300_000;

#[test]
fn a_socket_that_never_runs_dry_holds_up_nobody() {
    each_backend(&SHARDS, |setup| {
        let rt = setup.build();
        run(&rt, setup.last(), async |ctx| {
            let socket = UdpSocket::bind("127.0.0.1:0").await?;
            let me = socket.local_addr()?;
            // Both are done at once, each time.
            is_held_up_by_nobody(&ctx, async move || {
                socket.send_to("ping", me).await.0.unwrap();
                let (received, _) = socket.recv_from(Vec::with_capacity(8)).await;
                assert_eq!(received.unwrap().0, 4);
            })
            .await;
            Ok(())
        });
    });
}

#[test]
fn a_stream_that_never_runs_dry_holds_up_nobody() {
    each_backend(&SHARDS, |setup| {
        let rt = setup.build();
        run(&rt, setup.last(), async |ctx| {
            let listener = TcpListener::bind("127.0.0.1:0").await?;
            let near = TcpStream::connect(listener.local_addr()?).await?;
            let (far, _) = listener.accept().await?;
            // Each read fills its buffer, so the next one is expected to have something at once, and has.
            is_held_up_by_nobody(&ctx, async move || {
                near.write_all("ping").await.0.unwrap();
                let (received, _) = far.read(Vec::with_capacity(4)).await;
                assert_eq!(received.unwrap(), 4);
                far.write_all("pong").await.0.unwrap();
                let (received, _) = near.read(Vec::with_capacity(4)).await;
                assert_eq!(received.unwrap(), 4);
            })
            .await;
            Ok(())
        });
    });
}

#[test]
fn a_file_in_memory_holds_up_nobody() {
    each_backend(&SHARDS, |setup| {
        let rt = setup.build();
        run(&rt, setup.last(), async |ctx| {
            let file = File::open("Cargo.toml").await?;
            is_held_up_by_nobody(&ctx, async move || {
                let (read, _) = file.read_at(Vec::with_capacity(4), 0).await;
                assert_eq!(read.unwrap(), 4);
            })
            .await;
            Ok(())
        });
    });
}

#[cfg(unix)]
#[test]
fn a_peer_that_always_has_room_holds_up_nobody() {
    each_backend(&SHARDS, |setup| {
        let rt = setup.build();
        run(&rt, setup.last(), async |ctx| {
            let path = std::env::temp_dir().join(format!("spargio-fair-{}", std::process::id()));
            _ = std::fs::remove_file(&path);
            let far = std::os::unix::net::UnixDatagram::bind(&path)?;
            let near = UnixDatagram::unbound()?;
            let to = path.clone();
            is_held_up_by_nobody(&ctx, async move || {
                near.send_to("ping", &to).await.0.unwrap();
                assert_eq!(far.recv(&mut [0; 4]).unwrap(), 4);
            })
            .await;
            std::fs::remove_file(path)
        });
    });
}

/// Has a task do something over and over, and others their turns meanwhile.
async fn is_held_up_by_nobody(ctx: &ShardCtx, exchange: impl AsyncFn() + 'static) {
    let over = Rc::new(Cell::new(false));
    let seen = over.clone();
    let busy = ctx.spawn_local(async move {
        for round in 0..MANY {
            if seen.get() {
                return round;
            }
            exchange().await;
        }
        MANY
    });
    for _ in 0..10 {
        yield_now().await;
        sleep(Duration::from_micros(100)).await;
    }
    over.set(true);
    let rounds = busy.await.unwrap();
    assert!((1..MANY).contains(&rounds), "{rounds}");
}

/// More than a task may have done at once.
const DATAGRAMS: usize = 150;

#[test]
fn what_comes_while_a_task_gives_way_is_heard() {
    each_backend(&[1], |setup| {
        let rt = setup.build();
        run(&rt, 0, async |_| {
            let far = std::net::UdpSocket::bind("127.0.0.1:0")?;
            let near = UdpSocket::bind("127.0.0.1:0").await?;
            far.connect(near.local_addr()?)?;
            let receive = || async { near.recv(Vec::with_capacity(8)).await.0 };
            // From now on the socket is watched.
            assert!(futures::poll!(std::pin::pin!(receive())).is_pending());
            for many in 0..DATAGRAMS {
                for _ in 0..many {
                    far.send(b"one")?;
                }
                // A turn of its own, with all that it may do at once.
                yield_now().await;
                for _ in 0..many {
                    receive().await?;
                }
                let mut next = std::pin::pin!(receive());
                assert!(futures::poll!(next.as_mut()).is_pending());
                far.send(b"next")?;
                // The shard looks at its sockets before this one is asked about again.
                sleep(Duration::from_millis(1)).await;
                let heard = timeout(LONG / 6, next).await;
                assert!(heard.is_ok(), "the one after {many} is never heard of");
            }
            Ok(())
        });
    });
}
