//! A process that may open no more descriptors: what needs one says so, and works again once there are some.

use crate::child::in_child;
use crate::common::{LONG, Setup, each_backend, run};
use futures::{FutureExt, StreamExt};
use rustix::net;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use spargio::fs::File;
use spargio::net::{TcpListener, TcpStream, UdpSocket, UnixDatagram};
use spargio::time::{sleep, timeout};
use std::io::{self, Read};
use std::net::SocketAddr;
use std::time::Duration;

/// Runs a test in a process that may open few descriptors, on each backend.
fn with_few(test: &str, body: impl Fn(&Setup)) {
    in_child(test, || {
        let former = getrlimit(Resource::Nofile);
        let current = Some(FEW);
        setrlimit(Resource::Nofile, Rlimit { current, ..former }).unwrap();
        each_backend(&[1, 2], body);
    });
}

/// More than the runtime and a test need.
const FEW: u64 = 100;

/// All the descriptors that are left: while it is there, none can be opened.
struct NoMore(#[allow(dead_code, reason = "to be dropped")] Vec<std::fs::File>);

impl NoMore {
    fn new() -> Self {
        let more = std::iter::from_fn(|| std::fs::File::open("/dev/null").ok());
        Self(more.collect())
    }
}

#[track_caller]
fn assert_says_so<T>(refused: io::Result<T>) {
    let error = refused.err().expect("there was a descriptor left");
    assert_eq!(error.raw_os_error(), Some(libc::EMFILE), "{error}");
}

#[test]
fn what_needs_a_descriptor_says_that_there_is_none() {
    let test = "exhausted::what_needs_a_descriptor_says_that_there_is_none";
    with_few(test, |setup| {
        let rt = setup.build();
        run(&rt, setup.last(), async |_| {
            let listener = TcpListener::bind("127.0.0.1:0").await?;
            let address = listener.local_addr()?;
            // Whatever the shard needs besides is there.
            assert!(listener.accept().now_or_never().is_none());
            _ = File::open("/dev/null").await?;
            let none = NoMore::new();
            for _ in 0..3 {
                assert_says_so(TcpStream::connect(address).await);
                assert_says_so(TcpListener::bind("127.0.0.1:0").await);
                assert_says_so(UdpSocket::bind("127.0.0.1:0").await);
                assert_says_so(UnixDatagram::pair());
                assert_says_so(File::open("/dev/null").await);
            }
            drop(none);
            let near = TcpStream::connect(address).await?;
            let (far, _) = listener.accept().await?;
            near.write_all("hello").await.0?;
            assert_eq!(far.read(Vec::with_capacity(9)).await.1, b"hello");
            UdpSocket::bind("127.0.0.1:0").await?;
            File::open("/dev/null").await?;
            Ok(())
        });
    });
}

#[test]
fn a_connection_waits_for_a_descriptor() {
    let test = "exhausted::a_connection_waits_for_a_descriptor";
    with_few(test, |setup| {
        let rt = setup.build();
        run(&rt, setup.last(), async |_| {
            let listener = TcpListener::bind("127.0.0.1:0").await?;
            let address = listener.local_addr()?;
            for begun in [false, true] {
                late(address, begun, async || listener.accept().await).await?;
                let mut incoming = listener.incoming();
                late(address, begun, async || incoming.next().await.unwrap()).await?;
            }
            Ok(())
        });
    });
}

/// The first descriptor of a socket makes the portable backend watch sockets, which takes some, too.
#[test]
fn sockets_are_watched_once_there_are_descriptors() {
    let test = "exhausted::sockets_are_watched_once_there_are_descriptors";
    with_few(test, |setup| {
        let rt = setup.build();
        run(&rt, setup.last(), async |_| {
            let (near, far) = UnixDatagram::pair()?;
            let none = NoMore::new();
            if takes_one(&far).await {
                assert_says_so(far.recv(vec![0; 9]).await.0);
            }
            drop(none);
            assert!(far.recv(vec![0; 9]).now_or_never().is_none());
            near.send("hello").await.0?;
            assert_eq!(far.recv(Vec::with_capacity(9)).await.1, b"hello");
            Ok(())
        });
    });
}

/// Whether waiting for a socket takes a descriptor.
async fn takes_one(socket: &UnixDatagram) -> bool {
    socket.recv(vec![0; 9]).now_or_never().is_some()
}

/// Connects when there are no more descriptors. `begun`: accepting was begun while there were.
async fn late(
    address: SocketAddr,
    begun: bool,
    mut accept: impl AsyncFnMut() -> io::Result<(TcpStream, SocketAddr)>,
) -> io::Result<()> {
    let near = net::socket(net::AddressFamily::INET, net::SocketType::STREAM, None)?;
    let mut first = Box::pin(accept());
    if begun {
        assert!((&mut first).now_or_never().is_none());
        sleep(Duration::from_millis(1)).await;
    }
    let none = NoMore::new();
    net::connect(&near, &address)?;
    assert_says_so(first.await);
    for _ in 0..3 {
        assert_says_so(accept().await);
    }
    drop(none);
    let (far, from) = timeout(LONG, accept()).await??;
    assert_eq!(far.peer_addr()?, from);
    far.write_all("hello").await.0?;
    let mut heard = [0; 5];
    std::net::TcpStream::from(near).read_exact(&mut heard)?;
    assert_eq!(heard, *b"hello");
    Ok(())
}
