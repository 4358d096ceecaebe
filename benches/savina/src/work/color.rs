//! The colors of the chameneos.

use spargio::RingVal;

#[derive(Clone, Copy, Debug, PartialEq, Eq, RingVal)]
pub(crate) enum Color {
    Blue,
    Red,
    Yellow,
}

impl Color {
    /// The color that a creature starts with.
    pub(crate) fn of(creature: u16) -> Self {
        match creature % 3 {
            0 => Self::Blue,
            1 => Self::Red,
            _ => Self::Yellow,
        }
    }

    /// What a creature becomes when it meets another: the same if they are alike, else the third color.
    pub(crate) fn complement(self, other: Self) -> Self {
        match (self, other) {
            (Self::Blue, Self::Red) | (Self::Red, Self::Blue) => Self::Yellow,
            (Self::Blue, Self::Yellow) | (Self::Yellow, Self::Blue) => Self::Red,
            (Self::Red, Self::Yellow) | (Self::Yellow, Self::Red) => Self::Blue,
            _ => self,
        }
    }
}
