//! A web server: hyper on Spargio's streams, tasks and timers. Each shard listens at the same port and serves what it
//! accepts, HTTP/1.1 and HTTP/2; an actor counts for all of them. SIGTERM or Ctrl-C ends it in order.
//!
//! ```sh
//! cargo run --release --example http
//! curl http://127.0.0.1:8080/hits
//! ```
//!
//! What makes hyper run on Spargio is in `io.rs`, `executor.rs` and `timer.rs`: copy them.

mod connection;
#[path = "../common/end.rs"]
mod end;
mod executor;
mod io;
#[path = "../common/options.rs"]
mod options;
mod service;
#[path = "../common/shards.rs"]
mod shards;
mod timer;

use clap::Parser;
use end::end_on_signal;
use options::ServerOptions;
use service::{Hits, HitsHandle};
use shards::Shards;
use std::error::Error;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::Duration;

/// A web server on Spargio
#[derive(Parser)]
struct Options {
    /// The port to listen at; 0 is any that is free
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// How many seconds a client has to send a request
    #[arg(long, default_value_t = 10)]
    header_timeout: u64,
    #[command(flatten)]
    server: ServerOptions,
}

fn run(options: &Options) -> Result<(), Box<dyn Error>> {
    let end = end_on_signal()?;
    let rt = options.server.build()?;
    let address = SocketAddr::new(options.server.bind, options.port);
    let header_timeout = Duration::from_secs(options.header_timeout);
    rt.block_on(async {
        let first = rt.remote(0).ok_or("no shard 0")?;
        let hits: HitsHandle = first.start(Hits::default).await?;
        let shards = Shards::listen(&rt, address, &end, move |shard, stream, end| async move {
            if let Err(error) = connection::serve(stream, shard, hits, header_timeout, end).await {
                eprintln!("a connection ended early: {error}");
            }
        })
        .await?;
        println!("ready on {}", shards.address());
        shards.ended().await
    })?;
    rt.shutdown()?;
    Ok(())
}

fn main() -> ExitCode {
    match run(&Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("http: {error}");
            ExitCode::FAILURE
        }
    }
}
