//! Sockets, files and timers of tokio: a `current_thread` runtime on the CPU, its best where there is but one.
//!
//! The server is the one of its README. Files are read by its threads for blocking work, as its documentation of `fs`
//! recommends: one `spawn_blocking` for each read, since `tokio::fs::File` can only seek and then read, two of them. These
//! threads have the CPU of the runtime, too.

use crate::load::{BLOCK, Io, number};
use crate::rivals::conduct::on_cpu;
use std::fs::File;
use std::io;
use std::net::SocketAddr;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Builder;
use tokio::task::{LocalSet, spawn_blocking, spawn_local};
use tokio::time;

pub struct OneThread;

impl Io for OneThread {
    type File = Arc<File>;

    fn run_on<F: Future<Output = ()> + 'static>(
        &self,
        cpu: usize,
        future: impl FnOnce() -> F + Send + 'static,
    ) {
        on_cpu(cpu, || {
            let mut builder = Builder::new_current_thread();
            let runtime = builder.enable_all().build().expect("a runtime");
            // For tasks that stay on their thread, as everybody's do here.
            runtime.block_on(LocalSet::new().run_until(future()));
        });
    }

    fn spawn(future: impl Future<Output = ()> + 'static) {
        spawn_local(future);
    }

    async fn serve(ready: impl FnOnce(SocketAddr)) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        ready(listener.local_addr().expect("it is bound"));
        loop {
            let (stream, _) = listener.accept().await.expect("a connection");
            stream.set_nodelay(true).expect("a TCP stream");
            // It could be sent to other threads, and so needs no set of local tasks.
            tokio::spawn(async move { echo(stream).await.expect("the peer stays") });
        }
    }

    async fn open(path: PathBuf) -> Arc<File> {
        Arc::new(File::open(path).expect("it is there"))
    }

    async fn read(file: &Arc<File>, at: u64, mut buffer: Vec<u8>) -> (u64, Vec<u8>) {
        let file = file.clone();
        let read = spawn_blocking(move || {
            file.read_exact_at(&mut buffer, at)
                .expect("a file can be read");
            buffer
        });
        let buffer = read.await.expect("it does not panic");
        (number(&buffer), buffer)
    }

    fn sleep_until(deadline: Instant) -> impl Future + 'static {
        time::sleep_until(deadline.into())
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
