//! Contestants: a framework on so many threads.

use crate::benchmark::Benchmark;
use crate::measure::Sample;
use crate::params::Scale;
use crate::spargio_side::Door;
use crate::{rivals, spargio_side};
use std::fmt;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Framework {
    Spargio,
    Kameo,
    Ractor,
    Actix,
}

impl Framework {
    pub(crate) const ALL: [Self; 4] = [Self::Spargio, Self::Kameo, Self::Ractor, Self::Actix];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Spargio => "spargio",
            Self::Kameo => "kameo",
            Self::Ractor => "ractor",
            Self::Actix => "actix",
        }
    }
}

/// A framework on so many threads: a column of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Contestant {
    pub(crate) framework: Framework,
    pub(crate) threads: usize,
}

impl Contestant {
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        Framework::ALL
            .into_iter()
            .flat_map(|framework| [1, 2].map(|threads| Self { framework, threads }))
    }

    pub(crate) fn has(self, benchmark: Benchmark) -> bool {
        self.framework == Framework::Spargio || benchmark.is_shared()
    }

    /// Runs a benchmark at these scales in this process and measures the last run.
    pub(crate) fn sample(self, benchmark: Benchmark, door: Door, scales: Vec<Scale>) -> Sample {
        let threads = self.threads;
        match self.framework {
            Framework::Spargio => spargio_side::sample(benchmark, threads, door, scales),
            Framework::Kameo => rivals::kameo::sample(benchmark, threads, scales),
            Framework::Ractor => rivals::ractor::sample(benchmark, threads, scales),
            Framework::Actix => rivals::actix::sample(benchmark, threads, scales),
        }
    }
}

impl fmt::Display for Contestant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.framework.name(), self.threads)
    }
}

#[cfg(test)]
mod tests {
    use super::{Contestant, Framework};
    use crate::benchmark::Benchmark;
    use crate::params::Scale;
    use crate::spargio_side::Door;

    /// Twice in one process: the second run finds what the first left.
    fn every_result_is_right(framework: Framework, threads: usize, door: Door) {
        let contestant = Contestant { framework, threads };
        for benchmark in Benchmark::ALL {
            if contestant.has(benchmark) {
                contestant.sample(benchmark, door, vec![Scale::Small; 2]);
            }
        }
    }

    #[test]
    fn spargio_on_one_shard() {
        every_result_is_right(Framework::Spargio, 1, Door::Queue);
    }

    #[test]
    fn spargio_on_two_shards() {
        every_result_is_right(Framework::Spargio, 2, Door::Queue);
    }

    /// An odd number, and more than most machines that test it have CPUs for.
    #[test]
    fn spargio_on_five_shards() {
        every_result_is_right(Framework::Spargio, 5, Door::Queue);
    }

    #[test]
    fn kameo() {
        every_result_is_right(Framework::Kameo, 1, Door::Queue);
        every_result_is_right(Framework::Kameo, 2, Door::Queue);
    }

    #[test]
    fn ractor() {
        every_result_is_right(Framework::Ractor, 1, Door::Queue);
        every_result_is_right(Framework::Ractor, 2, Door::Queue);
    }

    #[test]
    fn actix() {
        every_result_is_right(Framework::Actix, 1, Door::Queue);
        every_result_is_right(Framework::Actix, 2, Door::Queue);
    }
}
