//! The shard's event queue: pairs that were sent with `send_raw` and typed sends. A mailbox of its own, with a slot and
//! credits like an actor's.

use super::Core;
use super::waker::Waiter;
use crate::ShardId;
use crate::door::word::Word;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

/// Something that happened on a shard.
///
/// It has one variant and keeps it, so that `let Event::RingMsg { from, tag, val } = ..` reads it.
///
/// ```
/// use spargio::{Event, ShardCtx};
///
/// #[spargio::main(shards = 1)]
/// async fn main(cx: ShardCtx) -> Result<(), Box<dyn std::error::Error>> {
///     cx.remote(0).ok_or("no shard 0")?.send_raw(7, 42)?;
///     let Event::RingMsg { from, tag, val } = cx.next_event().await;
///     assert_eq!((from, tag, val), (Some(0), 7, 42));
///     Ok(())
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Event {
    /// A pair has arrived.
    RingMsg {
        /// The shard that sent it; `None` for a thread that is no shard of this runtime.
        from: Option<ShardId>,
        /// The pair's tag.
        tag: u16,
        /// The pair's value.
        val: u64,
    },
}

/// The queue, and who waits for it. The first who waits is meant for the first event, the second for the second, and so
/// on, whatever the number of each: so an event waits in the queue until its reader takes it, and nothing is lost with a
/// reader that never comes.
pub(super) struct Events {
    word: &'static Word,
    queue: RefCell<VecDeque<Event>>,
    /// By their numbers, which grow.
    waiters: RefCell<VecDeque<(u64, Option<Waiter>)>>,
    next_waiter: Cell<u64>,
    ended: Cell<bool>,
}

impl Events {
    pub(super) fn new(word: &'static Word) -> Self {
        Self {
            word,
            queue: RefCell::default(),
            waiters: RefCell::default(),
            next_waiter: Cell::new(0),
            ended: Cell::new(false),
        }
    }

    /// An event has come. `false`: it came after the end, and is dropped.
    pub(super) fn push(&self, event: Event) -> bool {
        if self.ended.get() {
            self.word.give_back(1);
            return false;
        }
        self.queue.borrow_mut().push_back(event);
        self.wake_newest();
        true
    }

    /// Wakes whoever the newest event is meant for, if somebody waits for it.
    fn wake_newest(&self) {
        let newest = self.queue.borrow().len().checked_sub(1);
        // Taken: it is woken once, and whoever waits on sets it again.
        let waiter = newest.and_then(|newest| self.waiters.borrow_mut().get_mut(newest)?.1.take());
        if let Some(waiter) = waiter {
            waiter.wake();
        }
    }

    /// Where a waiter stands among those who wait.
    fn position(&self, waiter: u64) -> usize {
        self.waiters
            .borrow()
            .partition_point(|&(number, _)| number < waiter)
    }

    /// Takes the event at this place, if it is there; its credit goes home.
    fn take(&self, place: usize) -> Option<Event> {
        let event = self.queue.borrow_mut().remove(place)?;
        self.word.give_back(1);
        Some(event)
    }

    /// At the shard's end: nothing more is taken, what is unread is dropped.
    pub(super) fn end(&self) {
        self.word.close();
        self.ended.set(true);
        self.word.give_back(self.queue.take().len() as u32);
    }
}

/// Waits for the shard's next event. Dropping it loses no event.
pub(crate) struct NextEvent {
    core: Rc<Core>,
    /// The number under which it waits.
    waiter: Option<u64>,
}

impl NextEvent {
    pub(crate) fn new(core: Rc<Core>) -> Self {
        Self { core, waiter: None }
    }

    /// Waits no longer.
    fn leave(&mut self) {
        let Some(waiter) = self.waiter.take() else {
            return;
        };
        let events = &self.core.events;
        let place = events.position(waiter);
        let left = events.waiters.borrow_mut().remove(place);
        // With no borrow held: dropping a waker may be user code.
        drop(left);
    }
}

impl Future for NextEvent {
    type Output = Event;

    fn poll(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<Event> {
        let core = self.core.clone();
        let events = &core.events;
        // Cloned before anything is looked at: that may be user code, which may have others wait, or leave.
        let waiter = Waiter::of(task.waker());
        let place = match self.waiter {
            Some(waiter) => events.position(waiter),
            None => events.waiters.borrow().len(),
        };
        if let Some(event) = events.take(place) {
            self.leave();
            return Poll::Ready(event);
        }
        let former = match self.waiter {
            Some(_) => events.waiters.borrow_mut()[place].1.replace(waiter),
            None => {
                let number = events.next_waiter.replace(events.next_waiter.get() + 1);
                events
                    .waiters
                    .borrow_mut()
                    .push_back((number, Some(waiter)));
                self.waiter = Some(number);
                None
            }
        };
        // With no borrow held: dropping a waker may be user code.
        drop(former);
        Poll::Pending
    }
}

impl Drop for NextEvent {
    fn drop(&mut self) {
        if self.waiter.is_some() {
            self.leave();
            // Those behind move up: the newest event may be meant for another of them now.
            self.core.events.wake_newest();
        }
    }
}
