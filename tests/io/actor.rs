//! An actor that has stopped: what its handler and its tasks were waiting for is cancelled, and what they had is closed.

use crate::common::place::Place;
use crate::common::{LONG, SHARDS, Setup, each_backend, eventually};
use futures::stream;
use spargio::fs::File;
use spargio::net::{TcpStream, UdpSocket};
use spargio::{Cx, Feed, Handle, RingMsg, shard_actor};
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;

#[derive(RingMsg)]
enum ClerkMsg {
    /// Reads in its handler, for ever.
    Attend(SocketAddr),
    /// Reads and writes in tasks, for ever.
    Delegate(SocketAddr),
    /// Is fed what is read, for ever.
    Listen(SocketAddr),
    /// Keeps what nobody uses.
    Keep(SocketAddr),
    /// Keeps a file, with something in flight.
    Open(PathBuf),
    Heard(u64),
    Panic,
    #[ring(reply = u64)]
    Count,
}

#[shard_actor(msg = ClerkMsg)]
#[derive(Default)]
struct Clerk {
    kept: Vec<TcpStream>,
    files: Vec<Rc<File>>,
    feeds: Vec<Feed>,
    heard: u64,
}

impl ClerkBehavior for Clerk {
    async fn attend(&mut self, _: &Cx<Self>, to: SocketAddr) {
        let stream = TcpStream::connect(to).await.unwrap();
        self.heard += stream.read(vec![0; 4096]).await.0.unwrap() as u64;
    }

    async fn delegate(&mut self, cx: &Cx<Self>, to: SocketAddr) {
        let stream = Rc::new(TcpStream::connect(to).await.unwrap());
        let reading = stream.clone();
        cx.spawn_local(async move { reading.read(vec![0; 4096]).await.0 });
        // More than the peer's system takes, and it reads nothing.
        cx.spawn_local(async move { stream.write_all(vec![0; 32 << 20]).await.0 });
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        cx.spawn_local(async move { socket.recv(vec![0; 64]).await.0 });
        self.heard += 1;
    }

    async fn listen(&mut self, cx: &Cx<Self>, to: SocketAddr) {
        let stream = TcpStream::connect(to).await.unwrap();
        let reads = stream::unfold(stream, async |stream| {
            let read = stream.read(vec![0; 4096]).await.0.unwrap();
            Some((read as u64, stream))
        });
        self.feeds.push(cx.feed(reads, ClerkMsg::Heard));
        self.heard += 1;
    }

    async fn keep(&mut self, _: &Cx<Self>, to: SocketAddr) {
        self.kept.push(TcpStream::connect(to).await.unwrap());
        self.heard += 1;
    }

    async fn open(&mut self, cx: &Cx<Self>, path: PathBuf) {
        let file = Rc::new(File::create(path).await.unwrap());
        for place in 0..20 {
            let file = file.clone();
            cx.spawn_local(async move { file.write_at(vec![1; 4096], place << 12).await.0 });
        }
        self.files.push(file);
        self.heard += 1;
    }

    async fn heard(&mut self, _: &Cx<Self>, bytes: u64) {
        self.heard += bytes;
    }

    async fn panic(&mut self, _: &Cx<Self>) {
        panic!("as it was told");
    }

    async fn count(&mut self, _: &Cx<Self>) -> u64 {
        self.heard
    }
}

/// How it ends.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Stop,
    Panic,
    /// With its runtime, while its handler waits.
    Drop,
}

#[test]
fn its_sockets_and_files_are_closed_when_it_stops() {
    each_backend(&SHARDS, |setup| end(setup, End::Stop));
}

#[test]
fn its_sockets_and_files_are_closed_when_it_panics() {
    each_backend(&SHARDS, |setup| end(setup, End::Panic));
}

#[test]
fn its_sockets_and_files_are_closed_when_its_runtime_ends() {
    each_backend(&SHARDS, |setup| end(setup, End::Drop));
}

fn end(setup: &Setup, end: End) {
    let rt = setup.builder().ring_entries(8).drain(Duration::ZERO);
    let rt = rt.build().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let to = listener.local_addr().unwrap();
    let path = Place::new();
    let clerk: ClerkHandle = rt
        .block_on(rt.remote(setup.last()).unwrap().start(Clerk::default))
        .unwrap();
    clerk.open(path.0.clone()).unwrap();
    clerk.delegate(to).unwrap();
    clerk.listen(to).unwrap();
    clerk.keep(to).unwrap();
    assert_eq!(rt.block_on(clerk.count(&rt.client())), Ok(4));
    clerk.attend(to).unwrap();
    let mut peers: Vec<_> = (0..4).map(|_| listener.accept().unwrap().0).collect();
    if end != End::Drop {
        // What its handler waits for: then it ends as it was told.
        peers[3].write_all(b"go on").unwrap();
    }
    assert!(is_open(&path.0) || cfg!(not(target_os = "linux")));
    match end {
        End::Stop => clerk.stop(),
        End::Panic => clerk.panic().unwrap(),
        End::Drop => {
            let report = rt.shutdown().unwrap();
            assert_eq!(report.leaked_ops, 0, "{report:?}");
        }
    }
    for peer in &mut peers {
        peer.set_read_timeout(Some(LONG)).unwrap();
        // What was written before may be there; then comes the end, which is a reset if something was not read.
        let mut buffer = vec![0; 1 << 16];
        let ended = loop {
            match peer.read(&mut buffer) {
                Ok(read) if read > 0 => {}
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                ended => break ended,
            }
        };
        let reset = |error: &io::Error| error.kind() == io::ErrorKind::ConnectionReset;
        assert!(ended.as_ref().err().is_none_or(reset), "{ended:?}");
    }
    eventually("the file is closed", || !is_open(&path.0));
}

/// Whether this process has a file open, where that can be known.
fn is_open(path: &Path) -> bool {
    if cfg!(not(target_os = "linux")) {
        return false;
    }
    let descriptors = std::fs::read_dir("/proc/self/fd").unwrap();
    let mut named = descriptors.filter_map(|one| std::fs::read_link(one.ok()?.path()).ok());
    named.any(|one| one == path)
}
