//! Arrivals: how many events of a lane have come, and the tickets that wait for one of them. The target says so
//! when it has moved them into its event queue; on a ring the source does, when their completions have come.

use super::seat::UNPOISONED;
use super::sync::{AtomicBool, AtomicU64, Mutex, MutexGuard, Ordering};
use super::threads::wake_all;
use super::wake::{Parked, published};
use std::collections::BTreeMap;
use std::task::Waker;

pub(crate) struct Arrivals {
    moved: AtomicU64,
    ended: AtomicBool,
    /// Whether a ticket waits. The ticket announces itself and looks again; whoever says something then claims.
    awaited: Parked,
    /// By the numbers of their events: one waker for each, its last.
    tickets: Mutex<BTreeMap<u64, Waker>>,
}

impl Arrivals {
    pub(super) fn new() -> Self {
        Self {
            moved: AtomicU64::new(0),
            ended: AtomicBool::new(false),
            awaited: Parked::new(),
            tickets: Mutex::new(BTreeMap::new()),
        }
    }

    /// Whether the target has moved the event of this number, counted from 1; `None` if it ended without.
    pub(crate) fn has_moved(&self, event: u64) -> Option<bool> {
        let ended = self.ended.load(Ordering::Acquire);
        // Acquire, both: where the target stores `moved`, it does so before `ended`, so an end is seen with all that came
        // before it. Where the source does, an event that arrived just before the end may count as either.
        match self.moved.load(Ordering::Acquire) >= event {
            true => Some(true),
            false if ended => None,
            false => Some(false),
        }
    }

    fn tickets(&self) -> MutexGuard<'_, BTreeMap<u64, Waker>> {
        self.tickets.lock().expect(UNPOISONED)
    }

    /// Wakes `waker`, and none that was set before, when the event has been moved, or the target has ended. The caller
    /// looks again afterwards.
    pub(crate) fn await_event(&self, event: u64, waker: &Waker) {
        // Cloned, and the former dropped, without the lock: either may be user code.
        let waker = waker.clone();
        let former = self.tickets().insert(event, waker);
        self.awaited.announce();
        drop(former);
    }

    /// Nobody waits for the event any more.
    pub(crate) fn forget(&self, event: u64) {
        let former = self.tickets().remove(&event);
        drop(former);
    }

    /// So many more events have arrived.
    pub(crate) fn confirm(&self, events: u64) {
        // Relaxed load: only one end calls this. Release: who sees the count sees the events' arrival.
        let moved = self.moved.load(Ordering::Relaxed) + events;
        self.moved.store(moved, Ordering::Release);
        self.wake_tickets();
    }

    /// No more events will arrive.
    pub(crate) fn end(&self) {
        // Release: see `has_moved`.
        self.ended.store(true, Ordering::Release);
        self.wake_tickets();
    }

    /// Whether the target has ended.
    pub(crate) fn has_ended(&self) -> bool {
        // Acquire: as in `has_moved`.
        self.ended.load(Ordering::Acquire)
    }

    /// Wakes the tickets whose events have come, if any ticket waits.
    fn wake_tickets(&self) {
        while self.awaited.claim(published()) {
            let mut tickets = self.tickets();
            let mut ready = Vec::new();
            while let Some(first) = tickets.first_entry()
                && self.has_moved(*first.key()) != Some(false)
            {
                ready.push(first.remove());
            }
            let next = tickets.keys().next().copied();
            if next.is_some() {
                self.awaited.announce();
            }
            drop(tickets);
            wake_all(ready);
            // Looked at again, after the announcement, in the tickets' place: what the lane's other end has said meanwhile
            // found nothing to claim.
            if next.is_none_or(|event| self.has_moved(event) == Some(false)) {
                return;
            }
        }
    }
}

#[cfg(all(test, not(spargio_loom)))]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::task::Wake;

    #[test]
    fn a_ticket_is_woken_by_its_own_event_and_by_the_end() {
        #[derive(Default)]
        struct Woken(AtomicU64);
        impl Wake for Woken {
            fn wake(self: Arc<Self>) {
                self.0.fetch_add(1, Ordering::Relaxed);
            }
        }
        let woken = Arc::new(Woken::default());
        let get = || woken.0.load(Ordering::Relaxed);
        let waker = Waker::from(woken.clone());
        let arrivals = Arrivals::new();
        arrivals.await_event(2, &waker);
        arrivals.confirm(1);
        assert_eq!(get(), 0);
        assert_eq!(arrivals.has_moved(2), Some(false));
        arrivals.confirm(1);
        assert_eq!((get(), arrivals.has_moved(2)), (1, Some(true)));
        arrivals.await_event(3, &waker);
        arrivals.end();
        assert_eq!((get(), arrivals.has_moved(3)), (2, None));
    }
}

#[cfg(all(test, spargio_loom))]
mod models {
    use super::*;
    use loom::sync::atomic::AtomicUsize;
    use loom::thread;
    use std::sync::Arc;
    use std::task::Wake;

    #[derive(Default)]
    struct Woken(AtomicUsize);

    impl Wake for Woken {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// On a ring one end confirms and the other one ends: whoever of them finds a ticket that is not ready does not keep the
    /// other's news from it.
    #[test]
    fn an_end_and_a_confirmation_leave_no_ticket_asleep() {
        loom::model(|| {
            let (arrivals, woken) = (Arc::new(Arrivals::new()), Arc::new(Woken::default()));
            arrivals.await_event(2, &Waker::from(woken.clone()));
            let target = {
                let arrivals = arrivals.clone();
                thread::spawn(move || arrivals.end())
            };
            arrivals.confirm(1);
            target.join().unwrap();
            assert_eq!(woken.0.load(Ordering::Relaxed), 1);
        });
    }

    /// A ticket that comes meanwhile finds out at once, or is woken.
    #[test]
    fn a_ticket_that_sleeps_is_woken() {
        loom::model(|| {
            let (arrivals, woken) = (Arc::new(Arrivals::new()), Arc::new(Woken::default()));
            let source = {
                let arrivals = arrivals.clone();
                thread::spawn(move || arrivals.confirm(1))
            };
            arrivals.await_event(1, &Waker::from(woken.clone()));
            let at_once = arrivals.has_moved(1) == Some(true);
            source.join().unwrap();
            assert!(at_once || woken.0.load(Ordering::Relaxed) == 1);
        });
    }
}
