//! Sends that wait for room. The message stays with its sender until the target's shard takes it: then it is accepted,
//! and put into the mailbox in the same step. So nothing is reserved for a sender that may never come back for it, and
//! who waits longest is served first, wherever it waits.

use super::Core;
use super::deliver::WANT;
use super::entry::EntryRef;
use super::waker::Waiter;
use crate::door::record::{Cargo, Head, Kind, Record};
use crate::door::slots::Address;
use crate::error::SendError;
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Poll, Waker};

/// A waiting send, as the target's shard sees it.
pub(crate) trait Waiting: Send + Sync {
    /// Takes the message, which is accepted by that, unless the sender has given up. The waiter is the sender, to be
    /// woken when the message is in its mailbox.
    fn take(&self, slot: u32) -> Option<(Record, Option<Waiter>)>;

    /// Tells the sender that its message will never be taken.
    fn refuse(&self);

    /// Whether it is no longer waiting.
    fn is_settled(&self) -> bool;
}

/// A waiting send, as its sender sees it.
pub(crate) struct Wait<M> {
    state: Mutex<State<M>>,
    /// Makes the record of the message, for a slot.
    encode: fn(M, u32) -> Record,
}

enum State<M> {
    Waiting(M, Option<Waiter>),
    Accepted,
    Dead(M),
    Settled,
}

impl<M> Wait<M> {
    pub(crate) fn new(message: M, encode: fn(M, u32) -> Record) -> Arc<Self> {
        Arc::new(Self {
            state: Mutex::new(State::Waiting(message, None)),
            encode,
        })
    }

    fn with<R>(&self, f: impl FnOnce(&mut State<M>) -> R) -> R {
        f(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn poll(&self, waker: &Waker) -> Poll<Result<(), SendError<M>>> {
        let mut waiter = Some(Waiter::of(waker));
        let polled = self.with(|state| match std::mem::replace(state, State::Settled) {
            State::Waiting(message, former) => {
                *state = State::Waiting(message, std::mem::replace(&mut waiter, former));
                Poll::Pending
            }
            State::Accepted => Poll::Ready(Ok(())),
            State::Dead(message) => Poll::Ready(Err(SendError::Dead(message))),
            State::Settled => Poll::Pending,
        });
        // Without the lock: dropping the former waiter may be user code.
        drop(waiter);
        polled
    }

    /// The sender is gone: drops the message, unless it was accepted.
    pub(crate) fn abandon(&self) {
        let state = self.with(|state| std::mem::replace(state, State::Settled));
        // Without the lock: the drop is user code.
        drop(state);
    }

    /// Takes the message back, if it still waits.
    pub(crate) fn give_up(&self) -> Option<M> {
        let taken = self.with(|state| match std::mem::replace(state, State::Settled) {
            State::Waiting(message, waiter) => Some((message, waiter)),
            other => {
                *state = other;
                None
            }
        });
        // The waiter is dropped without the lock: that may be user code.
        taken.map(|(message, _)| message)
    }
}

impl<M: Send> Waiting for Wait<M> {
    fn take(&self, slot: u32) -> Option<(Record, Option<Waiter>)> {
        self.with(|state| match std::mem::replace(state, State::Accepted) {
            State::Waiting(message, waiter) => Some(((self.encode)(message, slot), waiter)),
            other => {
                *state = other;
                None
            }
        })
    }

    fn refuse(&self) {
        let waiter = self.with(|state| match std::mem::replace(state, State::Settled) {
            State::Waiting(message, waiter) => {
                *state = State::Dead(message);
                waiter
            }
            other => {
                *state = other;
                None
            }
        });
        waiter.into_iter().for_each(Waiter::wake);
    }

    fn is_settled(&self) -> bool {
        self.with(|state| !matches!(state, State::Waiting(..)))
    }
}

/// The body of the record that brings a waiting send to the target's shard.
struct Want(Arc<dyn Waiting>);

impl Cargo for Want {
    fn discard(self) {
        self.0.refuse();
    }
}

/// The record that brings a waiting send to the target's shard: in order with what its sender sent before.
pub(super) fn want_record(slot: u32, to: Address, waiting: Arc<dyn Waiting>) -> Record {
    let generation = u64::from(to.generation().get());
    Record::with_body(
        Head::new(Kind::Control, WANT, slot, generation),
        0,
        Want(waiting),
    )
}

/// The sends of this shard that wait, by whom they are for, the oldest first.
#[derive(Default)]
pub(super) struct Waits {
    waits: RefCell<BTreeMap<Address, VecDeque<Arc<dyn Waiting>>>>,
    /// With more actors than this, those that nothing waits for any more are looked for.
    purge_at: Cell<usize>,
}

impl Waits {
    /// Whether a send of this shard waits for room with this actor.
    #[inline]
    pub(super) fn has(&self, to: Address) -> bool {
        !self.waits.borrow().is_empty() && self.look(to)
    }

    #[cold]
    fn look(&self, to: Address) -> bool {
        let mut waits = self.waits.borrow_mut();
        let waiting = waits.get_mut(&to).is_some_and(still_waits);
        if !waiting {
            waits.remove(&to);
        }
        waiting
    }

    pub(super) fn add(&self, to: Address, waiting: Arc<dyn Waiting>) {
        let mut waits = self.waits.borrow_mut();
        waits.entry(to).or_default().push_back(waiting);
        if waits.len() > self.purge_at.get() {
            waits.retain(|_, waiting| still_waits(waiting));
            self.purge_at.set((waits.len() * 2).max(FEW_WAITS));
        }
    }
}

/// Forgets those at the front that wait no longer. They are served in turn, so each is looked at about once.
fn still_waits(waits: &mut VecDeque<Arc<dyn Waiting>>) -> bool {
    while waits.front().is_some_and(|waiting| waiting.is_settled()) {
        waits.pop_front();
    }
    !waits.is_empty()
}

/// How many actors may be kept that nothing waits for any more.
const FEW_WAITS: usize = 64;

impl Core {
    /// A send has come that waits for room: it is served at once, or queued.
    pub(super) fn want(&self, record: Record) {
        let head = record.head();
        let Ok(Want(waiting)) = record.into_body() else {
            return;
        };
        let entry = self
            .table
            .entry(head.slot())
            .filter(|entry| entry.is(head.val) && entry.word().is_alive(head.val as u32));
        let Some(entry) = entry else {
            return waiting.refuse();
        };
        entry.with_extra(|extra| extra.waiting.push_back(waiting));
        self.serve_waiting(entry);
    }

    /// Serves the send that has waited longest; the caller has a credit for it. `false`: it has given up.
    fn serve_next(&self, entry: EntryRef<'_>) -> bool {
        let next = entry.with_extra(|extra| extra.waiting.pop_front());
        next.is_some_and(|waiting| self.serve(entry.local(), &*waiting))
    }

    /// Takes a waiting message into the mailbox; the caller has a credit for it. `false`: the sender has given up.
    fn serve(&self, local: u32, waiting: &dyn Waiting) -> bool {
        let Some((record, waiter)) = waiting.take(local) else {
            return false;
        };
        self.counters().accepted.add(1);
        self.deliver(record, None);
        waiter.into_iter().for_each(|waiter| self.wake(waiter));
        true
    }

    /// Sends that wait are given the room that there is, that of begun messages first.
    #[cold]
    pub(super) fn serve_waiting(&self, entry: EntryRef<'_>) {
        self.return_credits(entry);
        while entry.has_waiting()
            && let Some(address) = entry.address()
            && entry.word().take(address.generation().get()).is_ok()
        {
            if !self.serve_next(entry) {
                entry.word().give_back(1);
            }
        }
    }

    /// Brings credits of begun messages home if there are many.
    #[cold]
    pub(crate) fn return_many(&self, entry: EntryRef<'_>) {
        if !entry.is_few(entry.kept()) {
            self.return_credits(entry);
        }
    }

    /// Credits of begun messages go to those who wait for them, in turn, and the rest goes home.
    pub(crate) fn return_credits(&self, entry: EntryRef<'_>) {
        let mut credits = entry.take_kept();
        while credits > 0 && entry.has_waiting() {
            credits -= u32::from(self.serve_next(entry));
        }
        if credits > 0 {
            entry.word().give_back(credits);
        }
    }
}
