//! A server whose connections are placed by an acceptor: shard 0 accepts, and hands each connection to the shard whose
//! turn it is, where an actor counts what its connections have echoed. It listens at 127.0.0.1:7000, or where it is told.
//!
//! ```sh
//! cargo run --release --example echo -- 127.0.0.1:7000
//! printf 'hello\n' | nc -q 1 127.0.0.1 7000
//! ```

use spargio::net::{Detached, TcpListener, TcpStream};
use spargio::time::sleep;
use spargio::{Cx, RingMsg, shard_actor};
use std::env;
use std::error::Error;
use std::io;
use std::time::Duration;

/// How long accepting rests after an error: a lack of descriptors does not pass at once.
const PAUSE: Duration = Duration::from_millis(100);

/// What a shard's host understands.
#[derive(RingMsg)]
enum HostMsg {
    /// Serves a connection.
    Serve(Detached<TcpStream>),
    /// A connection has ended that had so many bytes echoed.
    Served(u64),
}

#[shard_actor(msg = HostMsg)]
#[derive(Default)]
struct Host {
    connections: u64,
    bytes: u64,
}

impl HostBehavior for Host {
    async fn serve(&mut self, cx: &Cx<Self>, value: Detached<TcpStream>) {
        let host = cx.handle();
        // The host goes on meanwhile, and what it has going on ends with it.
        cx.spawn_local(async move {
            let echoed = match value.attach() {
                Ok(stream) => echo(&stream).await,
                Err(_) => Ok(0),
            };
            // The host has stopped if nobody hears of it.
            _ = host.served(echoed.unwrap_or(0));
        });
    }

    async fn served(&mut self, cx: &Cx<Self>, value: u64) {
        self.connections += 1;
        self.bytes += value;
        let shard = cx.shard().shard_id();
        println!(
            "shard {shard}: {} connections, {} bytes",
            self.connections, self.bytes
        );
    }
}

/// Sends back what comes, until nothing more does. Returns how many bytes.
async fn echo(stream: &TcpStream) -> io::Result<u64> {
    let (mut echoed, mut buffer) = (0, Vec::with_capacity(4096));
    loop {
        let (read, back) = stream.read(buffer).await;
        if read? == 0 {
            return Ok(echoed);
        }
        echoed += back.len() as u64;
        let (written, back) = stream.write_all(back).await;
        written?;
        buffer = back;
    }
}

#[spargio::main(backend = "auto")]
async fn main(cx: spargio::ShardCtx) -> Result<(), Box<dyn Error>> {
    let mut hosts = Vec::new();
    for shard in 0..cx.shard_count() as u16 {
        let remote = cx.remote(shard).ok_or("a shard is missing")?;
        hosts.push(remote.start(Host::default).await?);
    }
    let at = env::args().nth(1);
    let at = at.as_deref().unwrap_or("127.0.0.1:7000");
    let listener = TcpListener::bind(at).await?;
    println!("ready on {}", listener.local_addr()?);
    for host in hosts.iter().cycle() {
        let accepted = listener.accept().await;
        let stream = match accepted.and_then(|(stream, _)| stream.detach()) {
            Ok(stream) => stream,
            Err(error) => {
                eprintln!("a connection was not accepted: {error}");
                sleep(PAUSE).await;
                continue;
            }
        };
        // A host whose mailbox is full is too busy for another connection: it is closed.
        _ = host.serve(stream);
    }
    Ok(())
}
