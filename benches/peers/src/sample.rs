//! One sample: a contestant's work in a process of its own.

use crate::bracket::{self, Class};
use crate::child::{Ended, output, tail};
use crate::measure::Measured;
use crate::workload::Workload;
use serde::{Deserialize, Serialize};
use std::process::Command;
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

#[cfg(test)]
mod tests {
    use super::*;

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
}
