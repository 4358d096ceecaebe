//! Spargio's example `kv` beside `redis-server`, under `redis-benchmark`.
//!
//! ```sh
//! cargo build --release --example kv                                   # in the root of the repository
//! cargo run --release -- kv --kv ../../target/release/examples/kv      # some ten minutes
//! cargo run --release -- kv table kv.json                              # prints the tables of an earlier run
//! ```
//!
//! The servers take turns (A B C A B C). Each turn is a process of its own, which is filled with 100,000 keys and then has
//! SET and GET of random keys from 50 connections, one request at a time and 16 in a row. `setting` says which CPUs the
//! server and the client have. Another turn leaves it alone with 1,000 open connections.

mod benchmark;
mod idle;
mod load;
mod plan;
mod report;
mod server;
mod setting;
mod table;

pub use plan::{Plan, parse};
pub use report::Report;
pub use table::write;

use crate::bracket;
use crate::report::figure::Format;
use crate::spinners::Spinners;
use load::Load;
use report::{Idle, Sample};
use server::{Kind, Server};
use setting::Setting;
use std::error::Error;

/// Measures what the plan says. What is measured so far is saved after each round.
pub fn run(plan: &Plan) -> Result<Report, Box<dyn Error>> {
    let mut report = Report::new(benchmark::version()?);
    idle::allow_descriptors()?;
    for round in 1..=plan.samples {
        eprintln!("round {round} of {}", plan.samples);
        let spinners = Spinners::start()?;
        for setting in Setting::ALL {
            for kind in Kind::ALL {
                report.samples.push(take(plan, kind, setting));
            }
        }
        // Cores that idle are what is measured.
        drop(spinners);
        for kind in Kind::ALL {
            report.idle.push(rest(plan, kind));
        }
        report.save(&plan.json)?;
    }
    Ok(report)
}

/// Has a server do all loads. Whatever happens becomes a sample.
fn take(plan: &Plan, kind: Kind, setting: Setting) -> Sample {
    let before = bracket::measure();
    let figures = Server::start(kind, &plan.kv, setting).and_then(|server| {
        benchmark::fill(&server)?;
        let figures = Load::ALL.map(|load| benchmark::run(&server, load));
        figures.into_iter().collect()
    });
    let sample = Sample {
        server: kind,
        setting,
        two_lines: (before, bracket::measure()),
        figures,
    };
    eprintln!("  {}", describe(&sample));
    sample
}

/// Leaves a server alone.
fn rest(plan: &Plan, kind: Kind) -> Idle {
    let cpu_nanos =
        Server::start(kind, &plan.kv, Setting::SharedTwo).and_then(|server| idle::watch(&server));
    Idle {
        server: kind,
        cpu_nanos,
    }
}

/// A line of progress.
fn describe(sample: &Sample) -> String {
    let figures = match &sample.figures {
        Ok(figures) => figures
            .iter()
            .map(|figure| format!("{} {}/s", figure.load.title(), Format(figure.rps)))
            .collect::<Vec<_>>()
            .join(", "),
        Err(reason) => format!("failed: {reason}"),
    };
    format!("{:?}, {}: {figures}", sample.setting, sample.server.name())
}
