//! A timer: wakes whoever polls it when its time has come, on the shard that polls it, or off the shards on a clock's
//! thread.

use super::waker::Waiter;
use super::{Core, current};
use crate::door::clock::{OutsideClock, now};
use crate::door::timers::TimerKey;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Instant;

/// How many timers are due in one turn; the others in the next, so that many of one time delay nobody else for long.
pub(super) const MOST_DUE: usize = 256;

/// A timer, which may move between threads. Dropping it forgets it.
pub(crate) struct Timer {
    at: Instant,
    kept: Option<Kept>,
}

/// Where a timer stands.
enum Kept {
    /// With a shard: its runtime, and which it is there.
    Shard((u64, u16), TimerKey),
    Outside(Arc<OutsideClock>, TimerKey),
}

/// What a wait comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Waited {
    /// The time has come.
    Enough,
    /// The clock has ended before, or cannot be had.
    Ended,
}

impl Timer {
    pub(crate) fn new(at: Instant) -> Self {
        Self { at, kept: None }
    }

    pub(crate) fn at(&self) -> Instant {
        self.at
    }

    /// Sets another time.
    pub(crate) fn reset(&mut self, at: Instant) {
        self.forget();
        self.at = at;
    }

    /// Waits until the time has come: on the shard that polls it, or off the shards with `clock`. On a shard it gives way
    /// like I/O that is done at once.
    pub(crate) fn poll(
        &mut self,
        clock: impl FnOnce() -> Arc<OutsideClock>,
        task: &Context<'_>,
    ) -> Poll<Waited> {
        let here = current::here();
        if now() >= self.at {
            if let Some(core) = here.core() {
                ready!(core.give_way(task.waker()));
            }
            self.forget();
            return Poll::Ready(Waited::Enough);
        }
        match here.core() {
            Some(core) => {
                self.wait_on(core, task);
                Poll::Pending
            }
            None => self.wait_outside(clock, task),
        }
    }

    fn wait_on(&mut self, core: &Core, task: &Context<'_>) {
        let mut waiter = Waiter::of(task.waker());
        if let Some(Kept::Shard(place, key)) = self.kept
            && place == core.place()
        {
            let replaced = core.timers.borrow_mut().replace(key, waiter);
            match replaced {
                // With no borrow held: dropping the former may be user code.
                Ok(former) => return drop(former),
                Err(back) => waiter = back,
            }
        }
        self.forget();
        let key = core.timers.borrow_mut().add(self.at, waiter);
        self.kept = Some(Kept::Shard(core.place(), key));
    }

    fn wait_outside(
        &mut self,
        clock: impl FnOnce() -> Arc<OutsideClock>,
        task: &Context<'_>,
    ) -> Poll<Waited> {
        let mut waker = task.waker().clone();
        if let Some(Kept::Outside(clock, key)) = &self.kept {
            match clock.replace(*key, waker) {
                Ok(former) => {
                    drop(former);
                    return Poll::Pending;
                }
                Err(back) => waker = back,
            }
        }
        self.forget();
        let clock = clock();
        match clock.add(self.at, waker) {
            Some(key) => {
                self.kept = Some(Kept::Outside(clock, key));
                Poll::Pending
            }
            None => Poll::Ready(Waited::Ended),
        }
    }

    fn forget(&mut self) {
        match self.kept.take() {
            Some(Kept::Outside(clock, key)) => drop(clock.remove(key)),
            // Where it stands with another shard, that one forgets it when its time comes.
            Some(Kept::Shard(place, key)) => {
                let here = current::here();
                if let Some(core) = here.core().filter(|core| core.place() == place) {
                    let left = core.timers.borrow_mut().remove(key);
                    drop(left);
                }
            }
            None => {}
        }
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        self.forget();
    }
}

impl Core {
    /// Which shard of which runtime it is.
    fn place(&self) -> (u64, u16) {
        (self.shared.id, self.id)
    }

    /// Wakes those whose time has come.
    #[inline]
    pub(super) fn wake_due(&self, now: Instant) {
        let due = self.timers.borrow_mut().take_due(now, self.due_left.get());
        self.due_left.set(self.due_left.get() - due.len());
        due.into_iter().for_each(|waiter| self.wake(waiter));
    }

    /// Whoever waits with a timer of this shard goes on to wait elsewhere.
    pub(super) fn end_timers(&self) {
        let left = self.timers.borrow_mut().take_all();
        left.for_each(|waiter| self.wake(waiter));
    }
}
