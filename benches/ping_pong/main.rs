//! What it costs to hand a message to another core and to get an answer, beside what people use for it today: the round
//! trip of one message, and a stream of them with a barrier behind each burst, once with raw pairs and once with actors.
//!
//! `cargo bench --bench ping_pong`; with `--features glommio-bench`, glommio (Linux only) takes part.
//!
//! Each contestant has two threads, pinned to the first two CPUs that the process may use, and passes its messages
//! between them. The loops run on these threads and are timed there: criterion's own thread only hands over how many
//! rounds to do, and waits. What cannot be built here, as io_uring in many containers, is left out with a line that says
//! why.
//!
//! On a virtual machine, whose cores move between those of its host, the same code takes one time now and ten times as
//! long a minute later. So the absolute figures say little: compare contestants of one run only, run it twice, and believe
//! a ratio only if the round trip of two cache lines, printed around each contestant, was about the same for both.
//! Who spins while it waits, and for how long, matters as much: each contestant's file says what it does.

mod bracket;
mod contestant;
#[cfg(all(feature = "glommio-bench", target_os = "linux"))]
mod glommio_pair;
mod pinned;
mod spargio_pair;
mod tokio_pair;

use bracket::Bracket;
use contestant::{BURST, Contestant};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use spargio::{BackendKind, Builder, Carry, Runtime};
use spargio_pair::SpargioPair;
use std::fmt::Display;
use std::time::Duration;
use tokio_pair::TokioPair;

type Entry = (&'static str, Box<dyn Contestant>);

/// A group's name, how many messages an iteration streams if it is no round trip, and the work.
type Workload = (
    &'static str,
    Option<u64>,
    fn(&dyn Contestant, u64) -> Duration,
);

const WORKLOADS: [Workload; 4] = [
    ("ping_pong_raw", None, |pair, n| pair.ping_pong_raw(n)),
    ("stream_raw", Some(BURST), |pair, n| pair.stream_raw(n)),
    ("ping_pong_actors", None, |pair, n| pair.ping_pong_actors(n)),
    ("stream_actors", Some(BURST), |pair, n| {
        pair.stream_actors(n)
    }),
];

fn contestants() -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    let queue = SpargioPair::build(shards().backend(BackendKind::Queue));
    entries.push(("spargio_queue", Box::new(queue.expect("two shards"))));
    for (name, carry) in [
        ("spargio_io_uring_lane", Carry::Lane),
        ("spargio_io_uring_completion", Carry::Completion),
    ] {
        let ring = shards().backend(BackendKind::IoUring).carry(carry);
        enter(&mut entries, name, SpargioPair::build(ring));
    }
    entries.push(("tokio_unbounded_channel", Box::new(TokioPair::new())));
    #[cfg(all(feature = "glommio-bench", target_os = "linux"))]
    enter(
        &mut entries,
        "glommio_simple",
        glommio_pair::GlommioPair::build(),
    );
    entries
}

fn shards() -> Builder {
    Runtime::builder().shards(2)
}

/// Enters a contestant that needs a ring, if it has one.
fn enter<C: Contestant + 'static>(
    entries: &mut Vec<Entry>,
    name: &'static str,
    built: Result<C, impl Display>,
) {
    match built {
        Ok(pair) => entries.push((name, Box::new(pair))),
        Err(error) => eprintln!("{name}: left out, the ring does not build: {error}"),
    }
}

fn ping_pong(c: &mut Criterion) {
    let contestants = contestants();
    let bracket = Bracket::new();
    for (name, messages, work) in WORKLOADS {
        let mut group = c.benchmark_group(name);
        if let Some(messages) = messages {
            group.throughput(Throughput::Elements(messages));
        }
        for (name, pair) in &contestants {
            let before = bracket.measure();
            group.bench_function(*name, |b| b.iter_custom(|n| work(pair.as_ref(), n)));
            let after = bracket.measure();
            println!(
                "                        two cache lines, there and back: {before} ns before, {after} ns after\n"
            );
        }
        group.finish();
    }
}

/// The five contestants of four groups in about a minute.
fn settings() -> Criterion {
    Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2))
}

criterion_group! {
    name = benches;
    config = settings();
    targets = ping_pong
}
criterion_main!(benches);
