//! Spargio beside every rival, at the same work.
//!
//! ```sh
//! cargo run --release                                          # all workloads: some 40 minutes
//! cargo run --release -- --workload ask_across fan --contestant bound spargio-queue tokio-workers --samples 3
//! cargo run --release -- table peers.json                      # prints the tables of an earlier run
//! cargo run --release -- chart peers.json --svg peers.svg      # draws it
//! cargo run --release -- sample kameo fan                      # one sample, in this process
//! cargo run --release -- kv --kv PATH                          # the example kv beside redis-server: see `kv`
//! ```
//!
//! A run saves every sample in `peers.json` and prints Markdown: all medians, a table for each workload, and how far
//! Spargio is from its targets. `workload.rs` says what the work is, and each contestant's file how it is set up.
//!
//! # How it is measured
//!
//! Each sample is a process of its own: it builds, warms up, works, and checks the result. The contestants take turns
//! (A B C A B C), so that what the machine does meanwhile happens to all. Who crashes or hangs has a failed sample, and the
//! run goes on. Do nothing else on the machine.
//!
//! On a virtual machine the cores move between those of the host, and what goes between them takes one time now and ten
//! times as long a minute later. So each sample stands between two probes: the round trip of two cache lines between the
//! two CPUs. Its class says where the cores are: S below 85 ns (two threads of a core), M below 250 (they share a cache),
//! L below 900, X (two sockets). Figures are of samples with M on both sides; if there are fewer than two of them, of all,
//! and marked with a star: then no ratio is claimed.
//!
//! A core that has nothing to do is halted, and on a virtual machine is long in coming back. So a process per CPU spins at
//! the lowest priority (`SCHED_IDLE`) while anything but idling is measured.
//!
//! # Sockets, files and timers
//!
//! Who has them runs one echo server on the far CPU. Its client is a plain thread on the near CPU that blocks in system
//! calls, the same for everybody, and compares what comes back with what it sent: what differs is the server. Its CPU time
//! is in *CPU ns*, too. Files are read, and timers awaited, on the near CPU. The file is one of 256 MiB in the directory for
//! temporary files, wholly in the page cache; a run removes it at its end, a single sample leaves it to the next. A million
//! timers take the same time for everybody, so they are compared by CPU time.
//!
//! # How to read it
//!
//! A figure is the median, the spread goes from the least to the most. *bound* is what two threads could do without any
//! framework. *CPU ns* is what all threads of the process took for an operation: who spins pays there for what is gained
//! in latency, so spinning against sleeping is no comparison without it. *on CPUs*: who shows the same CPU twice
//! has put both sides on one thread, and not crossed anything. *two lines* is the range of the probes.

mod args;
mod bound;
mod bracket;
mod child;
mod contestant;
mod kv;
mod load;
mod measure;
mod ours;
mod report;
mod rivals;
mod run;
mod sample;
mod spinners;
mod workload;

use args::{Command, Plan};
use contestant::Contestant;
use report::{Report, chart, ratios, table};
use std::error::Error;
use std::fs;
use std::path::Path;
use std::process::ExitCode;
use workload::Workload;

/// Everybody, in the order of the tables.
fn contestants() -> Vec<&'static dyn Contestant> {
    let mut all: Vec<&dyn Contestant> = vec![&bound::Bound];
    all.extend(ours::ALL.iter().map(|spargio| spargio as &dyn Contestant));
    all.extend(rivals::all());
    all
}

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match obey(&words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn obey(words: &[String]) -> Result<(), Box<dyn Error>> {
    let contestants = contestants();
    let names: Vec<&str> = contestants.iter().map(|c| c.name()).collect();
    match args::parse(words, &names)? {
        Command::Help => println!("{}", args::HELP),
        Command::Run(plan) => run(&plan, &contestants)?,
        Command::Sample {
            contestant,
            workload,
            operations,
        } => {
            spinners::die_with_parent();
            let contestant = contestants.into_iter().find(|c| c.name() == contestant);
            sample(
                contestant.expect("its name was checked"),
                workload,
                operations,
            )?;
        }
        Command::Spin { cpu, parent } => spinners::spin(cpu, parent),
        Command::Table { json } => print(&Report::load(&json)?),
        Command::Kv(plan) => print!("{}", kv::write(&kv::run(&plan)?)),
        Command::KvTable { json } => print!("{}", kv::write(&kv::Report::load(&json)?)),
        Command::Chart { json, svg } => {
            let drawing = chart::draw(&Report::load(&json)?);
            match svg {
                Some(svg) => save(&svg, &drawing)?,
                None => print!("{drawing}"),
            }
        }
    }
    Ok(())
}

fn run(plan: &Plan, contestants: &[&dyn Contestant]) -> Result<(), Box<dyn Error>> {
    let report = run::run(plan, contestants)?;
    print(&report);
    if let Some(svg) = &plan.svg {
        save(svg, &chart::draw(&report))?;
    }
    Ok(())
}

fn sample(
    contestant: &dyn Contestant,
    workload: Workload,
    operations: Option<u64>,
) -> Result<(), serde_json::Error> {
    let operations = operations.unwrap_or_else(|| contestant.operations(workload));
    println!(
        "{}",
        serde_json::to_string(&contestant.run(workload, operations))?
    );
    Ok(())
}

fn print(report: &Report) {
    println!("{}\n{}", table::write(report), ratios::write(report));
}

fn save(path: &Path, text: &str) -> Result<(), String> {
    fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))
}
