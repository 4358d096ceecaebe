//! One sample: a contestant's work in a process of its own.

use crate::bracket::{self, Class};
use crate::measure::Measured;
use crate::workload::Workload;
use serde::{Deserialize, Serialize};
use std::io::{self, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

/// Longer than any sample takes.
const TIMEOUT: Duration = Duration::from_secs(60);

/// One sample, and the round trips of two cache lines before and after it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Sample {
    pub contestant: String,
    pub workload: Workload,
    /// Nanoseconds.
    pub before: f64,
    pub after: f64,
    pub classes: (Class, Class),
    pub outcome: Outcome,
}

/// What became of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Measured(Measured),
    /// The contestant has no such thing.
    Absent,
    /// Why.
    Failed(String),
}

impl Sample {
    /// Takes a sample.
    pub fn take(contestant: &str, workload: Workload) -> Self {
        let before = bracket::measure();
        let outcome = in_child(contestant, workload);
        let after = bracket::measure();
        Self {
            contestant: contestant.into(),
            workload,
            before,
            after,
            classes: (Class::of(before), Class::of(after)),
            outcome,
        }
    }

    /// What was measured, if something was.
    pub fn measured(&self) -> Option<&Measured> {
        match &self.outcome {
            Outcome::Measured(measured) => Some(measured),
            Outcome::Absent | Outcome::Failed(_) => None,
        }
    }

    /// Whether it can be compared: the cores shared a cache, before and after. Idle cores need not.
    pub fn is_in_class(&self) -> bool {
        self.classes == (Class::M, Class::M) || self.workload == Workload::Idle
    }
}

/// Whatever happens there becomes an outcome.
fn in_child(contestant: &str, workload: Workload) -> Outcome {
    let mut command = Command::new("/proc/self/exe");
    command.args(["sample", contestant, workload.name()]);
    match output(command.env("RUST_BACKTRACE", "0"), TIMEOUT) {
        Ok(Ended {
            status,
            out,
            err: _,
        }) if status.success() => read(&out),
        Ok(Ended { status, err, .. }) => Outcome::Failed(format!("{status}: {}", tail(&err))),
        Err(error) => Outcome::Failed(error.to_string()),
    }
}

/// The last line is the result; a contestant may have printed others.
fn read(out: &str) -> Outcome {
    let line = out.lines().last().unwrap_or_default();
    match serde_json::from_str(line) {
        Ok(Some(measured)) => Outcome::Measured(measured),
        Ok(None) => Outcome::Absent,
        Err(error) => Outcome::Failed(format!("it printed no result: {error}")),
    }
}

/// The last words of a process, as one line.
fn tail(err: &str) -> String {
    const MOST: usize = 300;
    let words: Vec<&str> = err.split_whitespace().collect();
    let line = words.join(" ");
    let surplus = line.chars().count().saturating_sub(MOST);
    line.chars().skip(surplus).collect()
}

/// What a process leaves.
struct Ended {
    status: ExitStatus,
    out: String,
    err: String,
}

/// Runs a command to its end, or kills it. Meanwhile nothing of this process runs that could disturb it.
fn output(command: &mut Command, timeout: Duration) -> io::Result<Ended> {
    let pipes = command.stdin(Stdio::null()).stdout(Stdio::piped());
    let mut child = pipes.stderr(Stdio::piped()).spawn()?;
    let (out, err) = (collect(child.stdout.take()), collect(child.stderr.take()));
    match out.recv_timeout(timeout) {
        Ok(out) => Ok(Ended {
            status: child.wait()?,
            out,
            err: err.recv().unwrap_or_default(),
        }),
        Err(RecvTimeoutError::Timeout) => {
            end(child)?;
            let error = format!("it had not ended after {timeout:?}");
            Err(io::Error::new(io::ErrorKind::TimedOut, error))
        }
        Err(RecvTimeoutError::Disconnected) => {
            end(child)?;
            Err(io::Error::other("what it printed cannot be read"))
        }
    }
}

fn end(mut child: Child) -> io::Result<()> {
    child.kill()?;
    child.wait().map(drop)
}

/// Reads to the end, on a thread of its own.
fn collect(pipe: Option<impl Read + Send + 'static>) -> Receiver<String> {
    let (send, receive) = channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut pipe) = pipe
            && pipe.read_to_end(&mut bytes).is_ok()
        {
            // Nobody listens after a timeout.
            _ = send.send(String::from_utf8_lossy(&bytes).into_owned());
        }
    });
    receive
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str, timeout: Duration) -> io::Result<Ended> {
        output(Command::new("sh").args(["-c", script]), timeout)
    }

    #[test]
    fn a_process_leaves_its_status_and_words() {
        let ended = shell("echo out; echo err >&2; exit 3", TIMEOUT).expect("it runs");
        assert_eq!(ended.status.code(), Some(3));
        assert_eq!((ended.out.trim(), ended.err.trim()), ("out", "err"));
    }

    #[test]
    fn a_process_that_hangs_is_killed() {
        let hung = shell("exec sleep 1000", Duration::from_millis(50));
        let error = hung.err().expect("it hangs");
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }

    #[test]
    fn the_last_line_is_the_result() {
        let measured = read("hello\n{\"nanos\":7,\"cpu_nanos\":8,\"operations\":1}\n");
        assert!(matches!(
            measured,
            Outcome::Measured(Measured {
                nanos: 7,
                cpu_nanos: 8,
                ..
            })
        ));
        assert!(matches!(read("null\n"), Outcome::Absent));
        assert!(matches!(read("oh\n"), Outcome::Failed(_)));
        assert!(matches!(read(""), Outcome::Failed(_)));
    }

    #[test]
    fn last_words_are_short() {
        assert_eq!(tail("thread panicked:\n  why\n"), "thread panicked: why");
        assert_eq!(tail(&"é".repeat(1000)).chars().count(), 300);
    }
}
