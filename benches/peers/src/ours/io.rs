//! Sockets, files and timers, on a shard of one of the backends.

use crate::load::{BLOCK, Io, number};
use crate::ours::Spargio;
use crate::ours::setup::runtime;
use spargio::fs::File;
use spargio::net::{TcpListener, TcpStream};
use spargio::{Runtime, ShardCtx, ShardId, time};
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Instant;

/// A shard on each CPU, of which the one that nobody uses sleeps.
pub struct Shards(Runtime);

impl Shards {
    pub fn new(spargio: &Spargio) -> Self {
        Self(runtime(spargio, 2))
    }
}

impl Io for Shards {
    type File = File;

    fn run_on<F: Future<Output = ()> + 'static>(
        &self,
        cpu: usize,
        future: impl FnOnce() -> F + Send + 'static,
    ) {
        let task = self.0.spawn_local_on(cpu as ShardId, |_| future());
        drop(task.expect("two shards"));
    }

    fn spawn(future: impl Future<Output = ()> + 'static) {
        let ctx = ShardCtx::current().expect("on a shard");
        drop(ctx.spawn_local(future));
    }

    async fn serve(ready: impl FnOnce(SocketAddr)) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        ready(listener.local_addr().expect("it is bound"));
        loop {
            let (stream, _) = listener.accept().await.expect("a connection");
            stream.set_nodelay(true).expect("a TCP stream");
            Self::spawn(async move { echo(stream).await.expect("the peer stays") });
        }
    }

    async fn open(path: PathBuf) -> File {
        File::open(path).await.expect("it is there")
    }

    async fn read(file: &File, at: u64, buffer: Vec<u8>) -> (u64, Vec<u8>) {
        let (read, buffer) = file.read_at(buffer, at).await;
        assert_eq!(read.expect("a file can be read"), BLOCK);
        (number(&buffer), buffer)
    }

    fn sleep_until(deadline: Instant) -> impl Future + 'static {
        time::sleep_until(deadline)
    }
}

async fn echo(stream: TcpStream) -> io::Result<()> {
    let mut buffer = Vec::with_capacity(BLOCK);
    loop {
        let (read, back) = stream.read(buffer).await;
        if read? == 0 {
            return Ok(());
        }
        let (written, back) = stream.write_all(back).await;
        written?;
        buffer = back;
    }
}
