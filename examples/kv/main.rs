//! A key-value server that speaks the Redis protocol (RESP2), with the keys spread over the shards.
//!
//! ```sh
//! cargo run --release --example kv -- --shards 2
//! redis-cli -p 6400 set greeting hello
//! redis-benchmark -p 6400 -t get,set -P 16
//! cargo run --release --example kv -- --help
//! ```
//!
//! - Each shard listens on the same port (`SO_REUSEPORT`) and serves the connections that the kernel gives it. None moves.
//! - Each shard has a store: an actor, and the keys whose hash says so. Its own shard's connections use the keys directly;
//!   those of others ask it, once for all that they have read and is for it.
//! - All commands of one read are done before one write replies to them, in order.
//! - With `--dir`, what changes is appended to one file: see [`log`]. A connection's reply may then wait for the file; what
//!   it has changed others may see before.
//!
//! There are strings alone, one database, and no way to run out of memory but with data: see [`limits`] for the bounds.

mod answer;
mod args;
mod assembly;
mod batch;
mod clients;
mod command;
mod connection;
mod execute;
mod glob;
mod inline;
mod keyspace;
mod limits;
mod log;
mod options;
mod permits;
mod pipeline;
mod reply;
mod requests;
mod server;
mod shard;
mod store;

use options::{HELP, Options};
use server::Server;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use spargio::Runtime;
use std::error::Error;
use std::io::{self, Write, stdout};
use std::process::ExitCode;
use std::time::Duration;

type AnyError = Box<dyn Error + Send + Sync>;

/// Every connection is a file, and as many are promised as many a system lets be open only if they are asked for.
#[cfg(target_os = "linux")]
fn open_all_files() {
    use rustix::process::{Resource, getrlimit, setrlimit};
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    // What it may not have it does without: a connection too many is refused.
    _ = setrlimit(Resource::Nofile, limit);
}

fn run(options: &Options) -> Result<(), AnyError> {
    #[cfg(target_os = "linux")]
    open_all_files();
    let mut signals = Signals::new([SIGTERM, SIGINT])?;
    let mut builder = Runtime::builder()
        .backend(options.backend)
        // A store answers for certain; a disk may take its time.
        .ask_timeout(Duration::MAX)
        // What shards wait for is mostly clients, which may want the CPU that a spinning shard would use.
        .spin(Duration::ZERO);
    if let Some(shards) = options.shards {
        builder = builder.shards(shards);
    }
    let rt = builder.build()?;
    let server = rt.block_on(Server::start(&rt, options))?;
    writeln!(stdout(), "ready on {}", server.address())?;
    // Until one of them comes.
    signals.forever().next();
    let written = rt.block_on(server.drain(&rt));
    rt.shutdown()?;
    match written {
        true => Ok(()),
        false => Err("what was changed last could not be written to the append-only file".into()),
    }
}

fn main() -> ExitCode {
    let options = match Options::parse(lexopt::Parser::from_env()) {
        Ok(Some(options)) => options,
        Ok(None) => {
            // Whoever closes the output has read enough.
            _ = io::stdout().write_all(HELP.as_bytes());
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            eprintln!("kv: {error}\n\n{HELP}");
            return ExitCode::from(2);
        }
    };
    match run(&options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("kv: {error}");
            ExitCode::FAILURE
        }
    }
}
