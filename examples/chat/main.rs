//! A chat: lines over TCP or a Unix socket. Connections are spread over the shards, an actor each; one room, an actor
//! too, has all members hear all lines in one order. It waits for nobody: a client that does not read is dropped. SIGTERM
//! or Ctrl-C ends it in order.
//!
//! ```sh
//! cargo run --release --example chat
//! nc 127.0.0.1 7001
//! ```
//!
//! The first line that a client sends is its name. Lines of others come as `name: line`, news as `* news`, errors as
//! `! error`.

#[path = "../common/end.rs"]
mod end;
mod lines;
mod listen;
mod member;
#[path = "../common/options.rs"]
mod options;
mod room;

use clap::Parser;
use end::{End, end_on_signal};
use futures::future::{Either, join_all, select};
use listen::{Arrival, Listener};
use member::Member;
use options::ServerOptions;
use room::{Room, RoomHandle};
use spargio::time::{sleep, timeout};
use spargio::{Handle, RemoteShard, ShardCtx, ShardId};
use std::error::Error;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::pin::pin;
use std::process::ExitCode;
use std::time::Duration;

/// How long members have at the end to hear what was said.
const GRACE: Duration = Duration::from_secs(10);
/// How long accepting rests after an error: a lack of descriptors does not pass at once.
const PAUSE: Duration = Duration::from_millis(100);

/// Errors come from the shards, so they are `Send`.
type AnyError = Box<dyn Error + Send + Sync>;

/// A chat on Spargio
#[derive(Parser)]
struct Options {
    /// The port to listen at; 0 is any that is free
    #[arg(long, default_value_t = 7001)]
    port: u16,
    /// A path to listen at, instead of a port
    #[arg(long, value_name = "PATH")]
    unix: Option<PathBuf>,
    #[command(flatten)]
    server: ServerOptions,
}

impl Options {
    async fn listen(&self) -> io::Result<Listener> {
        match &self.unix {
            Some(path) => Listener::unix(path.clone()).await,
            None => Listener::tcp(SocketAddr::new(self.server.bind, self.port)).await,
        }
    }
}

/// Serves until the end comes, from the calling shard.
async fn serve(shard: ShardCtx, options: Options, end: End) -> Result<(), AnyError> {
    let listener = options.listen().await?;
    let room = shard.start(Room::default())?;
    println!("ready on {}", listener.address()?);
    accept(&shard, &listener, room, end).await;
    drop(listener);
    let members = room.close(&shard).await?;
    // Who has not heard the last of it then never will.
    _ = timeout(GRACE, join_all(members.iter().map(Handle::wait_stopped))).await;
    Ok(())
}

/// Has each shard in turn take a client, until the end comes.
async fn accept(shard: &ShardCtx, listener: &Listener, room: RoomHandle, mut end: End) {
    let shards = 0..shard.shard_count() as ShardId;
    let shards: Vec<_> = shards.filter_map(|id| shard.remote(id)).collect();
    for shard in shards.iter().cycle() {
        match select(pin!(listener.accept()), &mut end).await {
            Either::Left((Ok(client), _)) => take(shard, client, room),
            Either::Left((Err(error), _)) => {
                eprintln!("a connection was not accepted: {error}");
                sleep(PAUSE).await;
            }
            Either::Right(_) => return,
        }
    }
}

/// Has a shard take a client.
fn take(shard: &RemoteShard, client: Arrival, room: RoomHandle) {
    let taken = shard.spawn_local(move |shard| async move {
        let started = client.attach().map_err(AnyError::from);
        let started = started
            .and_then(|(reading, writing)| Ok(shard.start(Member::new(room, reading, writing))?));
        if let Err(error) = started {
            eprintln!("a client could not be served: {error}");
        }
    });
    if let Err(error) = taken {
        eprintln!("a client could not be served: {error}");
    }
}

fn run(options: Options) -> Result<(), AnyError> {
    let end = end_on_signal()?;
    let rt = options.server.build()?;
    rt.block_on(rt.spawn_local_on(0, |shard| serve(shard, options, end))?)??;
    rt.shutdown()?;
    Ok(())
}

fn main() -> ExitCode {
    match run(Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("chat: {error}");
            ExitCode::FAILURE
        }
    }
}
