//! Operations lose no byte by what the kernel answers to the ring; one that itself fails gives its buffer back, and the
//! next is none the worse.

use super::{Fault, TIMES, in_time};
use crate::net::{TcpListener, TcpStream};
use crate::{BackendKind, Runtime};
use futures_util::StreamExt;
use std::io;
use std::time::Duration;

/// A message.
const LEN: usize = 8;

/// Writes a number until nothing fails; how often it failed.
async fn write(stream: &TcpStream, number: u64, error: i32) -> usize {
    for failures in 0.. {
        let bytes = number.to_be_bytes().to_vec();
        let (written, bytes) = stream.write(bytes).await;
        assert_eq!(bytes, number.to_be_bytes(), "the buffer that was given");
        match written {
            Ok(written) => {
                assert_eq!(written, LEN);
                return failures;
            }
            Err(refused) => assert_eq!(refused.raw_os_error(), Some(error)),
        }
    }
    unreachable!("it has failed for ever")
}

/// Reads a number, however often that fails first.
async fn read(stream: &TcpStream, error: i32) -> (u64, usize) {
    // More room than is filled, so that the ring does it in any case.
    let mut buffer = Vec::with_capacity(2 * LEN);
    for failures in 0.. {
        let (read, back) = stream.read(buffer).await;
        buffer = back;
        match read {
            Ok(read) => {
                assert_eq!(read, LEN);
                let bytes = (*buffer).try_into().expect("as many as were read");
                return (u64::from_be_bytes(bytes), failures);
            }
            Err(refused) => assert_eq!(refused.raw_os_error(), Some(error)),
        }
    }
    unreachable!("it has failed for ever")
}

async fn pair() -> io::Result<(TcpStream, TcpStream)> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let near = TcpStream::connect(listener.local_addr()?).await?;
    let (far, _) = listener.accept().await?;
    far.set_nodelay(true)?;
    near.set_nodelay(true)?;
    Ok((near, far))
}

/// Has numbers go to and fro until the fault has struck ten thousand times. Says how often an operation failed with the
/// error.
fn exchange(fault: Fault, every: u64, error: i32, check: fn(usize)) {
    for spin in [Duration::ZERO, Duration::from_micros(20)] {
        in_time(fault, every, move |injected| {
            let rt = Runtime::builder()
                .shards(1)
                .backend(BackendKind::IoUring)
                .ring_entries(16)
                .spin(spin)
                .build()
                .expect("io_uring is there");
            let numbers = rt.spawn_local_on(0, async move |ctx| {
                let (near, far) = pair().await.expect("a connection");
                let echo = ctx.spawn_local(async move {
                    let mut failures = 0;
                    loop {
                        let (number, failed) = read(&far, error).await;
                        failures += failed + write(&far, number, error).await;
                        if number == 0 {
                            return failures;
                        }
                    }
                });
                let (mut failures, mut number) = (0, 0);
                while injected() < TIMES / 2 {
                    number += 1;
                    failures += write(&near, number, error).await;
                    let (back, failed) = read(&near, error).await;
                    assert_eq!(back, number);
                    failures += failed;
                }
                failures += write(&near, 0, error).await;
                failures + echo.await.expect("it ends")
            });
            let failures = rt.block_on(numbers.expect("it runs")).expect("it ends");
            check(failures);
            rt.shutdown().expect("from outside");
        });
    }
}

#[test]
fn operations_that_the_system_has_no_buffers_for() {
    exchange(
        Fault::Operation(libc::ENOBUFS),
        3,
        libc::ENOBUFS,
        |failures| {
            assert!(failures >= TIMES / 2, "{failures} were heard of");
        },
    );
}

#[test]
fn operations_while_enters_and_queues_fail() {
    for fault in [
        Fault::Enter(libc::EINTR),
        Fault::Enter(libc::EAGAIN),
        Fault::Enter(libc::EBUSY),
        Fault::Enter(libc::ENOMEM),
        Fault::ShortSubmit,
        Fault::FullQueue,
    ] {
        exchange(fault, 3, 0, |failures| {
            assert_eq!(failures, 0, "what the driver can try again is no user's");
        });
    }
}

/// Kernels that do not wait with a listener which is non-blocking, as it is for shards without a ring.
#[test]
fn accepts_that_the_kernel_does_not_wait_with() {
    in_time(Fault::Accept(libc::EAGAIN), 2, |injected| {
        let rt = Runtime::builder()
            .shards(1)
            .backend(BackendKind::IoUring)
            .build()
            .expect("io_uring is there");
        let accepted = rt.spawn_local_on(0, async move |ctx| {
            let listener = TcpListener::bind("127.0.0.1:0").await?;
            let mut incoming = listener.incoming();
            let to = listener.local_addr()?;
            for one in [true, false].into_iter().cycle() {
                if injected() >= TIMES / 10 {
                    break;
                }
                // Some wait for it, others find it there.
                let near = ctx.spawn_local(TcpStream::connect(to));
                let (_, from) = match one {
                    true => listener.accept().await?,
                    false => incoming.next().await.expect("it has no end")?,
                };
                let near = near.await.expect("it ends")?;
                assert_eq!(from, near.local_addr()?);
            }
            io::Result::Ok(())
        });
        let accepted = rt.block_on(accepted.expect("it runs")).expect("it ends");
        accepted.expect("no error is shown");
        rt.shutdown().expect("from outside");
    });
}
