//! Sockets, files and timers, by owned buffers. A shard never sleeps, so there is but the one that is used, on its CPU.

use crate::load::{BLOCK, Io, number};
use spargio_published::fs::File;
use spargio_published::net::{TcpListener, TcpStream};
use spargio_published::{Runtime, RuntimeHandle, ShardCtx, sleep_until};
use std::cell::RefCell;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Instant;

pub struct OneShard;

thread_local! {
    /// What files and sockets are opened with, of the runtime whose shard this thread is.
    static RUNTIME: RefCell<Option<RuntimeHandle>> = const { RefCell::new(None) };
}

fn handle() -> RuntimeHandle {
    RUNTIME.with_borrow(|handle| handle.clone().expect("on a shard"))
}

impl Io for OneShard {
    type File = File;

    fn run_on<F: Future<Output = ()> + 'static>(
        &self,
        cpu: usize,
        future: impl FnOnce() -> F + Send + 'static,
    ) {
        let builder = Runtime::builder().shards(1).thread_affinity([cpu]);
        let runtime = builder.build().expect("the runtime starts");
        let handle = runtime.handle();
        let task = runtime.handle().spawn_local_on(0, move |_| {
            RUNTIME.set(Some(handle));
            future()
        });
        drop(task.expect("the shard lives"));
        // It ends with the process.
        std::mem::forget(runtime);
    }

    fn spawn(future: impl Future<Output = ()> + 'static) {
        drop(ShardCtx::current().expect("on a shard").spawn_local(future));
    }

    async fn serve(ready: impl FnOnce(SocketAddr)) {
        let listener = TcpListener::bind(handle(), "127.0.0.1:0").await;
        let listener = listener.expect("a port");
        ready(listener.local_addr().expect("it is bound"));
        loop {
            // It sets the option against Nagle's delay.
            let (stream, _) = listener.accept().await.expect("a connection");
            Self::spawn(async move { echo(stream).await.expect("the peer stays") });
        }
    }

    async fn open(path: PathBuf) -> File {
        File::open(handle(), path).await.expect("it is there")
    }

    async fn read(file: &File, at: u64, buffer: Vec<u8>) -> (u64, Vec<u8>) {
        let (read, buffer) = file
            .read_at_into(at, buffer)
            .await
            .expect("a file can be read");
        assert_eq!(read, BLOCK);
        (number(&buffer), buffer)
    }

    fn sleep_until(deadline: Instant) -> impl Future + 'static {
        sleep_until(deadline)
    }
}

async fn echo(stream: TcpStream) -> io::Result<()> {
    let mut buffer = vec![0; BLOCK];
    loop {
        let (read, mut back) = stream.recv_owned(buffer).await?;
        if read == 0 {
            return Ok(());
        }
        // It sends the whole of a buffer, and receives as much as there are bytes in one.
        back.truncate(read);
        buffer = stream.write_all_owned(back).await?;
        buffer.resize(BLOCK, 0);
    }
}
