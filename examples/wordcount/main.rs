//! Counts the words of files and folders on every core: reader actors split text into words, counter actors count them,
//! and a hash of the word says which counter. Checked against a count on one thread, made in the same run.
//!
//! `cargo run --release --example wordcount` counts this repository;
//! `cargo run --release --example wordcount -- FILE_OR_FOLDER ..` counts those. In folders, `target`, `.git` and symbolic
//! links are passed over. Files that are not UTF-8 text are passed over anywhere.

mod counter;
mod files;
mod progress;
mod reader;
mod words;

use counter::{Counter, CounterHandle};
use files::{Totals, at, find};
use progress::Progress;
use reader::{Reader, ReaderHandle, ReaderMsg, deliver};
use spargio::{BackendKind, BuildError, Client, RemoteShard, Runtime, ShardId};
use std::env;
use std::error::Error;
use std::fs;
use std::io::{self, Write, stdout};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};
use words::{Tally, add, each_word};

/// The backends to run on; one that is refused is named and passed over.
const BACKENDS: [BackendKind; 2] = [BackendKind::Queue, BackendKind::IoUring];
const SHOWN: usize = 10;

/// Errors come from other threads, so they are `Send`.
type AnyError = Box<dyn Error + Send + Sync>;

/// What is to be found out: the same with actors and without them.
#[derive(Default, PartialEq, Eq)]
struct Count {
    totals: Totals,
    tally: Tally,
}

/// The count without actors, on this thread, one file after another.
fn count_alone(files: &[PathBuf]) -> Result<Count, AnyError> {
    let progress = Progress::default();
    let mut count = Count::default();
    for path in files {
        let bytes = fs::read(path).map_err(|error| at(path, error))?;
        let Ok(text) = String::from_utf8(bytes) else {
            count.totals.skipped += 1;
            continue;
        };
        count.totals.files += 1;
        count.totals.bytes += text.len() as u64;
        each_word(&text, |word| {
            count.totals.words += 1;
            add(&mut count.tally, word);
        });
        progress.add(text.len());
    }
    Ok(count)
}

/// The count with a reader and a counter on each shard.
async fn count_with_actors(client: &Client, files: &[PathBuf]) -> Result<Count, AnyError> {
    let shards: Vec<RemoteShard> = (0..client.shard_count())
        .filter_map(|shard| client.remote(shard as ShardId))
        .collect();
    let readers_to_come = shards.len();
    let mut counters: Vec<CounterHandle> = Vec::new();
    for shard in &shards {
        counters.push(shard.start(move || Counter::new(readers_to_come)).await?);
    }
    let progress = Arc::new(Progress::default());
    let mut readers: Vec<ReaderHandle> = Vec::new();
    for shard in &shards {
        let (counters, progress) = (counters.clone(), progress.clone());
        readers.push(shard.start(move || Reader::new(counters, progress)).await?);
    }

    // An ask needs room as a tell does, and these mailboxes are empty only now. The replies come at the very end.
    let tallies: Vec<_> = counters
        .iter()
        .map(|to| to.report(client).timeout(Duration::MAX))
        .collect();
    let totals: Vec<_> = readers
        .iter()
        .map(|to| to.report(client).timeout(Duration::MAX))
        .collect();

    for (path, &reader) in files.iter().zip(readers.iter().cycle()) {
        deliver(reader, ReaderMsg::Read(path.clone())).await?;
    }
    for &reader in &readers {
        deliver(reader, ReaderMsg::Done).await?;
    }

    let mut count = Count::default();
    for totals in totals {
        count.totals += totals.await??;
    }
    for tally in tallies {
        // No word is with two counters.
        count.tally.extend(tally.await?);
    }
    Ok(count)
}

/// Counts on one backend; `None` if it cannot be used here.
fn count_on(backend: BackendKind, files: &[PathBuf]) -> Result<Option<Count>, AnyError> {
    let rt = match Runtime::builder().backend(backend).build() {
        Ok(rt) => rt,
        Err(error @ BuildError::Backend { .. }) => {
            writeln!(stdout(), "{backend:?}: {error}")?;
            return Ok(None);
        }
        Err(error) => return Err(error.into()),
    };
    let start = Instant::now();
    let count = rt.block_on(count_with_actors(&rt.client(), files))?;
    let how = format!("{backend:?}, {} shards", rt.shard_count());
    print_rate(&how, &count.totals, start)?;
    let ended = rt.shutdown()?;
    if ended.handled != ended.accepted {
        return Err(format!("messages were lost: {ended:?}").into());
    }
    Ok(Some(count))
}

fn print_rate(how: &str, totals: &Totals, start: Instant) -> io::Result<()> {
    let seconds = start.elapsed().as_secs_f64();
    let (words, bytes) = (totals.words as f64 / seconds, totals.bytes as f64 / seconds);
    writeln!(
        stdout(),
        "{how}: {words:.0} words/s, {:.1} MB/s",
        bytes / 1e6
    )
}

fn print_most_frequent(count: &Count) -> io::Result<()> {
    let mut out = stdout().lock();
    let Totals {
        files,
        bytes,
        words,
        skipped,
    } = count.totals;
    let different = count.tally.len();
    writeln!(
        out,
        "{words} words, {different} different ones, in {files} files of {bytes} bytes"
    )?;
    if skipped > 0 {
        writeln!(out, "{skipped} more files are not UTF-8 text")?;
    }
    let mut tally: Vec<_> = count.tally.iter().collect();
    tally.sort_by(|(word, times), (other, others)| others.cmp(times).then(word.cmp(other)));
    for (word, times) in tally.iter().take(SHOWN) {
        writeln!(out, "{times:>10}  {word}")?;
    }
    Ok(())
}

fn run() -> Result<(), AnyError> {
    let mut arguments: Vec<PathBuf> = env::args_os().skip(1).map(PathBuf::from).collect();
    if arguments.is_empty() {
        arguments.push(env!("CARGO_MANIFEST_DIR").into());
    }
    let mut files = Vec::new();
    for path in arguments {
        find(path, &mut files)?;
    }

    // Once over all of them, so that every count finds them in the page cache and the rates compare.
    for path in &files {
        fs::read(path).map_err(|error| at(path, error))?;
    }
    let mut counts = Vec::new();
    for backend in BACKENDS {
        if let Some(count) = count_on(backend, &files)? {
            counts.push((backend, count));
        }
    }

    let start = Instant::now();
    let alone = count_alone(&files)?;
    print_rate("one thread, no actors", &alone.totals, start)?;
    for (backend, count) in &counts {
        if *count != alone {
            return Err(format!(
                "{backend:?} came to another count than one thread: did a file change meanwhile?"
            )
            .into());
        }
    }
    if let Some((_, count)) = counts.first() {
        print_most_frequent(count)?;
    }
    Ok(())
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("wordcount: {error}");
            ExitCode::FAILURE
        }
    }
}
