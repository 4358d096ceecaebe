//! Samples: each is taken in a child process of this program, so that none finds what another left behind, and one that
//! crashes or hangs is only a failed sample.

use crate::benchmark::Benchmark;
use crate::contestant::Contestant;
use crate::measure::Sample;
use crate::options::Options;
use crate::params::Scale;
use crate::spargio_side::Door;
use std::io::{self, Read};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

/// How long a sample may take.
const LIMIT: Duration = Duration::from_secs(120);

/// What a child is to measure.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Task {
    pub(crate) contestant: Contestant,
    pub(crate) benchmark: Benchmark,
    pub(crate) door: Door,
    pub(crate) scale: Scale,
}

/// In the child: takes the sample and prints it.
pub(crate) fn be_one(task: Task) {
    let scales = vec![Scale::Small, task.scale];
    let sample = task.contestant.sample(task.benchmark, task.door, scales);
    println!("{} {}", sample.wall.as_nanos(), sample.cpu.as_nanos());
}

/// In the parent: has a child take a sample; an error says what became of it.
pub(crate) fn sample(
    contestant: Contestant,
    benchmark: Benchmark,
    options: &Options,
) -> Result<Sample, String> {
    let mut child = start(contestant, benchmark, options)
        .map_err(|error| format!("the child did not start: {error}"))?;
    let (said, heard) = channel();
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    // Reads to the child's end, so that the limit can be waited for without looking at the clock again and again.
    let reader = thread::spawn(move || said.send((read(stdout), read(stderr))));
    let told = heard.recv_timeout(LIMIT);
    if told.is_err() {
        // It may have ended in this very moment.
        _ = child.kill();
    }
    let status = child.wait().map_err(|error| error.to_string())?;
    // Whether it could say anything was seen above.
    _ = reader.join();
    let Ok((stdout, stderr)) = told else {
        return Err(format!("took more than {} s", LIMIT.as_secs()));
    };
    match parse(&stdout) {
        Some(sample) if status.success() => Ok(sample),
        _ => Err(format!("{status}: {}", stderr.trim())),
    }
}

fn start(contestant: Contestant, benchmark: Benchmark, options: &Options) -> io::Result<Child> {
    let scale = match options.scale {
        Scale::Full => "full",
        Scale::Small => "small",
    };
    Command::new(std::env::current_exe()?)
        .args(["--sample", contestant.framework.name()])
        .arg(contestant.threads.to_string())
        .args([benchmark.name(), options.door.name(), scale])
        // A backtrace would hide the message.
        .env("RUST_BACKTRACE", "0")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
}

fn read(from: Option<impl Read>) -> String {
    let mut text = String::new();
    if let Some(mut from) = from {
        // What was read before an error is kept, and does not parse if it is not all.
        _ = from.read_to_string(&mut text);
    }
    text
}

fn parse(line: &str) -> Option<Sample> {
    let (wall, cpu) = line.trim().split_once(' ')?;
    Some(Sample {
        wall: Duration::from_nanos(wall.parse().ok()?),
        cpu: Duration::from_nanos(cpu.parse().ok()?),
    })
}
