//! The end of a runtime with operations in flight.

use crate::common::{LONG, Setup, each_backend, yield_now};
use spargio::net::{TcpListener, TcpStream, UdpSocket};
use spargio::{Runtime, ShardCtx};
use std::io;
use std::pin::Pin;
use std::sync::mpsc;
use std::task::{Context, Waker};
use std::time::{Duration, Instant};

/// Longer than an end may take that has nothing to wait for, on a busy machine.
const SOON: Duration = Duration::from_secs(5);

const OPERATIONS: usize = 1_000;

fn runtime(setup: &Setup) -> Runtime {
    setup.builder().drain(Duration::ZERO).build().unwrap()
}

/// Polls a future once and forgets it.
fn forget(future: impl Future + 'static) {
    let mut future: Pin<Box<dyn Future<Output = _>>> = Box::pin(future);
    let polled = future
        .as_mut()
        .poll(&mut Context::from_waker(Waker::noop()));
    assert!(polled.is_pending());
    std::mem::forget(future);
}

#[test]
fn what_was_forgotten_is_cancelled() {
    each_backend(&[1, 2], |setup| {
        let rt = runtime(setup);
        let begun = rt.spawn_local_on(setup.last(), |_| async {
            let socket = UdpSocket::bind("127.0.0.1:0").await?;
            let socket: &UdpSocket = Box::leak(Box::new(socket));
            let listener = TcpListener::bind("127.0.0.1:0").await?;
            let listener: &TcpListener = Box::leak(Box::new(listener));
            for _ in 0..OPERATIONS / 2 {
                forget(socket.recv_from(Vec::with_capacity(16)));
                forget(listener.accept());
            }
            yield_now().await;
            io::Result::Ok(())
        });
        rt.block_on(begun.unwrap()).unwrap().unwrap();
        let start = Instant::now();
        let report = rt.shutdown().unwrap();
        assert_eq!(report.leaked_ops, 0, "{report:?}");
        assert_eq!(report.stuck_shards, 0, "{report:?}");
        assert!(start.elapsed() < SOON, "{:?}", start.elapsed());
    });
}

#[test]
fn a_runtime_may_be_dropped_with_a_thousand_in_flight() {
    each_backend(&[1, 2, 4], |setup| {
        let rt = runtime(setup);
        let (waiting, all_wait) = mpsc::channel();
        let task = rt.spawn_local_on(setup.last(), move |ctx: ShardCtx| async move {
            let listener = TcpListener::bind("127.0.0.1:0").await?;
            let stream = TcpStream::connect(listener.local_addr()?).await?;
            let stream = std::rc::Rc::new(stream);
            for _ in 0..OPERATIONS {
                let stream = stream.clone();
                ctx.spawn_local(async move { stream.read(vec![0; 64]).await.0 });
            }
            yield_now().await;
            yield_now().await;
            waiting.send(()).unwrap();
            std::future::pending::<io::Result<()>>().await
        });
        all_wait.recv_timeout(LONG).unwrap();
        let start = Instant::now();
        drop(rt);
        assert!(start.elapsed() < SOON, "{:?}", start.elapsed());
        drop(task);
    });
}
