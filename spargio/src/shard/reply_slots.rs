//! Reply slots: where the asks of a shard wait for their replies. A reply names a slot and its generation, so one that
//! comes late finds a newer generation and is dropped.
//!
//! No ask has a timer of its own. A deadline is set when the shard next looks at the clock, and one sweep, at most
//! every [`SWEEP`], finds those that have passed.

use super::send::Route;
use super::waker::wake;
use super::{Core, current};
use crate::door::clock::{SWEEP, earlier};
use crate::door::record::{Cargo, Head, Kind, Record};
use crate::door::seat::Seat;
use crate::error::AskError;
use std::cell::{Cell, RefCell};
use std::task::{Poll, Waker};
use std::time::{Duration, Instant};

/// Names a slot and its generation; never zero.
pub(crate) type ReplyId = u64;

pub(super) struct ReplySlots {
    slots: RefCell<Vec<Slot>>,
    /// The generation that was given out last, of all slots.
    generation: Cell<u32>,
    free: RefCell<Vec<u32>>,
    /// Asks whose deadline is not set yet.
    fresh: RefCell<Vec<ReplyId>>,
    /// No deadline passes before this.
    next: Cell<Option<Instant>>,
}

struct Slot {
    generation: u32,
    state: State,
    timeout: Duration,
    deadline: Option<Instant>,
}

enum State {
    Vacant,
    Waiting(Option<Waker>),
    Done(Result<Record, AskError>),
}

impl ReplySlots {
    /// `generation` is the last that was given out.
    pub(super) fn new(generation: u32) -> Self {
        Self {
            slots: RefCell::default(),
            generation: Cell::new(generation),
            free: RefCell::default(),
            fresh: RefCell::default(),
            next: Cell::new(None),
        }
    }

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
    pub(super) fn sweep(&self, now: Instant) {
        for id in self.fresh.take() {
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
            let State::Waiting(waker) = &mut slot.state else {
                continue;
            };
            if slot.deadline.is_some_and(|deadline| deadline <= now) {
                woken.extend(waker.take());
                slot.state = State::Done(Err(AskError::Timeout));
            } else {
                next = earlier(next, slot.deadline);
            }
        }
        self.next.set(next.map(|next| next.max(now + SWEEP)));
        woken.into_iter().for_each(wake);
    }
}

impl Core {
    /// Opens a slot for an ask that is about to be sent.
    #[inline]
    pub(crate) fn open_reply(&self, timeout: Duration) -> ReplyId {
        let mut slots = self.replies.slots.borrow_mut();
        let at = self.replies.free.borrow_mut().pop().unwrap_or_else(|| {
            let vacant = Slot {
                generation: 0,
                state: State::Vacant,
                timeout,
                deadline: None,
            };
            slots.push(vacant);
            slots.len() as u32 - 1
        });
        let slot = &mut slots[at as usize];
        slot.generation = self.replies.next_generation();
        slot.state = State::Waiting(None);
        slot.timeout = timeout;
        slot.deadline = None;
        let id = u64::from(at) << 32 | u64::from(slot.generation);
        self.replies.fresh.borrow_mut().push(id);
        id
    }

    /// Gives an open ask another time to wait, counted from about now.
    pub(crate) fn set_reply_timeout(&self, id: ReplyId, timeout: Duration) {
        self.replies.with(id, |slot| {
            slot.timeout = timeout;
            slot.deadline = None;
        });
        self.replies.fresh.borrow_mut().push(id);
    }

    #[inline]
    pub(crate) fn poll_reply(&self, id: ReplyId, waker: &Waker) -> Poll<Result<Record, AskError>> {
        // Cloned with no borrow held: that may be user code.
        let mut waker = Some(waker.clone());
        let polled = self.replies.with(id, |slot| match &mut slot.state {
            State::Waiting(waiting) => {
                std::mem::swap(waiting, &mut waker);
                Poll::Pending
            }
            state => match std::mem::replace(state, State::Vacant) {
                State::Done(reply) => Poll::Ready(reply),
                State::Vacant | State::Waiting(_) => Poll::Pending,
            },
        });
        // The former one is dropped, again with no borrow held.
        drop(waker);
        polled.unwrap_or(Poll::Pending)
    }

    /// The ask is over for the asker.
    #[inline]
    pub(crate) fn close_reply(&self, id: ReplyId) {
        let state = self.replies.with(id, |slot| {
            // No ask has it.
            slot.generation = 0;
            std::mem::replace(&mut slot.state, State::Vacant)
        });
        if state.is_some() {
            self.replies.free.borrow_mut().push((id >> 32) as u32);
        }
        // What has come and was not awaited is dropped here, with no borrow held: its drop is user code.
        drop(state);
    }

    /// A reply has come.
    #[inline]
    pub(super) fn resolve(&self, id: ReplyId, reply: Result<Record, AskError>) {
        let mut reply = Some(reply);
        let waker = self.replies.with(id, |slot| match &mut slot.state {
            State::Waiting(waker) => {
                let waker = waker.take();
                slot.state = State::Done(reply.take().expect("it was just put there"));
                waker
            }
            _ => None,
        });
        if let Some(Some(waker)) = waker {
            wake(waker);
        }
        // One that nobody waits for is dropped: that is user code, and not that of whoever sent it.
        if reply.is_some() {
            _ = self.guard(|| drop(reply));
        }
    }
}

/// The body of a reply.
struct Value<T>(T);

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
    let record = match result {
        Ok(value) => Record::with_body(head(0), 0, Value(value)),
        Err(error) => Record::inline(head(error.code())),
    };
    current::with(|core| Route::to(seat, core).post(record));
}

/// Reads the value of a reply record.
#[inline]
pub(crate) fn value<T: Send + 'static>(record: Record) -> Result<T, AskError> {
    // The slot's generation ties a reply to its ask, so the type cannot differ; if it did, nothing was answered.
    record
        .into_body::<Value<T>>()
        .map(|Value(value)| value)
        .map_err(|_| AskError::Unanswered)
}
