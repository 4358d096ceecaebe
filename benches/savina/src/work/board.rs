//! Boards with some queens on them, one in each row from the top.

/// The largest board.
const MOST: usize = 15;

#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Board {
    /// The queens' columns, row by row.
    columns: [u8; MOST],
    placed: u8,
}

impl Board {
    /// How many queens are on it.
    pub(crate) fn placed(&self) -> u8 {
        self.placed
    }

    /// The boards with one more queen, which attacks none of the others, on a board of `size` rows.
    pub(crate) fn next(self, size: u8) -> impl Iterator<Item = Self> {
        (0..size)
            .filter(move |&column| self.is_free(column))
            .map(move |column| {
                let mut board = self;
                board.columns[usize::from(self.placed)] = column;
                board.placed += 1;
                board
            })
    }

    fn is_free(&self, column: u8) -> bool {
        let queens = &self.columns[..usize::from(self.placed)];
        (1..)
            .zip(queens.iter().rev())
            .all(|(rows, &queen)| queen != column && queen.abs_diff(column) != rows)
    }

    /// How many ways there are to place the rest of `size` queens.
    pub(crate) fn solutions(self, size: u8) -> u64 {
        if self.placed == size {
            return 1;
        }
        self.next(size).map(|board| board.solutions(size)).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::Board;

    #[test]
    fn eight_queens_have_92_solutions() {
        assert_eq!(Board::default().solutions(8), 92);
    }
}
