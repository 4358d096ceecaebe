//! Which CPUs a server has, and what it writes down.

use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Setting {
    /// The server on CPU 1, the client on CPU 0.
    Apart,
    /// The server on both, and the client too.
    Shared,
    /// The same with a shard for each CPU: half of the keys are the other shard's.
    SharedTwo,
    /// As `Apart`, with a file that every change is appended to, synced once in a second.
    Logged,
}

impl Setting {
    pub const ALL: [Self; 4] = [Self::Apart, Self::Shared, Self::SharedTwo, Self::Logged];

    pub fn title(self) -> &'static str {
        match self {
            Self::Apart => "The server on CPU 1, the client on CPU 0; kv with one shard",
            Self::Shared => "The server and the client on both CPUs; kv with one shard",
            Self::SharedTwo => "The server and the client on both CPUs; kv with two shards",
            Self::Logged => {
                "The server on CPU 1, the client on CPU 0; kv with one shard; an append-only file, synced every second"
            }
        }
    }

    /// As `taskset` has it.
    pub fn server_cpus(self) -> &'static str {
        match self {
            Self::Apart | Self::Logged => "1",
            Self::Shared | Self::SharedTwo => "0,1",
        }
    }

    pub fn client_cpus(self) -> &'static str {
        match self {
            Self::Apart | Self::Logged => "0",
            Self::Shared | Self::SharedTwo => "0,1",
        }
    }

    pub fn shards(self) -> &'static str {
        match self {
            Self::Apart | Self::Shared | Self::Logged => "1",
            Self::SharedTwo => "2",
        }
    }

    /// Whether changes are appended to a file.
    pub fn is_logged(self) -> bool {
        self == Self::Logged
    }
}
