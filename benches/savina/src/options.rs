//! The command line.

use crate::benchmark::Benchmark;
use crate::children::Task;
use crate::contestant::{Contestant, Framework};
use crate::params::Scale;
use crate::spargio_side::Door;
use std::path::PathBuf;

/// What to measure.
#[derive(Debug)]
pub(crate) struct Options {
    only: Option<Benchmark>,
    framework: Option<Framework>,
    pub(crate) iterations: usize,
    /// How Spargio's messages travel between shards.
    pub(crate) door: Door,
    pub(crate) scale: Scale,
    pub(crate) json: PathBuf,
}

impl Options {
    pub(crate) fn benchmarks(&self) -> impl Iterator<Item = Benchmark> {
        let only = self.only;
        let chosen = move |&it: &Benchmark| only.is_none_or(|only| only == it);
        Benchmark::ALL.into_iter().filter(chosen)
    }

    pub(crate) fn contestants(&self) -> impl Iterator<Item = Contestant> {
        let only = self.framework;
        let chosen = move |it: &Contestant| only.is_none_or(|only| only == it.framework);
        Contestant::all().filter(chosen)
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            only: None,
            framework: None,
            iterations: 12,
            door: Door::Queue,
            scale: Scale::Full,
            json: "savina.json".into(),
        }
    }
}

/// What the process is to do.
#[derive(Debug)]
pub(crate) enum Command {
    Measure(Options),
    /// Be the child that takes one sample.
    Sample(Task),
}

pub(crate) fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Command, String> {
    let mut options = Options::default();
    while let Some(option) = arguments.next() {
        let mut value = || arguments.next().ok_or(format!("{option} needs a value"));
        match option.as_str() {
            "--only" => options.only = Some(benchmark(&value()?)?),
            "--framework" => options.framework = Some(framework(&value()?)?),
            "--iterations" => options.iterations = number(&value()?)?,
            "--backend" => options.door = door(&value()?)?,
            "--json" => options.json = value()?.into(),
            "--small" => options.scale = Scale::Small,
            // Used between this program and its children only.
            "--sample" => {
                let contestant = Contestant {
                    framework: framework(&value()?)?,
                    threads: number(&value()?)?,
                };
                return Ok(Command::Sample(Task {
                    contestant,
                    benchmark: benchmark(&value()?)?,
                    door: door(&value()?)?,
                    scale: match value()?.as_str() {
                        "full" => Scale::Full,
                        _ => Scale::Small,
                    },
                }));
            }
            _ => {
                return Err(format!(
                    "{option} is no option; there are --only NAME, --framework F, --iterations N, --backend B, --json \
                     FILE and --small"
                ));
            }
        }
    }
    Ok(Command::Measure(options))
}

fn benchmark(name: &str) -> Result<Benchmark, String> {
    one_of("benchmark", Benchmark::ALL, Benchmark::name, name)
}

fn framework(name: &str) -> Result<Framework, String> {
    one_of("framework", Framework::ALL, Framework::name, name)
}

fn door(name: &str) -> Result<Door, String> {
    one_of("backend", Door::ALL, Door::name, name)
}

fn one_of<T: Copy, const N: usize>(
    kind: &str,
    all: [T; N],
    name_of: fn(T) -> &'static str,
    name: &str,
) -> Result<T, String> {
    all.into_iter()
        .find(|&it| name_of(it) == name)
        .ok_or_else(|| {
            let names = all.map(name_of).join(", ");
            format!("no {kind} is called {name}; there are {names}")
        })
}

fn number(digits: &str) -> Result<usize, String> {
    match digits.parse() {
        Ok(number) if number > 0 => Ok(number),
        _ => Err(format!("{digits} is no number of at least 1")),
    }
}
