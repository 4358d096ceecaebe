//! Sockets, files and timers of monoio, by the owned buffers of its io_uring driver. The server is its example `echo`. The
//! runtime has a timer only where one is needed.

use crate::load::{BLOCK, Io, number};
use crate::rivals::conduct::on_cpu;
use monoio::fs::File;
use monoio::io::{AsyncReadRent, AsyncWriteRentExt};
use monoio::net::{TcpListener, TcpStream};
use monoio::{IoUringDriver, RuntimeBuilder, time};
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Instant;

pub struct Ring {
    pub has_timer: bool,
}

impl Io for Ring {
    type File = File;

    fn run_on<F: Future<Output = ()> + 'static>(
        &self,
        cpu: usize,
        future: impl FnOnce() -> F + Send + 'static,
    ) {
        let has_timer = self.has_timer;
        on_cpu(cpu, move || {
            let builder = RuntimeBuilder::<IoUringDriver>::new();
            if has_timer {
                let runtime = builder.enable_timer().build();
                runtime.expect("the runtime starts").block_on(future());
            } else {
                let runtime = builder.build();
                runtime.expect("the runtime starts").block_on(future());
            }
        });
    }

    fn spawn(future: impl Future<Output = ()> + 'static) {
        drop(monoio::spawn(future));
    }

    async fn serve(ready: impl FnOnce(SocketAddr)) {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
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
        time::sleep_until(time::Instant::from_std(deadline))
    }
}

async fn echo(mut stream: TcpStream) -> io::Result<()> {
    let mut buffer = Vec::with_capacity(BLOCK);
    loop {
        let (read, back) = stream.read(buffer).await;
        if read? == 0 {
            return Ok(());
        }
        let (written, back) = stream.write_all(back).await;
        written?;
        buffer = back;
        buffer.clear();
    }
}
