//! Numbers that look random and are the same in every run.

/// A linear congruential generator.
#[derive(Clone)]
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        let mut dice = Self(seed);
        // Seeds that are close to each other begin with numbers that are.
        dice.next();
        dice
    }

    fn next(&mut self) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 32
    }

    /// A number of 64 bits.
    pub(crate) fn bits(&mut self) -> u64 {
        self.next() << 32 | self.next()
    }

    /// A number below a limit of at most 32 bits.
    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        (self.next() * limit) >> 32
    }
}

/// A transfer of the banking benchmark, by the numbers of its accounts.
pub(crate) struct Transfer {
    pub(crate) from: usize,
    /// Greater than `from`.
    pub(crate) to: usize,
    pub(crate) amount: u64,
}

/// The transfers between so many accounts: the sources are among the first eight tenths.
pub(crate) fn transfers(accounts: usize) -> impl Iterator<Item = Transfer> {
    let mut dice = Dice::new(123_456);
    std::iter::repeat_with(move || {
        let from = dice.below(accounts as u64 / 10 * 8) as usize;
        let to = from + 1 + dice.below((accounts - from - 1) as u64) as usize;
        let amount = dice.below(1_000);
        Transfer { from, to, amount }
    })
}
