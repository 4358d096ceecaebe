//! Sockets, files and timers of glommio. Its sockets are `futures`' reader and writer; its files are read by
//! `BufferedFile`, which is for the page cache and brings a buffer of its own (`DmaFile`, which its documentation prefers,
//! goes past the page cache to the disk: other work than everybody else's).

use super::run_pinned;
use crate::load::{BLOCK, Io, number};
use futures::{AsyncReadExt, AsyncWriteExt};
use glommio::io::BufferedFile;
use glommio::net::{TcpListener, TcpStream};
use glommio::timer::Timer;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Instant;

pub struct Executor {
    pub spins: bool,
}

impl Io for Executor {
    type File = BufferedFile;

    fn run_on<F: Future<Output = ()> + 'static>(
        &self,
        cpu: usize,
        future: impl FnOnce() -> F + Send + 'static,
    ) {
        run_pinned(cpu, self.spins, future);
    }

    fn spawn(future: impl Future<Output = ()> + 'static) {
        glommio::spawn_local(future).detach();
    }

    async fn serve(ready: impl FnOnce(SocketAddr)) {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        ready(listener.local_addr().expect("it is bound"));
        loop {
            let stream = listener.accept().await.expect("a connection");
            stream.set_nodelay(true).expect("a TCP stream");
            Self::spawn(async move { echo(stream).await.expect("the peer stays") });
        }
    }

    async fn open(path: PathBuf) -> BufferedFile {
        BufferedFile::open(path).await.expect("it is there")
    }

    async fn read(file: &BufferedFile, at: u64, buffer: Vec<u8>) -> (u64, Vec<u8>) {
        let block = file.read_at(at, BLOCK).await.expect("a file can be read");
        (number(&block), buffer)
    }

    fn sleep_until(deadline: Instant) -> impl Future + 'static {
        Timer::new(deadline.saturating_duration_since(Instant::now()))
    }
}

async fn echo(mut stream: TcpStream) -> io::Result<()> {
    let mut buffer = vec![0; BLOCK];
    loop {
        let read = stream.read(&mut buffer).await?;
        if read == 0 {
            return Ok(());
        }
        stream.write_all(&buffer[..read]).await?;
    }
}
