//! What the actors compute and the data that they exchange, the same for every framework.

pub(crate) mod board;
pub(crate) mod color;
pub(crate) mod dice;

use std::hint::black_box;

/// What a message of the fork-join benchmarks computes.
#[inline]
pub(crate) fn sine_squared() {
    let sine = black_box(37.2_f64).sin();
    black_box(sine * sine);
}

/// What an item of the bounded buffer costs: so many rounds of a hundred logarithms.
pub(crate) fn process(item: f64, cost: u32) -> f64 {
    let mut dice = dice::Dice::new(u64::from(cost));
    let mut result = item;
    for _ in 0..cost * 100 {
        let unit = dice.below(1 << 24) as f64 / (1 << 24) as f64;
        result += (unit + 0.01).ln();
    }
    black_box(result)
}

/// What a node of the tree computes: so many additions, each of which waits for the one before.
pub(crate) fn compute(steps: u32) {
    let mut sum = 0.0;
    for step in 0..steps {
        sum += black_box(f64::from(step)) / 3.0;
    }
    black_box(sum);
}
