//! Wakers are others' code, and may panic.

use crate::common::{LONG, each_backend, run};
use futures::FutureExt;
use spargio::net::{TcpListener, TcpStream};
use spargio::time::{sleep, timeout};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::{Pin, pin};
use std::ptr::null;
use std::sync::Arc;
use std::task::{Context, RawWaker, RawWakerVTable, Wake, Waker};
use std::time::Duration;

const UNCLONABLE: RawWakerVTable = RawWakerVTable::new(
    |_| panic!("this waker cannot be cloned"),
    |_| {},
    |_| {},
    |_| {},
);

/// A waker whose clone panics.
fn unclonable() -> Waker {
    // SAFETY: none of the functions uses the pointer, and this waker can be used on any thread.
    unsafe { Waker::from_raw(RawWaker::new(null(), &UNCLONABLE)) }
}

/// Its clones panic when they are dropped.
const FOR_GOOD: RawWakerVTable = RawWakerVTable::new(
    |_| RawWaker::new(null(), &UNDROPPABLE),
    |_| {},
    |_| {},
    |_| {},
);

const UNDROPPABLE: RawWakerVTable = RawWakerVTable::new(
    |_| RawWaker::new(null(), &UNDROPPABLE),
    |_| {},
    |_| {},
    |_| panic!("this waker cannot be dropped"),
);

/// A waker whose clones cannot be dropped.
fn undroppable() -> Waker {
    // SAFETY: none of the functions uses the pointer, and this waker can be used on any thread.
    unsafe { Waker::from_raw(RawWaker::new(null(), &FOR_GOOD)) }
}

/// Polls with that waker; whether it panicked.
fn poll_badly<T>(future: Pin<&mut impl Future<Output = T>>, waker: &Waker) -> bool {
    let poll = || future.poll(&mut Context::from_waker(waker)).is_ready();
    catch_unwind(AssertUnwindSafe(poll)).is_err()
}

#[test]
fn a_panic_of_a_waker_leaves_no_operation_behind() {
    each_backend(&[1], |setup| {
        let rt = setup.build();
        run(&rt, 0, async |_| {
            let listener = TcpListener::bind("127.0.0.1:0").await?;
            let near = TcpStream::connect(listener.local_addr()?).await?;
            let (far, _) = listener.accept().await?;
            for begun in [false, true] {
                let mut read = pin!(far.read(Vec::with_capacity(8)));
                if begun {
                    assert!(futures::poll!(read.as_mut()).is_pending());
                }
                assert!(poll_badly(read, &unclonable()));
            }
            // None of these has taken what is meant for the next one.
            near.write_all("hello").await.0?;
            let (result, buffer) = far.read(Vec::with_capacity(8)).await;
            assert_eq!((result?, buffer), (5, b"hello".to_vec()));
            Ok(())
        });
    });
}

#[test]
fn a_panic_of_a_dropped_waker_leaves_no_operation_behind() {
    each_backend(&[1], |setup| {
        let rt = setup.build();
        run(&rt, 0, async |_| {
            let listener = TcpListener::bind("127.0.0.1:0").await?;
            let near = TcpStream::connect(listener.local_addr()?).await?;
            let (far, _) = listener.accept().await?;
            {
                let mut read = pin!(far.read(Vec::with_capacity(8)));
                assert!(!poll_badly(read.as_mut(), &undroppable()));
                // Drops the former.
                assert!(poll_badly(read, Waker::noop()));
            }
            near.write_all("hello").await.0?;
            let read = timeout(LONG / 6, far.read(Vec::with_capacity(8))).await;
            let (result, buffer) = read.expect("another has taken it");
            assert_eq!((result?, buffer), (5, b"hello".to_vec()));
            Ok(())
        });
    });
}

/// Panics when it is called.
struct Unwakeable;

impl Wake for Unwakeable {
    fn wake(self: Arc<Self>) {
        resume_unwind(Box::new("this waker cannot be called"))
    }
}

#[test]
fn a_waker_that_panics_keeps_no_connection_from_others() {
    each_backend(&[1], |setup| {
        let rt = setup.build();
        run(&rt, 0, async |ctx| {
            let listener = TcpListener::bind("127.0.0.1:0").await?;
            let address = listener.local_addr()?;
            let mut incoming = listener.incoming();
            assert!(
                futures::StreamExt::next(&mut incoming)
                    .now_or_never()
                    .is_none()
            );
            // The kernel serves the stream first, and then, in turn, whoever waits for what it leaves.
            let listener = std::rc::Rc::new(listener);
            let theirs = listener.clone();
            let mut bad = Box::pin(async move { theirs.accept().await });
            let unwakeable = Waker::from(Arc::new(Unwakeable));
            assert!(!poll_badly(bad.as_mut(), &unwakeable));
            let good = ctx.spawn_local(async move { listener.accept().await });
            sleep(Duration::from_millis(5)).await;
            let client = TcpStream::connect(address).await?;
            sleep(Duration::from_millis(5)).await;
            assert!(catch_unwind(AssertUnwindSafe(|| drop(incoming))).is_ok());
            let accepted = timeout(LONG / 6, good).await.expect("it is woken");
            assert_eq!(accepted.unwrap()?.1, client.local_addr()?);
            Ok(())
        });
    });
}
