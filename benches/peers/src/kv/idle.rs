//! A server that nobody asks anything of.

use crate::kv::server::{Server, ping};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use std::io;
use std::net::TcpStream;
use std::thread::sleep;
use std::time::Duration;

/// How many connections are open meanwhile, each of which has been used once.
pub const CONNECTIONS: usize = 1000;
pub const SECONDS: u64 = 3;

/// Lets this process and those that it starts open as many descriptors as they may.
pub fn allow_descriptors() -> io::Result<()> {
    let maximum = getrlimit(Resource::Nofile).maximum;
    let limit = Rlimit {
        current: maximum,
        maximum,
    };
    Ok(setrlimit(Resource::Nofile, limit)?)
}

/// The nanoseconds of CPU time that it takes.
pub fn watch(server: &Server) -> Result<u64, String> {
    let connections: io::Result<Vec<TcpStream>> =
        (0..CONNECTIONS).map(|_| ping(server.address)).collect();
    let connections = connections.map_err(|error| format!("a connection: {error}"))?;
    // By then all threads sleep.
    sleep(Duration::from_millis(500));
    let before = server.cpu_time()?;
    sleep(Duration::from_secs(SECONDS));
    let spent = server.cpu_time()?.saturating_sub(before);
    drop(connections);
    Ok(spent.as_nanos() as u64)
}
