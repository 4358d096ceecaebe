//! Timers, in the order of their times: adding, changing and removing one of n takes O(log n), the next is known at once.

use std::collections::BTreeMap;
use std::time::Instant;

/// Names a timer among those of its queue; never given out again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct TimerKey {
    at: Instant,
    number: u64,
}

/// Who waits, each until a time.
pub(crate) struct Timers<W> {
    queue: BTreeMap<TimerKey, W>,
    numbers: u64,
    /// The first time in the queue.
    next: Option<Instant>,
}

impl<W> Default for Timers<W> {
    fn default() -> Self {
        Self {
            queue: BTreeMap::new(),
            numbers: 0,
            next: None,
        }
    }
}

impl<W> Timers<W> {
    /// Has somebody wait. Those with the same time are due in the order in which they came.
    pub(crate) fn add(&mut self, at: Instant, who: W) -> TimerKey {
        self.numbers += 1;
        let number = self.numbers;
        let key = TimerKey { at, number };
        self.queue.insert(key, who);
        if self.next.is_none_or(|next| at < next) {
            self.next = Some(at);
        }
        key
    }

    /// Has another wait instead; the former is handed out. `Err` if the timer is no longer in the queue.
    pub(crate) fn replace(&mut self, key: TimerKey, who: W) -> Result<W, W> {
        match self.queue.get_mut(&key) {
            Some(place) => Ok(std::mem::replace(place, who)),
            None => Err(who),
        }
    }

    /// Takes a timer out, if it is still there.
    pub(crate) fn remove(&mut self, key: TimerKey) -> Option<W> {
        let removed = self.queue.remove(&key);
        if self.next == Some(key.at) {
            self.look_for_next();
        }
        removed
    }

    /// When the next is due.
    #[inline]
    pub(crate) fn next(&self) -> Option<Instant> {
        self.next
    }

    /// Takes out at most so many of those whose time has come, the earliest first.
    pub(crate) fn take_due(&mut self, now: Instant, most: usize) -> Vec<W> {
        if self.next.is_none_or(|next| now < next) {
            return Vec::new();
        }
        let mut due = Vec::new();
        while due.len() < most
            && let Some(first) = self.queue.first_entry()
            && first.key().at <= now
        {
            due.push(first.remove());
        }
        self.look_for_next();
        due
    }

    /// Takes all out.
    pub(crate) fn take_all(&mut self) -> impl Iterator<Item = W> + use<W> {
        self.next = None;
        std::mem::take(&mut self.queue).into_values()
    }

    fn look_for_next(&mut self) {
        self.next = self.queue.first_key_value().map(|(key, _)| key.at);
    }
}

#[cfg(all(test, not(spargio_loom)))]
mod tests {
    use super::*;
    use crate::door::clock::now;
    use std::time::Duration;

    #[test]
    fn what_is_due_comes_out_in_order_and_the_rest_stays() {
        let start = now();
        let at = |ms| start + Duration::from_millis(ms);
        let mut timers = Timers::default();
        timers.add(at(9), 'd');
        timers.add(at(1), 'a');
        timers.add(at(5), 'b');
        timers.add(at(5), 'c');
        assert_eq!(timers.next(), Some(at(1)));
        assert!(timers.take_due(start, 9).is_empty());
        assert_eq!(timers.take_due(at(5), 2), ['a', 'b']);
        assert_eq!(timers.next(), Some(at(5)));
        assert_eq!(timers.take_due(at(8), 9), ['c']);
        assert_eq!(timers.next(), Some(at(9)));
    }

    #[test]
    fn a_timer_is_changed_and_removed_by_its_key() {
        let start = now();
        let mut timers = Timers::default();
        let first = timers.add(start, 1);
        let second = timers.add(start + Duration::from_secs(1), 2);
        assert_eq!(timers.replace(first, 3), Ok(1));
        assert_eq!(timers.remove(first), Some(3));
        assert_eq!(timers.remove(first), None);
        assert_eq!(timers.replace(first, 4), Err(4));
        assert_eq!(timers.next(), Some(start + Duration::from_secs(1)));
        assert_eq!(timers.remove(second), Some(2));
        assert_eq!(timers.next(), None);
    }
}
