//! What a server is asked for.

use serde::{Deserialize, Serialize};

/// A command of `redis-benchmark`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Asked {
    Set,
    Get,
}

/// A command, and how many requests a connection sends before it waits for the replies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Load {
    pub asked: Asked,
    pub pipeline: u32,
}

const fn load(asked: Asked, pipeline: u32) -> Load {
    Load { asked, pipeline }
}

impl Load {
    pub const ALL: [Self; 4] = [
        load(Asked::Set, 1),
        load(Asked::Get, 1),
        load(Asked::Set, 16),
        load(Asked::Get, 16),
    ];

    /// The name of its test in `redis-benchmark`.
    pub fn test(self) -> &'static str {
        match self.asked {
            Asked::Set => "set",
            Asked::Get => "get",
        }
    }

    pub fn title(self) -> String {
        let test = self.test().to_uppercase();
        match self.pipeline {
            1 => test,
            pipeline => format!("{test}, {pipeline} in a row"),
        }
    }

    /// A second or two.
    pub fn requests(self) -> u32 {
        match self.pipeline {
            1 => 100_000,
            _ => 1_000_000,
        }
    }

    /// How many times as many requests a second as redis-server kv means to serve, at least, with a p99 no worse.
    pub fn least(self) -> f64 {
        match self.pipeline {
            1 => 1.0,
            _ => 1.5,
        }
    }
}
