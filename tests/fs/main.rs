//! Files: the same on every backend and carry, whatever becomes of an operation.

#[path = "../common/mod.rs"]
mod common;
mod contents;
mod flight;
mod names;

use common::{each_backend, run};
use spargio::ShardCtx;
use spargio::fs::{File, OpenOptions};
use spargio::time::sleep;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

const GIB: u64 = 1 << 30;

/// A directory of a test's own, removed at its end.
struct Room(PathBuf);

impl Room {
    fn new() -> Self {
        static ROOMS: AtomicUsize = AtomicUsize::new(0);
        let number = ROOMS.fetch_add(1, Ordering::Relaxed);
        let name = format!("spargio-fs-{}-{number}", process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir(&path).unwrap();
        Self(path)
    }

    fn at(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// A pipe with a name.
    #[cfg(unix)]
    fn pipe(&self) -> PathBuf {
        let path = self.at("pipe");
        let made = process::Command::new("mkfifo").arg(&path).status();
        assert!(made.unwrap().success());
        path
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Runs a task with a directory of its own on every backend, with rings of `entries`.
fn in_a_room(
    shards: &[usize],
    entries: usize,
    work: impl AsyncFnOnce(ShardCtx, &Room) -> io::Result<()> + Send + Clone + 'static,
) {
    each_backend(shards, |setup| {
        let rt = setup.builder().ring_entries(entries).build().unwrap();
        let (room, work) = (Room::new(), work.clone());
        run(&rt, setup.last(), async move |ctx| work(ctx, &room).await);
    });
}

async fn both(path: &Path) -> io::Result<File> {
    let options = OpenOptions::new().read(true).write(true).create(true);
    options.truncate(false).open(path).await
}

fn kind<T>(result: io::Result<T>) -> ErrorKind {
    match result {
        Ok(_) => panic!("it should have failed"),
        Err(error) => error.kind(),
    }
}

/// Bytes that say where they stand.
fn pattern(len: usize) -> Vec<u8> {
    (0..len).map(|n| (n % 251) as u8).collect()
}

/// What a read came to, to be compared.
struct Read;

impl Read {
    fn of(bytes: &[u8]) -> ReadOutcome {
        ReadOutcome(bytes.to_vec())
    }
}

#[derive(Debug)]
struct ReadOutcome(Vec<u8>);

impl PartialEq<ReadOutcome> for (io::Result<usize>, Vec<u8>) {
    fn eq(&self, other: &ReadOutcome) -> bool {
        matches!(self.0, Ok(read) if read == other.0.len()) && self.1 == other.0
    }
}

/// How many descriptors of what is in the room the process has, where that can be known.
fn open_in(room: &Room) -> usize {
    let Ok(descriptors) = std::fs::read_dir("/proc/self/fd") else {
        return 0;
    };
    descriptors
        .filter_map(|entry| std::fs::read_link(entry.ok()?.path()).ok())
        .filter(|path| path.starts_with(&room.0))
        .count()
}

/// Waits until they are closed, in a task: the shard has to go on meanwhile.
async fn closed(room: &Room) {
    while open_in(room) > 0 {
        sleep(Duration::from_millis(1)).await;
    }
}
