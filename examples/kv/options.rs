//! What the server is told on its command line.

use crate::log::Fsync;
use lexopt::prelude::*;
use spargio::BackendKind;
use std::net::IpAddr;
use std::path::PathBuf;

pub(crate) const HELP: &str = "\
A key-value server that speaks the Redis protocol (RESP2).

usage: kv [options]

  --port PORT           where it listens (6400; 0 for a free port)
  --bind ADDRESS        at which address of the host (127.0.0.1)
  --shards N            how many shards, each a thread (one for each CPU)
  --backend BACKEND     queue, io_uring, or auto: io_uring where it can be used (auto)
  --dir DIR             keeps the data in DIR/appendonly.aof; without it, in memory alone
  --appendfsync POLICY  when that file is synced (everysec): always, before a write is acknowledged;
                        everysec, once a second; no, when the system likes
  --help                prints this

It prints `ready on ADDRESS` when it accepts connections. SIGTERM or SIGINT ends it: what was sent before is answered,
and the file is synced.
";

pub(crate) struct Options {
    pub(crate) port: u16,
    pub(crate) bind: IpAddr,
    pub(crate) shards: Option<usize>,
    pub(crate) backend: BackendKind,
    pub(crate) dir: Option<PathBuf>,
    pub(crate) fsync: Fsync,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            port: 6400,
            bind: IpAddr::from([127, 0, 0, 1]),
            shards: None,
            backend: BackendKind::Auto,
            dir: None,
            fsync: Fsync::EverySecond,
        }
    }
}

impl Options {
    /// `None`: help was asked for.
    pub(crate) fn parse(mut arguments: lexopt::Parser) -> Result<Option<Self>, lexopt::Error> {
        let mut options = Self::default();
        let mut fsync = None;
        while let Some(argument) = arguments.next()? {
            match argument {
                Long("port") => options.port = arguments.value()?.parse()?,
                Long("bind") => options.bind = arguments.value()?.parse()?,
                Long("shards") => options.shards = Some(arguments.value()?.parse()?),
                Long("backend") => options.backend = arguments.value()?.parse_with(backend)?,
                Long("dir") => options.dir = Some(arguments.value()?.into()),
                Long("appendfsync") => fsync = Some(arguments.value()?.parse_with(policy)?),
                Long("help") | Short('h') => return Ok(None),
                _ => return Err(argument.unexpected()),
            }
        }
        if fsync.is_some() && options.dir.is_none() {
            return Err(
                "--appendfsync says when a file is synced: --dir DIR says where it is".into(),
            );
        }
        options.fsync = fsync.unwrap_or(options.fsync);
        Ok(Some(options))
    }
}

fn backend(name: &str) -> Result<BackendKind, &'static str> {
    match name {
        "queue" => Ok(BackendKind::Queue),
        "io_uring" => Ok(BackendKind::IoUring),
        "auto" => Ok(BackendKind::Auto),
        _ => Err("a backend is queue, io_uring or auto"),
    }
}

fn policy(name: &str) -> Result<Fsync, &'static str> {
    match name {
        "always" => Ok(Fsync::Always),
        "everysec" => Ok(Fsync::EverySecond),
        "no" => Ok(Fsync::Never),
        _ => Err("a policy is always, everysec or no"),
    }
}
