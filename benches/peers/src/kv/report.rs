//! What a run came to, saved as JSON.

use crate::kv::load::Load;
use crate::kv::server::Kind;
use crate::kv::setting::Setting;
use crate::report::Machine;
use serde::{Deserialize, Serialize};
use std::path::Path;
use std::{fs, io};

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Report {
    pub machine: Machine,
    /// What `redis-server` and `redis-benchmark` call themselves.
    pub version: String,
    pub samples: Vec<Sample>,
    pub idle: Vec<Idle>,
}

/// A server's turn.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Sample {
    pub server: Kind,
    pub setting: Setting,
    /// The round trip of two cache lines before and after, in nanoseconds.
    pub two_lines: (f64, f64),
    /// Of all loads, or why there are none.
    pub figures: Result<Vec<Figure>, String>,
}

/// What a load came to.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Figure {
    pub load: Load,
    /// Requests a second.
    pub rps: f64,
    /// Milliseconds.
    pub p50: f64,
    pub p99: f64,
    /// The CPU time of the server for a request.
    pub cpu_nanos: u64,
}

/// A server left alone.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Idle {
    pub server: Kind,
    /// Its CPU time, or why it is not known.
    pub cpu_nanos: Result<u64, String>,
}

impl Report {
    pub fn new(version: String) -> Self {
        Self {
            machine: Machine::here(),
            version,
            samples: Vec::new(),
            idle: Vec::new(),
        }
    }

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

    /// The turns of a server.
    pub fn samples_of(&self, setting: Setting, server: Kind) -> impl Iterator<Item = &Sample> {
        let of = move |s: &&Sample| s.setting == setting && s.server == server;
        self.samples.iter().filter(of)
    }

    /// A server's figures of a load.
    pub fn figures_of(&self, setting: Setting, server: Kind, load: Load) -> Vec<&Figure> {
        self.samples_of(setting, server)
            .filter_map(|sample| sample.figures.as_ref().ok())
            .flatten()
            .filter(|figure| figure.load == load)
            .collect()
    }
}
