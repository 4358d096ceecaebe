//! The Savina actor benchmarks (Imam and Sarkar, AGERE 2014): all fourteen on Spargio, seven of them also on kameo, ractor
//! and actix, the same work with the same numbers of messages.
//!
//! # How to run it
//!
//! ```sh
//! cargo run --release                                 # all, 12 samples of each: ten minutes or so
//! cargo run --release -- --only count --iterations 3
//! cargo run --release -- --framework spargio --backend completion
//! cargo run --release -- --small                      # a hundredth of the work: does it all run here?
//! cargo test                                          # every result at small parameters
//! ```
//!
//! It prints one Markdown table and writes every sample to a JSON file (`--json FILE`, default `savina.json`). What failed
//! or took more than 120 s is in the file with the reason, and counted in the table.
//!
//! # What is measured
//!
//! Each sample is a child process. It makes a runtime, runs the benchmark once at small parameters to warm up, and then
//! once at Savina's own, which is measured: from before the first actor is made until the last has been dropped, so that
//! making and ending actors is in it, and making threads is not. The contestants take turns, sample by sample, so that a
//! machine that becomes slower becomes so for all. Every result is checked; a wrong one is a failure, not a time.
//!
//! # How to read it
//!
//! A cell is the median of the samples, in brackets their quartiles, then the median CPU time of all threads of the
//! process; all in milliseconds. Threads that spin for work show as CPU time without wall time to show for it.
//!
//! - **spargio 1, spargio 2**: one shard, or actor i on shard i mod 2. In fjcreate a task on each shard makes that shard's
//!   actors; in fib, the calls of the first levels are spread, and all others stay where they were made; in uct, families of
//!   ten siblings are dealt to the shards in turn.
//! - **kameo, ractor 1 and 2**: a tokio runtime of one thread, or of two workers, which place actors as they like: two actors
//!   that talk to each other often run on one of them, where Spargio's two are kept apart.
//! - **actix 1 and 2**: one arbiter, or actor i on arbiter i mod 2.
//!
//! Threads have a CPU each, all frameworks alike. Mailboxes are bounded on Spargio and kameo, by the same numbers, and
//! unbounded on ractor (it has no others) and actix (`do_send`, its tell, knows no bound).

mod benchmark;
mod children;
mod contestant;
mod finish;
mod measure;
mod options;
mod params;
mod pin;
mod report;
mod rivals;
mod spargio_side;
mod work;

use options::{Command, Options};
use report::Report;
use std::process::ExitCode;

/// Takes all samples: of each benchmark, one of each contestant, and again.
fn take_samples(options: &Options) -> Report {
    let mut report = Report::new(options);
    for benchmark in options.benchmarks() {
        for iteration in 1..=options.iterations {
            for contestant in options.contestants() {
                if contestant.has(benchmark) {
                    eprintln!("{} {iteration}: {contestant}", benchmark.name());
                    let outcome = children::sample(contestant, benchmark, options);
                    report.add(benchmark, contestant, outcome);
                }
            }
        }
    }
    report
}

fn main() -> ExitCode {
    let options = match options::parse(std::env::args().skip(1)) {
        Ok(Command::Measure(options)) => options,
        Ok(Command::Sample(task)) => {
            children::be_one(task);
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            eprintln!("savina: {error}");
            return ExitCode::FAILURE;
        }
    };
    let report = take_samples(&options);
    println!("{}", report.table());
    if let Err(error) = std::fs::write(&options.json, report.json()) {
        eprintln!("savina: {}: {error}", options.json.display());
        return ExitCode::FAILURE;
    }
    if report.has_failures() {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    }
}
