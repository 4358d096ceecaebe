//! Which benchmarks there are.

/// A benchmark of the suite.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Benchmark {
    PingPong,
    Count,
    FjThrput,
    FjCreate,
    Chameneos,
    Fib,
    ConcDict,
    BndBuffer,
    Philosopher,
    Banking,
    RadixSort,
    Sieve,
    Uct,
    NQueenK,
}

impl Benchmark {
    /// In the order of Savina's paper.
    pub(crate) const ALL: [Self; 14] = [
        Self::PingPong,
        Self::Count,
        Self::FjThrput,
        Self::FjCreate,
        Self::Chameneos,
        Self::Fib,
        Self::ConcDict,
        Self::BndBuffer,
        Self::Philosopher,
        Self::Banking,
        Self::RadixSort,
        Self::Sieve,
        Self::Uct,
        Self::NQueenK,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::PingPong => "pingpong",
            Self::Count => "count",
            Self::FjThrput => "fjthrput",
            Self::FjCreate => "fjcreate",
            Self::Chameneos => "chameneos",
            Self::Fib => "fib",
            Self::ConcDict => "concdict",
            Self::BndBuffer => "bndbuffer",
            Self::Philosopher => "philosopher",
            Self::Banking => "banking",
            Self::RadixSort => "radixsort",
            Self::Sieve => "sieve",
            Self::Uct => "uct",
            Self::NQueenK => "nqueenk",
        }
    }

    /// Whether the rivals have it, too: seven that together make actors, flood them, and have them wait for each other.
    pub(crate) fn is_shared(self) -> bool {
        matches!(
            self,
            Self::PingPong
                | Self::Count
                | Self::FjThrput
                | Self::FjCreate
                | Self::Chameneos
                | Self::Banking
                | Self::NQueenK
        )
    }
}
