//! The example `kv`, as its clients see it: the server is the built program, and runs on every backend, with one shard and
//! with two.
//!
//! Where `redis-cli` and `redis-benchmark` are not installed, their tests say SKIP; with `SPARGIO_REQUIRE_REDIS=1` they fail.

#![cfg(target_os = "linux")]

#[path = "../common/mod.rs"]
mod common;

mod bounds;
mod clients;
mod commands;
mod crash;
mod deadlines;
mod file;
mod life;
mod peer;
mod protocol;
mod server;
mod sync;

use common::has_ring;
use rustix::process::Resource;
use server::Kv;
use spargio::Carry;

/// Runs a test with a server on each backend, with one shard and with two, each with these further arguments.
fn each_server(arguments: &[&str], test: impl Fn(&Kv)) {
    for setup in setups() {
        eprintln!("kv {}", setup.join(" "));
        let arguments: Vec<&str> = setup.iter().chain(arguments).copied().collect();
        let kv = Kv::start(&arguments);
        test(&kv);
        kv.end();
    }
}

/// The backends that can be used here, with one shard and with two.
fn setups() -> Vec<[&'static str; 4]> {
    let mut setups = Vec::new();
    for shards in ["1", "2"] {
        setups.push(["--backend", "queue", "--shards", shards]);
        if has_ring(Carry::Lane) {
            setups.push(["--backend", "io_uring", "--shards", shards]);
        }
    }
    setups
}

/// Has this process open as many files as it may; how many these are.
fn raise_files() -> u64 {
    let mut limit = rustix::process::getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    rustix::process::setrlimit(Resource::Nofile, limit).unwrap();
    limit.current.unwrap_or(u64::MAX)
}
