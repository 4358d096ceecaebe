//! The order of the words from one shard to one other, and how many may be under way.
//!
//! The kernel keeps the order of the messages that it delivers, but one in the middle may fail, for want of memory, while
//! those behind it are delivered. So each word has a number, its sender keeps it until the sender's completion has come,
//! and sends it again under the same number if it failed; the target takes words in the order of their numbers and holds
//! those that came too early. Numbers have seven bits, which is enough because fewer than 128 are under way.
//!
//! *Window.* A sender has at most so many words under way that the target has not taken. All windows of a target
//! together are no larger than its completion queue, so the kernel never has to keep completions that found no room (it
//! would, without bound); where the queue has less room than there are shards, it keeps no more than a word of each. The target says how many it has taken in shared memory, in [`Lane::taken`].

use super::completion::{Arrival, LAST_NUMBER, Word};
use crate::door::lane::Lane;
use std::collections::VecDeque;
use std::sync::Arc;

/// The largest window.
pub(super) const MOST_UNDER_WAY: usize = 64;

/// The sending end.
#[derive(Default)]
pub(super) struct Sender {
    /// Words that were given a number.
    sent: u64,
    /// Those whose completion at the sender has not come, in order.
    flights: VecDeque<Flight>,
    failed: usize,
    /// Events that have arrived since the last look.
    arrived: u64,
    /// How many the target had taken when it was last looked at.
    taken: u64,
    lane: Option<Arc<Lane>>,
}

#[derive(Clone, Copy)]
struct Flight {
    word: Word,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Flying,
    Arrived,
    Failed,
}

impl Sender {
    /// Whether one more word may be under way.
    pub(super) fn has_window(&mut self, lane: &Lane, window: usize) -> bool {
        let window = window as u64;
        if self.sent - self.taken >= window {
            self.taken = lane.taken.get();
        }
        (self.flights.len() as u64) < window && self.sent - self.taken < window
    }

    /// A word is about to be sent; returns its number.
    pub(super) fn fly(&mut self, word: Word, lane: &Arc<Lane>) -> u8 {
        if self.lane.is_none() {
            self.lane = Some(lane.clone());
        }
        let number = self.sent as u8 & LAST_NUMBER;
        self.sent += 1;
        self.flights.push_back(Flight {
            word,
            state: State::Flying,
        });
        number
    }

    /// The number of the oldest flight.
    fn first(&self) -> u8 {
        (self.sent - self.flights.len() as u64) as u8 & LAST_NUMBER
    }

    /// The word of this number has arrived, or has not.
    pub(super) fn land(&mut self, number: u8, arrived: bool) {
        let place = usize::from(number.wrapping_sub(self.first()) & LAST_NUMBER);
        let Some(flight) = self.flights.get_mut(place) else {
            return;
        };
        if flight.state != State::Flying {
            return;
        }
        flight.state = if arrived {
            State::Arrived
        } else {
            self.failed += 1;
            State::Failed
        };
        while let Some(flight) = self.flights.front()
            && flight.state == State::Arrived
        {
            self.arrived += u64::from(flight.word.is_event());
            self.flights.pop_front();
        }
    }

    /// Takes a word that failed, to be sent again; it is under way from now on.
    pub(super) fn take_failed(&mut self) -> Option<(u8, Word)> {
        if self.failed == 0 {
            return None;
        }
        let failed = self
            .flights
            .iter()
            .position(|flight| flight.state == State::Failed)?;
        self.failed -= 1;
        let flight = &mut self.flights[failed];
        flight.state = State::Flying;
        let word = flight.word;
        Some((self.first().wrapping_add(failed as u8) & LAST_NUMBER, word))
    }

    /// Whether events have arrived since `take_arrived` was last called.
    pub(super) fn has_arrived(&self) -> bool {
        self.arrived > 0
    }

    /// Whether the sender's completion of a word has still to come.
    pub(super) fn is_waiting(&self) -> bool {
        !self.flights.is_empty()
    }

    /// How many events have arrived since the last call, and the lane whose tickets want to know.
    pub(super) fn take_arrived(&mut self) -> Option<(Arc<Lane>, u64)> {
        if self.arrived == 0 {
            return None;
        }
        let lane = self.lane.clone()?;
        Some((lane, std::mem::take(&mut self.arrived)))
    }
}

/// The target's end.
#[derive(Default)]
pub(super) struct Receiver {
    /// The number of the word that is taken next.
    next: u8,
    /// What came too early.
    held: Vec<(u8, Word)>,
}

impl Receiver {
    /// Gives `take` what has come, and what was held for it, in order.
    pub(super) fn accept(&mut self, arrival: &Arrival, mut take: impl FnMut(Word)) {
        // Without numbers only one word is under way at a time.
        let number = arrival.number.unwrap_or(self.next);
        if number != self.next {
            self.held.push((number, arrival.word));
            return;
        }
        self.next = after(number);
        take(arrival.word);
        while let Some(place) = self
            .held
            .iter()
            .position(|&(number, _)| number == self.next)
        {
            let (_, word) = self.held.swap_remove(place);
            self.next = after(self.next);
            take(word);
        }
    }
}

fn after(number: u8) -> u8 {
    number.wrapping_add(1) & LAST_NUMBER
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::door::lane::lane;
    use crate::door::record::{Head, Kind};

    fn word(val: u64) -> Word {
        Word::Whole(Head::new(Kind::Event, 0, 0, val))
    }

    fn val(word: Word) -> u64 {
        let Word::Whole(head) = word else {
            panic!("{word:?}")
        };
        head.val
    }

    /// Words that fail are sent again and taken in their order, however many of those behind them came first.
    #[test]
    fn order_survives_failures() {
        let (writer, _reader) = lane(0, 1);
        let lane = &writer.lane;
        let (mut sender, mut receiver) = (Sender::default(), Receiver::default());
        let mut taken = Vec::new();
        let mut wire = VecDeque::new();
        let (mut next, mut tries) = (0, 0_u64);
        while taken.len() < 2_000 {
            while sender.has_window(lane, MOST_UNDER_WAY) {
                let word = word(next);
                wire.push_back((sender.fly(word, lane), word));
                next += 1;
            }
            while let Some((number, word)) = wire.pop_front() {
                tries += 1;
                let arrives = !tries.is_multiple_of(3) && !tries.is_multiple_of(7);
                sender.land(number, arrives);
                if arrives {
                    let arrival = Arrival {
                        source: 0,
                        number: Some(number),
                        word,
                    };
                    let before = taken.len();
                    receiver.accept(&arrival, |word| taken.push(val(word)));
                    lane.taken.add((taken.len() - before) as u64);
                }
            }
            wire.extend(std::iter::from_fn(|| sender.take_failed()));
        }
        assert!(taken.iter().copied().eq(0..taken.len() as u64));
    }

    #[test]
    fn the_window_closes_and_opens() {
        let (writer, _reader) = lane(0, 1);
        let lane = &writer.lane;
        let mut sender = Sender::default();
        for number in 0..4 {
            assert!(sender.has_window(lane, 4));
            let word = if number % 2 == 0 { word(0) } else { Word::Next };
            let flying = sender.fly(word, lane);
            assert_eq!(flying, number);
            sender.land(flying, true);
        }
        assert!(!sender.has_window(lane, 4), "nothing was taken");
        assert_eq!(sender.take_arrived().map(|(_, events)| events), Some(2));
        lane.taken.add(1);
        assert!(sender.has_window(lane, 4));
    }
}
