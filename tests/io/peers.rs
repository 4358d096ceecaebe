//! Peers that go away, do not read, send nonsense, or one byte at a time.

use crate::common::{LONG, SHARDS, each_backend, run, yield_now};
use futures::AsyncReadExt;
use spargio::net::{TcpListener, TcpStream, UnixStream};
use spargio::time::timeout;
use std::io::{self, ErrorKind};
use std::net::Shutdown;
use std::rc::Rc;

pub(crate) async fn pair() -> io::Result<(TcpStream, TcpStream)> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let near = TcpStream::connect(listener.local_addr()?).await?;
    Ok((near, listener.accept().await?.0))
}

/// More than any socket holds.
pub(crate) const MUCH: usize = 32 << 20;

/// Runs the same with both ends of a TCP and of a Unix connection.
macro_rules! with_pairs {
    ($setup:expr, |$ctx:ident, $near:ident, $far:ident| $body:block) => {{
        let rt = $setup.builder().ring_entries(8).build().unwrap();
        run(&rt, $setup.last(), async move |$ctx| {
            let ($near, $far) = pair().await?;
            $body
        });
        run(&rt, $setup.last(), async move |$ctx| {
            let ($near, $far) = UnixStream::pair()?;
            $body
        });
    }};
}
pub(crate) use with_pairs;

#[test]
fn each_direction_ends_by_itself() {
    each_backend(&SHARDS, |setup| {
        with_pairs!(setup, |_ctx, near, far| {
            for (ended, other) in [(&near, &far), (&far, &near)] {
                // Somebody waits for it when the end comes.
                let mut waiting = Box::pin(other.read(vec![0; 9]));
                assert!(futures::poll!(&mut waiting).is_pending());
                ended.shutdown(Shutdown::Write)?;
                assert_eq!(waiting.await.0?, 0);
                for _ in 0..2 {
                    assert_eq!(other.read(vec![0; 9]).await.0?, 0);
                    assert_eq!(other.peek(vec![0; 9]).await.0?, 0);
                }
                let error = ended.write("more").await.0.unwrap_err();
                assert_eq!(error.kind(), ErrorKind::BrokenPipe);
                if std::ptr::eq(ended, &near) {
                    other.write_all("still").await.0?;
                    assert_eq!(ended.read(Vec::with_capacity(9)).await.1, b"still");
                }
            }
            Ok(())
        });
    });
}

#[test]
fn who_waits_hears_that_the_peer_has_gone() {
    each_backend(&SHARDS, |setup| {
        with_pairs!(setup, |ctx, near, far| {
            let near = Rc::new(near);
            let reading = near.clone();
            let reading = ctx.spawn_local(async move { reading.read(vec![0; 9]).await.0 });
            // More than fits.
            let writing = ctx.spawn_local(async move { near.write_all(vec![0; MUCH]).await.0 });
            far.peek(vec![0; 9]).await.0?;
            drop(far);
            let written = timeout(LONG, writing).await?.unwrap();
            let gone = [ErrorKind::ConnectionReset, ErrorKind::BrokenPipe];
            assert!(gone.contains(&written.unwrap_err().kind()));
            // One of the two is told of the reset, and the other one of the end.
            let read = timeout(LONG, reading).await?.unwrap();
            let reset = |error: io::Error| error.kind() == ErrorKind::ConnectionReset;
            assert!(read.map_or_else(reset, |read| read == 0));
            Ok(())
        });
    });
}

#[test]
fn little_by_little_all_arrives() {
    each_backend(&SHARDS, |setup| {
        with_pairs!(setup, |ctx, near, far| {
            near.set_send_buffer_size(1)?;
            let sent: Vec<u8> = (0..200_000_u32).map(|n| (n % 251) as u8).collect();
            let expected = sent.clone();
            let writing = ctx.spawn_local(async move {
                near.write_all(sent).await.0?;
                near.shutdown(Shutdown::Write)
            });
            let mut got = Vec::new();
            for round in 0.. {
                let (read, piece) = far.read(Vec::with_capacity(1 + round % 50)).await;
                if read? == 0 {
                    break;
                }
                got.extend_from_slice(&piece);
            }
            writing.await.unwrap()?;
            assert!(got == expected, "{} of {}", got.len(), expected.len());
            Ok(())
        });
    });
}

/// Reads messages with their lengths before them, each at most so long.
async fn messages(mut from: TcpStream) -> io::Result<Vec<Vec<u8>>> {
    const LONGEST: u32 = 1_024;
    let mut messages = Vec::new();
    loop {
        let mut len = [0; 4];
        match from.read_exact(&mut len).await {
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(messages),
            read => read?,
        }
        let len = u32::from_be_bytes(len);
        if len > LONGEST {
            return Err(ErrorKind::InvalidData.into());
        }
        let mut message = vec![0; len as usize];
        from.read_exact(&mut message).await?;
        messages.push(message);
    }
}

#[test]
fn one_byte_at_a_time_is_as_good_as_all_at_once() {
    each_backend(&SHARDS, |setup| {
        let rt = setup.build();
        run(&rt, setup.last(), async |ctx| {
            let (near, far) = pair().await?;
            near.set_nodelay(true)?;
            let reading = ctx.spawn_local(messages(far));
            for _ in 0..20 {
                for byte in *b"\0\0\0\x05hello\0\0\0\0" {
                    near.write_all(vec![byte]).await.0?;
                    yield_now().await;
                }
            }
            drop(near);
            let heard = reading.await.unwrap()?;
            assert_eq!(heard, [&b"hello"[..], b""].repeat(20));
            Ok(())
        });
    });
}

#[test]
fn garbage_ends_its_own_connection_alone() {
    each_backend(&SHARDS, |setup| {
        let rt = setup.build();
        run(&rt, setup.last(), async |ctx| {
            let (good, far) = pair().await?;
            let reading = ctx.spawn_local(messages(far));
            let cases = [
                (vec![0xFF; 100_000], ErrorKind::InvalidData),
                (b"GET / HTTP/1.1\r\n\r\n".to_vec(), ErrorKind::InvalidData),
                // It ends in the middle of a message.
                (b"\0\0\0\x05he".to_vec(), ErrorKind::UnexpectedEof),
            ];
            for (garbage, expected) in cases {
                let (near, far) = pair().await?;
                let reading = ctx.spawn_local(messages(far));
                // The peer may be gone before all of it is written.
                _ = near.write_all(garbage).await;
                _ = near.shutdown(Shutdown::Write);
                let error = reading.await.unwrap().unwrap_err();
                assert_eq!(error.kind(), expected);
                let ended = timeout(LONG, near.read(vec![0; 9])).await?.0;
                assert!(ended.map_or(true, |read| read == 0));
            }
            good.write_all("\0\0\0\x05hello").await.0?;
            drop(good);
            assert_eq!(reading.await.unwrap()?, [b"hello"]);
            Ok(())
        });
    });
}
