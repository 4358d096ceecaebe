//! The benchmarks' parameters: the defaults of Savina's reference implementation, and small ones for tests and for
//! warming up. Every framework takes its numbers, and what must come out, from here.

/// How much work a run does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scale {
    /// Savina's defaults.
    Full,
    /// A hundredth or so of them: warms a process up, and is enough to see a wrong result.
    Small,
}

impl Scale {
    fn pick<T>(self, full: T, small: T) -> T {
        match self {
            Self::Full => full,
            Self::Small => small,
        }
    }
}

/// Declares a benchmark's parameters with their full and small values.
macro_rules! parameters {
    ($($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty = $full:expr, $small:expr;)* })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub(crate) struct $name {
            $($(#[$field_doc])* pub(crate) $field: $type,)*
        }

        impl $name {
            pub(crate) fn at(scale: Scale) -> Self {
                Self { $($field: scale.pick($full, $small),)* }
            }
        }
    )*};
}

parameters! {
    PingPong { rounds: u64 = 40_000, 200; }
    Count { increments: u64 = 1_000_000, 5_000; }
    FjThrput {
        actors: usize = 60, 60;
        messages: u64 = 10_000, 50;
    }
    FjCreate { actors: usize = 40_000, 400; }
    Chameneos {
        creatures: u16 = 100, 10;
        meetings: u64 = 200_000, 1_000;
    }
    Fib {
        /// Which Fibonacci number.
        n: u32 = 25, 12;
        /// It.
        value: u64 = 75_025, 144;
    }
    ConcDict {
        workers: u32 = 20, 5;
        operations: u64 = 10_000, 100;
        write_percent: u64 = 10, 10;
        keys: u64 = 524_287, 1_000;
    }
    BndBuffer {
        buffer: usize = 50, 10;
        producers: usize = 40, 8;
        consumers: usize = 40, 8;
        items: u64 = 1_000, 20;
        /// Rounds of 100 logarithms that an item costs, on either side.
        cost: u32 = 25, 1;
    }
    Philosopher {
        philosophers: u16 = 20, 5;
        rounds: u64 = 10_000, 50;
    }
    Banking {
        accounts: usize = 1_000, 20;
        transfers: usize = 50_000, 500;
    }
    RadixSort {
        values: u64 = 100_000, 500;
        /// Values are below two to the power of this, which is also how many stages there are.
        bits: u32 = 60, 12;
        seed: u64 = 2_048, 2_048;
    }
    Sieve {
        /// Primes below this are counted.
        below: u64 = 100_000, 5_000;
        /// How many there are.
        primes: u64 = 9_592, 669;
        /// How many an actor holds.
        per_actor: usize = 1_000, 100;
    }
    Uct {
        /// Nodes, the root included, that the tree grows to and does not exceed.
        nodes: u64 = 200_000, 1_000;
        children: u64 = 10, 10;
    }
    NQueens {
        queens: u8 = 12, 8;
        workers: usize = 20, 5;
        /// From this many placed queens on, a worker solves a board alone.
        threshold: u8 = 4, 3;
        solutions: u64 = 14_200, 92;
    }
}

impl Banking {
    /// What each account holds in the beginning: enough for every transfer.
    pub(crate) const OPENING: u64 = 1 << 32;

    /// The sum of all balances and the number of transfers, which the accounts and the teller count together.
    pub(crate) fn expected(&self) -> u64 {
        self.accounts as u64 * Self::OPENING + self.transfers as u64
    }
}

/// Panics with what was expected if it is not what came out.
#[track_caller]
pub(crate) fn check<T: PartialEq + std::fmt::Debug>(what: &str, expected: T, actual: T) {
    assert!(
        expected == actual,
        "{what}: expected {expected:?}, got {actual:?}"
    );
}

/// How many messages a bounded mailbox holds, for the frameworks that have them (Spargio and kameo). Each bound is what
/// the protocol can have under way at full scale, so that no circle of actors waits for room.
pub(crate) mod mailbox {
    /// Enough wherever an actor has no more than one or two messages of each other under way. Spargio's default.
    pub(crate) const USUAL: usize = 1_024;
    /// All increments of the count, and its Retrieve.
    pub(crate) const COUNTER: usize = 1_000_001;
    /// All messages of one actor of fjthrput.
    pub(crate) const THROUGHPUT: usize = 10_000;
    /// An account has at most one message of each transfer and an answer to it, and the End.
    pub(crate) const ACCOUNT: usize = 100_001;
    /// The teller has at most one answer for each transfer, and the Start.
    pub(crate) const TELLER: usize = 50_001;
    /// The boards with up to four queens (1 + 12 + 110 + 808 + 4,562 is more than there are), a Done for each, and the
    /// 14,200 solutions.
    pub(crate) const QUEENS: usize = 32_768;
    /// All values of the radix sort.
    pub(crate) const RADIX: usize = 100_000;
    /// A question of each node of the tree, and the Start.
    pub(crate) const TREE: usize = 200_001;
}
