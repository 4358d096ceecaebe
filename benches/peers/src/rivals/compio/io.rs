//! Sockets, files and timers of compio, by owned buffers, on its default driver, io_uring.

use super::run_pinned;
use crate::load::{BLOCK, Io, number};
use compio::fs::File;
use compio::io::{AsyncRead, AsyncReadAt, AsyncWriteExt};
use compio::net::{TcpListener, TcpStream};
use compio::{BufResult, time};
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Instant;

pub struct Ring;

impl Io for Ring {
    type File = File;

    fn run_on<F: Future<Output = ()> + 'static>(
        &self,
        cpu: usize,
        future: impl FnOnce() -> F + Send + 'static,
    ) {
        run_pinned(cpu, future);
    }

    fn spawn(future: impl Future<Output = ()> + 'static) {
        compio::runtime::spawn(future).detach();
    }

    async fn serve(ready: impl FnOnce(SocketAddr)) {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await;
        let listener = listener.expect("a port");
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
        let BufResult(read, buffer) = file.read_at(buffer, at).await;
        assert_eq!(read.expect("a file can be read"), BLOCK);
        (number(&buffer), buffer)
    }

    fn sleep_until(deadline: Instant) -> impl Future + 'static {
        time::sleep_until(deadline)
    }
}

async fn echo(mut stream: TcpStream) -> io::Result<()> {
    let mut buffer = Vec::with_capacity(BLOCK);
    loop {
        let BufResult(read, back) = stream.read(buffer).await;
        if read? == 0 {
            return Ok(());
        }
        let BufResult(written, back) = stream.write_all(back).await;
        written?;
        buffer = back;
        buffer.clear();
    }
}
