//! A read that found everything there was waits at once the next time, and misses nothing for that.

use crate::common::{SHARDS, each_backend, run};
use futures::{AsyncReadExt, poll};
use socket2::SockRef;
use spargio::net::{TcpListener, TcpStream};
use std::future::Future;
use std::io::{self, ErrorKind, Write};
use std::net::Shutdown;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

/// A connection, the far end of which blocks, so that what it does happens in the middle of a turn.
pub(crate) async fn pair() -> io::Result<(TcpStream, std::net::TcpStream)> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let far = std::net::TcpStream::connect(listener.local_addr()?)?;
    far.set_nodelay(true)?;
    Ok((listener.accept().await?.0, far))
}

/// What a read comes to that waits already when something happens.
pub(crate) async fn meanwhile<R>(
    read: impl Future<Output = R>,
    happens: impl FnOnce() -> io::Result<()>,
) -> io::Result<R> {
    let mut read = pin!(read);
    assert!(poll!(&mut read).is_pending());
    happens()?;
    Ok(read.await)
}

/// Reads what there is, with much room.
async fn heard(near: &TcpStream) -> io::Result<Vec<u8>> {
    let (read, mut buffer) = near.read(vec![0; 100]).await;
    buffer.truncate(read?);
    Ok(buffer)
}

/// Runs the same on every backend with a connection.
macro_rules! with_pair {
    (|$near:ident, $far:ident| $body:block) => {
        each_backend(&SHARDS, |setup| {
            run(&setup.build(), setup.last(), async |_| {
                #[allow(unused_mut)]
                let (mut $near, mut $far) = pair().await?;
                $body
                Ok(())
            });
        })
    };
}

#[test]
fn the_end_that_comes_with_the_last_bytes_is_heard() {
    with_pair!(|near, far| {
        let last = meanwhile(heard(&near), || {
            far.write_all(b"last")?;
            far.shutdown(Shutdown::Write)
        });
        assert_eq!(last.await??, b"last");
        assert_eq!(heard(&near).await?, b"");
        assert_eq!(heard(&near).await?, b"");
    });
}

#[test]
fn the_end_that_comes_after_the_last_bytes_is_heard() {
    with_pair!(|near, far| {
        let last = meanwhile(heard(&near), || far.write_all(b"last"));
        assert_eq!(last.await??, b"last");
        let end = meanwhile(heard(&near), || far.shutdown(Shutdown::Write));
        assert_eq!(end.await??, b"");
    });
}

#[test]
fn the_end_of_ones_own_making_is_heard() {
    with_pair!(|near, far| {
        assert_eq!(
            meanwhile(heard(&near), || far.write_all(b"a")).await??,
            b"a"
        );
        near.shutdown(Shutdown::Read)?;
        assert_eq!(heard(&near).await?, b"");
    });
}

#[test]
fn a_reset_behind_the_last_bytes_is_heard() {
    with_pair!(|near, far| {
        let last = meanwhile(heard(&near), || {
            far.write_all(b"last")?;
            SockRef::from(&far).set_linger(Some(Duration::ZERO))?;
            drop(far);
            Ok(())
        });
        // The kernel may keep the bytes or drop them.
        let error = match last.await? {
            Ok(last) => {
                assert_eq!(last, b"last");
                heard(&near).await.unwrap_err()
            }
            Err(error) => error,
        };
        assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    });
}

#[test]
fn what_stands_behind_urgent_bytes_is_read() {
    with_pair!(|near, far| {
        let before = meanwhile(heard(&near), || {
            far.write_all(b"before")?;
            SockRef::from(&far).send_out_of_band(b"!")?;
            far.write_all(b"behind")
        });
        // A read ends in front of them.
        assert_eq!(before.await??, b"before");
        assert_eq!(heard(&near).await?, b"behind");
        for _ in 0..3 {
            assert_eq!(
                meanwhile(heard(&near), || far.write_all(b"b")).await??,
                b"b"
            );
        }
    });
}

#[test]
fn reads_of_all_kinds_may_follow_each_other() {
    with_pair!(|near, far| {
        let mut buffer = [0; 100];
        for _ in 0..3 {
            let owned = meanwhile(heard(&near), || far.write_all(b"owned"));
            assert_eq!(owned.await??, b"owned");
            let polled = meanwhile(AsyncReadExt::read(&mut near, &mut buffer), || {
                far.write_all(b"polled")
            });
            assert_eq!(polled.await??, 6);
            let peeked = meanwhile(near.peek(vec![0; 100]), || far.write_all(b"peeked"));
            assert_eq!(peeked.await?.0?, 6);
            // What a read leaves is there for the next.
            assert_eq!(near.read(vec![0; 4]).await.1, b"peek");
            assert_eq!(heard(&near).await?, b"ed");
            let mut polled = AsyncReadExt::read(&mut near, &mut buffer);
            assert!(matches!(poll!(&mut polled), Poll::Pending));
        }
    });
}

#[test]
fn bytes_that_come_in_the_middle_of_a_turn_are_read() {
    with_pair!(|near, far| {
        for number in 0..1000_u32 {
            let written = number.to_le_bytes();
            assert_eq!(
                meanwhile(heard(&near), || far.write_all(&written)).await??,
                written
            );
            // Nobody waits for these, and the shard may hear of them before or after they are read.
            far.write_all(&written)?;
            if number % 2 == 0 {
                crate::common::yield_now().await;
            }
            assert_eq!(heard(&near).await?, written);
        }
    });
}

/// A message that brings descriptors ends a read, and those behind it are told of with it.
#[cfg(target_os = "linux")]
#[test]
fn what_stands_behind_descriptors_is_read() {
    use crate::common::place::Place;
    use rustix::net::{SendAncillaryBuffer, SendAncillaryMessage, SendFlags, sendmsg};
    use spargio::net::UnixListener;
    use std::mem::MaybeUninit;
    use std::os::fd::AsFd;
    use std::os::unix::net::UnixStream;

    each_backend(&SHARDS, |setup| {
        run(&setup.build(), setup.last(), async |_| {
            let place = Place::new();
            let listener = UnixListener::bind(&place)?;
            let mut far = UnixStream::connect(&place)?;
            let (near, _) = listener.accept().await?;
            let brings = meanwhile(near.read(vec![0; 100]), || {
                let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
                let descriptors = [far.as_fd()];
                let mut brought = SendAncillaryBuffer::new(&mut space);
                assert!(brought.push(SendAncillaryMessage::ScmRights(&descriptors)));
                let words = io::IoSlice::new(b"brings");
                sendmsg(&far, &[words], &mut brought, SendFlags::empty())?;
                far.write_all(b"behind")
            });
            assert_eq!(brings.await?.0?, 6);
            assert_eq!(near.read(vec![0; 100]).await.0?, 6);
            Ok(())
        });
    });
}
