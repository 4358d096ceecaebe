//! Reply slots: where the asks of a shard wait for their replies. A reply names a slot and its generation, so one that
//! comes late finds a newer generation and is dropped.
//!
//! No ask has a timer of its own. A deadline is set when the shard next looks at the clock, and one sweep, at most
//! every [`SWEEP`], finds those that have passed.

use super::send::Route;
use super::waker::wake;
use super::{Core, current};
use crate::door::clock::{SWEEP, earlier};
use crate::door::record::{Body, Cargo, Head, Kind, Record, Sink};
use crate::door::seat::Seat;
use crate::error::AskError;
use std::cell::{Cell, RefCell};
use std::task::{Poll, Waker};
use std::time::{Duration, Instant};

/// Names a slot and its generation; never zero.
pub(crate) type ReplyId = u64;

pub(crate) struct ReplySlots {
    slots: RefCell<Vec<Slot>>,
    free: RefCell<Vec<u32>>,
    /// The generation that was given out last, of all slots.
    generation: Cell<u32>,
    /// Asks whose deadline is not set yet.
    fresh: RefCell<Vec<ReplyId>>,
    /// No deadline passes before this.
    next: Cell<Option<Instant>>,
}

struct Slot {
    generation: u32,
    state: State,
    waker: Option<Waker>,
    /// The value, once it has come.
    value: Body,
    timeout: Duration,
    deadline: Option<Instant>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Vacant,
    Waiting,
    Done,
    Failed(AskError),
}

impl Slot {
    /// No ask has it any more.
    #[inline]
    fn vacate(&mut self) {
        self.generation = 0;
        self.state = State::Vacant;
    }
}

impl ReplySlots {
    /// `generation` is the last that was given out.
    pub(crate) fn new(generation: u32) -> Self {
        Self {
            slots: RefCell::default(),
            free: RefCell::default(),
            generation: Cell::new(generation),
            fresh: RefCell::default(),
            next: Cell::new(None),
        }
    }

    #[inline]
    fn with<R>(&self, id: ReplyId, f: impl FnOnce(&mut Slot) -> R) -> Option<R> {
        let mut slots = self.slots.borrow_mut();
        let slot = slots.get_mut((id >> 32) as usize)?;
        (slot.generation == id as u32).then(|| f(slot))
    }

    /// The generation that was given out last.
    pub(super) fn generation(&self) -> u32 {
        self.generation.get()
    }

    fn next_generation(&self) -> u32 {
        let next = self.generation.get().wrapping_add(1).max(1);
        self.generation.set(next);
        next
    }

    /// When the next sweep is due.
    pub(super) fn next(&self) -> Option<Instant> {
        self.next.get()
    }

    /// Sets the deadlines of new asks, and ends those that have waited too long.
    pub(crate) fn sweep(&self, now: Instant) {
        for id in self.fresh.borrow_mut().drain(..) {
            self.with(id, |slot| {
                slot.deadline = now.checked_add(slot.timeout);
                self.next.set(earlier(self.next.get(), slot.deadline));
            });
        }
        if self.next.get().is_none_or(|next| now < next) {
            return;
        }
        let mut woken = Vec::new();
        let mut next = None;
        for slot in &mut *self.slots.borrow_mut() {
            if slot.state != State::Waiting {
                continue;
            }
            if slot.deadline.is_some_and(|deadline| deadline <= now) {
                woken.extend(slot.waker.take());
                slot.state = State::Failed(AskError::Timeout);
            } else {
                next = earlier(next, slot.deadline);
            }
        }
        self.next.set(next.map(|next| next.max(now + SWEEP)));
        woken.into_iter().for_each(wake);
    }

    /// Opens a slot for an ask that is about to be sent.
    #[inline]
    pub(crate) fn open(&self, timeout: Duration) -> ReplyId {
        let mut slots = self.slots.borrow_mut();
        let at = self.free.borrow_mut().pop().unwrap_or_else(|| {
            slots.push(Slot {
                generation: 0,
                state: State::Vacant,
                waker: None,
                value: Body::none(),
                timeout,
                deadline: None,
            });
            slots.len() as u32 - 1
        });
        let slot = &mut slots[at as usize];
        slot.generation = self.next_generation();
        slot.state = State::Waiting;
        slot.timeout = timeout;
        slot.deadline = None;
        let id = u64::from(at) << 32 | u64::from(slot.generation);
        self.fresh.borrow_mut().push(id);
        id
    }

    /// Gives an open ask another time to wait, counted from about now.
    pub(crate) fn set_timeout(&self, id: ReplyId, timeout: Duration) {
        self.with(id, |slot| {
            slot.timeout = timeout;
            slot.deadline = None;
        });
        self.fresh.borrow_mut().push(id);
    }

    /// The result of an ask, which is over with that, or a promise to wake whoever waits for it.
    #[inline]
    pub(crate) fn poll<T: Send + 'static>(
        &self,
        id: ReplyId,
        waker: &Waker,
    ) -> Poll<Result<T, AskError>> {
        // Cloned with no borrow held, and the former one dropped so: that may be user code.
        let mut waker = Some(waker.clone());
        let mut stray = None;
        let polled = self.with(id, |slot| {
            let result = match slot.state {
                State::Vacant => return Poll::Pending,
                State::Waiting => {
                    std::mem::swap(&mut slot.waker, &mut waker);
                    return Poll::Pending;
                }
                // A value of another type: a handle's bits were taken for those of another protocol's.
                State::Done => slot.value.take().ok_or_else(|| {
                    stray = slot.value.take_any();
                    AskError::Unanswered
                }),
                State::Failed(error) => Err(error),
            };
            slot.vacate();
            Poll::Ready(result)
        });
        drop((waker, stray));
        let Some(Poll::Ready(result)) = polled else {
            return Poll::Pending;
        };
        self.free.borrow_mut().push((id >> 32) as u32);
        Poll::Ready(result.map(|Value(value)| value))
    }

    /// A reply has come: `put` puts its value into the slot. Returns who waits for it, or gives it back if no ask does.
    #[inline]
    pub(crate) fn resolve<V>(
        &self,
        id: ReplyId,
        value: V,
        put: impl FnOnce(V, &mut Body),
    ) -> Result<Option<Waker>, V> {
        let mut value = Some(value);
        let waker = self.with(id, |slot| {
            if slot.state == State::Waiting
                && let Some(value) = value.take()
            {
                put(value, &mut slot.value);
                slot.state = State::Done;
            }
            slot.waker.take()
        });
        value.map_or(Ok(waker.flatten()), Err)
    }

    /// An ask has failed. Returns who waits for it.
    fn fail(&self, id: ReplyId, error: AskError) -> Option<Waker> {
        self.with(id, |slot| {
            if slot.state == State::Waiting {
                slot.state = State::Failed(error);
            }
            slot.waker.take()
        })
        .flatten()
    }

    /// The ask is over for the asker.
    #[inline]
    pub(crate) fn close(&self, id: ReplyId) {
        let left = self.with(id, |slot| {
            slot.vacate();
            (slot.waker.take(), slot.value.take_any())
        });
        if left.is_some() {
            self.free.borrow_mut().push((id >> 32) as u32);
        }
        // What has come and was not awaited is dropped here, with no borrow held: its drop is user code.
        drop(left);
    }
}

impl Core {
    /// A reply has come: `put` puts its value into the slot.
    #[inline]
    pub(super) fn resolve<V>(&self, id: ReplyId, value: V, put: impl FnOnce(V, &mut Body)) {
        match self.replies.resolve(id, value, put) {
            Ok(waker) => waker.into_iter().for_each(|waker| self.wake(waker)),
            // Nobody waits for it: its drop is user code, and not that of whoever sent it.
            Err(value) => _ = self.guard(|| drop(value)),
        }
    }

    /// An ask has failed.
    pub(super) fn fail(&self, id: ReplyId, error: AskError) {
        let waker = self.replies.fail(id, error);
        waker.into_iter().for_each(|waker| self.wake(waker));
    }
}

/// The body of a reply.
pub(crate) struct Value<T>(pub(crate) T);

impl<T: Send + 'static> Cargo for Value<T> {
    fn discard(self) {}
}

/// Sends an answer to a reply slot, by the way that the calling thread has to its shard.
#[inline]
pub(crate) fn answer<T: Send + 'static>(
    seat: &'static Seat,
    id: ReplyId,
    result: Result<T, AskError>,
) {
    let head = |code| Head::new(Kind::Reply, code, (id >> 32) as u32, u64::from(id as u32));
    let here = current::here();
    match (Route::to(seat, here.core()), result) {
        (Route::Here(core), Ok(value)) => {
            core.resolve(id, Value(value), |value, body| body.put(value));
        }
        (Route::Here(core), Err(error)) => core.fail(id, error),
        (Route::Peer(core, to), Ok(value)) => {
            core.post(to, |queue| queue.body(head(0), 0, Value(value)));
        }
        (route, Ok(value)) => route.post(Record::with_body(head(0), 0, Value(value))),
        (route, Err(error)) => route.post(Record::inline(head(error.code()))),
    }
}
