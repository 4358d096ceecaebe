//! What a run came to: saved as JSON, read again, and shown as tables or drawn.

pub mod chart;
#[cfg(test)]
pub mod examples;
pub mod figure;
pub mod ratios;
pub mod table;
mod targets;

use crate::contestant::Contestant;
use crate::sample::Sample;
use crate::workload::Workload;
use figure::Standing;
use serde::{Deserialize, Serialize};
use std::path::Path;
use std::{fs, io};

/// A run.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Report {
    pub machine: Machine,
    pub entrants: Vec<Entrant>,
    pub samples: Vec<Sample>,
}

/// Where it ran, and with what it was built.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Machine {
    pub cpu: String,
    pub cpus: usize,
    pub kernel: String,
    pub rustc: String,
}

/// A contestant that took part.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Entrant {
    pub name: String,
    pub setting: String,
}

impl Report {
    pub fn load(path: &Path) -> Result<Self, String> {
        let said = |error: &dyn std::error::Error| format!("{}: {error}", path.display());
        let json = fs::read_to_string(path).map_err(|error| said(&error))?;
        serde_json::from_str(&json).map_err(|error| said(&error))
    }

    pub fn save(&self, path: &Path) -> io::Result<()> {
        let json = serde_json::to_string_pretty(self)?;
        fs::write(path, json + "\n")
            .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", path.display())))
    }

    /// A contestant's samples.
    pub fn samples_of<'a>(
        &'a self,
        workload: Workload,
        contestant: &'a str,
    ) -> impl Iterator<Item = &'a Sample> {
        let of = move |s: &&Sample| s.workload == workload && s.contestant == contestant;
        self.samples.iter().filter(of)
    }

    /// The workloads that somebody was tried at.
    pub fn workloads(&self) -> Vec<Workload> {
        let was_tried = |w: &Workload| self.samples.iter().any(|s| s.workload == *w);
        Workload::ALL.into_iter().filter(was_tried).collect()
    }

    /// How a contestant did.
    pub fn standing(&self, workload: Workload, contestant: &str) -> Standing {
        Standing::of(
            workload,
            &self.samples_of(workload, contestant).collect::<Vec<_>>(),
        )
    }

    /// How everybody did, in the order in which they took part.
    pub fn standings(&self, workload: Workload) -> impl Iterator<Item = (&str, Standing)> {
        let of = move |e: &'_ Entrant| self.standing(workload, &e.name);
        self.entrants.iter().map(move |e| (e.name.as_str(), of(e)))
    }
}

impl Machine {
    /// This one.
    pub fn here() -> Self {
        let cpuinfo = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let model = cpuinfo
            .lines()
            .find_map(|line| line.strip_prefix("model name"));
        let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
        Self {
            cpu: model
                .map_or("unknown", |model| model.trim_matches([' ', '\t', ':']))
                .into(),
            cpus: std::thread::available_parallelism().map_or(1, usize::from),
            kernel: kernel.trim().into(),
            rustc: env!("RUSTC_VERSION").into(),
        }
    }
}

impl Entrant {
    pub fn of(contestant: &&dyn Contestant) -> Self {
        Self {
            name: contestant.name().into(),
            setting: contestant.setting().into(),
        }
    }
}
