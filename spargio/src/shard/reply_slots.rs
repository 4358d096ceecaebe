//! Reply slots: where the asks of a shard wait for their replies. A reply names a slot and its generation, so one that
//! comes late finds a newer generation and is dropped.
//!
//! No ask has a timer of its own. A deadline is set when the shard next looks at the clock, and one sweep, at most
//! every [`SWEEP`], finds those that have passed.

use super::send::Route;
use super::waker::Waiter;
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
    slots: RefCell<Slots>,
    /// The generation that was given out last, of all slots.
    generation: Cell<u32>,
    /// No deadline passes before this.
    next: Cell<Option<Instant>>,
}

#[derive(Default)]
struct Slots {
    slots: Vec<Slot>,
    free: Vec<u32>,
    /// Asks whose deadline is not set yet.
    fresh: Vec<ReplyId>,
}

struct Slot {
    /// The ask's; zero while vacant.
    generation: u32,
    state: State,
    waiter: Option<Waiter>,
    /// The value, once it has come.
    value: Body,
    timeout: Duration,
    deadline: Option<Instant>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Waiting,
    Done,
    Failed(AskError),
}

impl Slots {
    /// The slot of an ask that is not over.
    #[inline]
    fn find(&mut self, id: ReplyId) -> Option<&mut Slot> {
        let slot = self.slots.get_mut((id >> 32) as usize)?;
        (slot.generation == id as u32).then_some(slot)
    }

    #[cold]
    fn add(&mut self) -> u32 {
        self.slots.push(Slot {
            generation: 0,
            state: State::Waiting,
            waiter: None,
            value: Body::none(),
            timeout: Duration::ZERO,
            deadline: None,
        });
        self.slots.len() as u32 - 1
    }

    /// No ask has it any more, and nothing is left in it.
    #[inline]
    fn vacate(&mut self, id: ReplyId) {
        let at = (id >> 32) as u32;
        self.slots[at as usize].generation = 0;
        self.free.push(at);
    }

    /// Takes what is left in the slot of an ask that ends, to be dropped with no borrow held: that is user code.
    #[cold]
    fn clear(&mut self, id: ReplyId) -> Option<(Option<Waiter>, Option<Body>)> {
        let slot = self.find(id)?;
        let left = (slot.waiter.take(), slot.value.take_any());
        self.vacate(id);
        Some(left)
    }
}

impl ReplySlots {
    /// `generation` is the last that was given out.
    pub(crate) fn new(generation: u32) -> Self {
        Self {
            slots: RefCell::default(),
            generation: Cell::new(generation),
            next: Cell::new(None),
        }
    }

    /// The generation that was given out last.
    pub(super) fn generation(&self) -> u32 {
        self.generation.get()
    }

    #[inline]
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
        let mut slots = self.slots.borrow_mut();
        let mut fresh = std::mem::take(&mut slots.fresh);
        for id in fresh.drain(..) {
            if let Some(slot) = slots.find(id) {
                slot.deadline = now.checked_add(slot.timeout);
                self.next.set(earlier(self.next.get(), slot.deadline));
            }
        }
        slots.fresh = fresh;
        if self.next.get().is_none_or(|next| now < next) {
            return;
        }
        let mut woken = Vec::new();
        let mut next = None;
        for slot in &mut slots.slots {
            if slot.generation == 0 || slot.state != State::Waiting {
                continue;
            }
            if slot.deadline.is_some_and(|deadline| deadline <= now) {
                woken.extend(slot.waiter.take());
                slot.state = State::Failed(AskError::Timeout);
            } else {
                next = earlier(next, slot.deadline);
            }
        }
        self.next.set(next.map(|next| next.max(now + SWEEP)));
        drop(slots);
        woken.into_iter().for_each(Waiter::wake);
    }

    /// Opens a slot for an ask that is about to be sent.
    #[inline]
    pub(crate) fn open(&self, timeout: Duration) -> ReplyId {
        let mut slots = self.slots.borrow_mut();
        let at = match slots.free.pop() {
            Some(at) => at,
            None => slots.add(),
        };
        let generation = self.next_generation();
        let slot = &mut slots.slots[at as usize];
        slot.generation = generation;
        slot.state = State::Waiting;
        slot.timeout = timeout;
        slot.deadline = None;
        let id = u64::from(at) << 32 | u64::from(generation);
        slots.fresh.push(id);
        id
    }

    /// Gives an open ask another time to wait, counted from about now.
    pub(crate) fn set_timeout(&self, id: ReplyId, timeout: Duration) {
        let mut slots = self.slots.borrow_mut();
        if let Some(slot) = slots.find(id) {
            slot.timeout = timeout;
            slot.deadline = None;
            slots.fresh.push(id);
        }
    }

    /// The result of an ask, which is over with that, or a promise to wake whoever waits for it.
    #[inline]
    pub(crate) fn poll<T: Send + 'static>(
        &self,
        id: ReplyId,
        waker: &Waker,
    ) -> Poll<Result<T, AskError>> {
        // Cloned with no borrow held, and the former one dropped so: that may be user code.
        let waiter = Waiter::of(waker);
        let mut slots = self.slots.borrow_mut();
        let Some(slot) = slots.find(id) else {
            return Poll::Pending;
        };
        let result = match slot.state {
            State::Waiting => {
                let former = slot.waiter.replace(waiter);
                drop(slots);
                drop(former);
                return Poll::Pending;
            }
            State::Failed(error) => Err(error),
            State::Done => match slot.value.take() {
                Some(Value(value)) => Ok(value),
                None => {
                    // A value of another type: a handle's bits were taken for those of another protocol's.
                    let stray = slots.clear(id);
                    drop(slots);
                    drop(stray);
                    return Poll::Ready(Err(AskError::Unanswered));
                }
            },
        };
        slots.vacate(id);
        Poll::Ready(result)
    }

    /// A reply has come: `put` puts its value into the slot. Returns who waits for it, or gives it back if no ask does.
    #[inline]
    pub(crate) fn resolve<V>(
        &self,
        id: ReplyId,
        value: V,
        put: impl FnOnce(V, &mut Body),
    ) -> Result<Option<Waiter>, V> {
        match self.slots.borrow_mut().find(id) {
            Some(slot) if slot.state == State::Waiting => {
                put(value, &mut slot.value);
                slot.state = State::Done;
                Ok(slot.waiter.take())
            }
            _ => Err(value),
        }
    }

    /// An ask has failed. Returns who waits for it.
    fn fail(&self, id: ReplyId, error: AskError) -> Option<Waiter> {
        let mut slots = self.slots.borrow_mut();
        let slot = slots.find(id)?;
        if slot.state == State::Waiting {
            slot.state = State::Failed(error);
        }
        slot.waiter.take()
    }

    /// The ask is over for the asker.
    pub(crate) fn close(&self, id: ReplyId) {
        let left = self.slots.borrow_mut().clear(id);
        // What has come and was not awaited is dropped here, with no borrow held.
        drop(left);
    }
}

impl Core {
    /// A reply has come: `put` puts its value into the slot.
    #[inline]
    pub(super) fn resolve<V>(&self, id: ReplyId, value: V, put: impl FnOnce(V, &mut Body)) {
        match self.replies.resolve(id, value, put) {
            Ok(Some(waiter)) => self.wake(waiter),
            Ok(None) => {}
            // Nobody waits for it: its drop is user code, and not that of whoever sent it.
            Err(value) => _ = self.guard(|| drop(value)),
        }
    }

    /// An ask has failed.
    pub(super) fn fail(&self, id: ReplyId, error: AskError) {
        if let Some(waiter) = self.replies.fail(id, error) {
            self.wake(waiter);
        }
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
