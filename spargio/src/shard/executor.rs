//! Running actors and tasks, and what becomes of them and of their messages when they end.

use super::Core;
use super::entry::{Entry, EntryRef, Task};
use super::oneshot;
use super::reply_slots::answer;
use super::timer::MOST_DUE;
use super::waker::waker;
use crate::door::queue::Queue;
use crate::door::record::{Kind, Record};
use crate::door::slots::Address;
use crate::door::threads::caught;
use crate::error::AskError;
use std::task::{Context, Poll};

/// A turn goes on for as long as it has polled fewer.
const MOST_POLLS: usize = 64;

impl Core {
    /// Runs user code; a panic is counted and goes no further.
    #[inline]
    pub(crate) fn guard<R>(&self, f: impl FnOnce() -> R) -> Option<R> {
        match caught(f) {
            None => {
                self.counters().panics.add(1);
                None
            }
            done => done,
        }
    }

    /// Lives for as long as the actor or task. `None` if nothing is spawned any more.
    pub(crate) fn spawn(&self, future: Task) -> Option<Address> {
        if self.stopping.get() {
            return None;
        }
        let (entry, address) = self.table.open(0, None)?;
        self.table.install(entry.get().local(), future);
        Some(address)
    }

    /// Has a task end with an actor.
    pub(crate) fn adopt(&self, parent: &Entry, child: Address) {
        parent.with_extra(|extra| {
            if extra.children.len() >= extra.purge_at.max(8) {
                extra.children.retain(|child| self.table.is_tenant(*child));
                extra.purge_at = extra.children.len() * 2;
            }
            extra.children.push(child);
        });
    }

    /// Drops `watcher` when the actor has stopped: now, if it has.
    pub(crate) fn watch(&self, local: u32, address: Address, watcher: oneshot::Sender<()>) {
        if let Some(entry) = self.table.entry(local)
            && entry.address() == Some(address)
        {
            entry.with_extra(|extra| extra.watchers.push(watcher));
        }
    }

    /// Runs what is ready, and what that makes ready, until this turn has done enough. Returns how much it ran.
    pub(super) fn run_ready(&self) -> usize {
        self.table.begin_turn();
        self.turn.set(self.turn.get().wrapping_add(1));
        self.due_left.set(MOST_DUE);
        let mut ran = 0;
        while ran < MOST_POLLS
            && let Some(mut ready) = self.table.take_ready()
        {
            ran += ready.len();
            for local in ready.drain(..) {
                let begun = self.poll(local);
                let done = self.io_done();
                ran += done as usize;
                self.count_work(1 + begun + done);
            }
            self.table.reuse(ready);
        }
        ran
    }

    /// Polls an actor or task. Returns how many messages were begun.
    #[inline]
    fn poll(&self, local: u32) -> u32 {
        let Some(entry) = self.table.entry(local) else {
            return 0;
        };
        entry.flags.queued.set(false);
        let (Some(mut future), Some(address)) = (entry.take_future(), entry.address()) else {
            return 0;
        };
        entry.refill(self.turn.get());
        let budget = entry.budget();
        self.begin_io();
        let waker = waker(address);
        let mut task = Context::from_waker(&waker);
        self.table.set_polled(Some(local));
        let done = self.guard(|| future.as_mut().poll(&mut task));
        self.table.set_polled(None);
        let begun = budget - entry.budget();
        if done != Some(Poll::Pending) {
            self.finish(entry, Some(future));
        } else if entry.is(u64::from(address.generation().get())) {
            entry.put_back(future);
            if entry.has_waiting() {
                self.serve_waiting(entry);
            }
        } else {
            // It was ended while it ran, from within.
            _ = self.guard(|| drop(future));
        }
        begun
    }

    /// Shows every sender that the actor takes no more messages, and tells those that wait for room.
    pub(crate) fn close(&self, entry: EntryRef<'_>) {
        entry.close();
        if entry.has_waiting() {
            let waiting = entry.with_extra(|extra| std::mem::take(&mut extra.waiting));
            waiting.iter().for_each(|waiting| waiting.refuse());
        }
    }

    /// Has the actor stop when the present handler ends.
    pub(crate) fn stop_after_this(&self, entry: EntryRef<'_>) {
        self.close(entry);
        entry.flags.stopping.set(true);
    }

    /// Ends a task of this shard, if it has not ended yet.
    pub(super) fn cancel(&self, address: Address) {
        let Some(page) = address.page() else { return };
        if let Some(entry) = self.table.entry(page.local(address.place()))
            && entry.address() == Some(address)
        {
            let future = entry.take_future();
            self.finish(entry, future);
        }
    }

    /// The end of an actor or task: senders see it at once, then its state is dropped, and what it had not begun is
    /// undelivered.
    pub(super) fn finish(&self, entry: EntryRef<'_>, future: Option<Task>) {
        self.close(entry);
        let word = entry.word();
        _ = self.guard(|| drop(future));
        if entry.flags.handling.replace(false) {
            self.counters().finished.add(1);
        }
        let begun = entry.take_kept();
        let credits = begun + self.undeliver_all(entry.vacate());
        if let Some(extra) = entry.take_extra() {
            extra.children.iter().for_each(|&child| self.cancel(child));
            // The watchers are dropped with the rest, which wakes them.
            _ = self.guard(|| drop(extra));
        }
        word.give_back(credits);
        self.table.retire(entry.local());
    }

    /// Drops what no handler will see. Returns how many credits it held.
    fn undeliver_all(&self, mut mailbox: Queue) -> u32 {
        let mut credits = 0;
        while let Some(record) = mailbox.pop() {
            if record.head().kind() == Kind::Message {
                credits += 1;
                self.undeliver(record);
            }
        }
        credits
    }

    /// Counts and drops an accepted message that no handler will see.
    pub(crate) fn undeliver(&self, record: Record) {
        self.counters().undelivered.add(1);
        if record.reply() != 0 {
            let asker = self.shared.seats[usize::from(record.head().source())];
            answer::<()>(asker, record.reply(), Err(AskError::Dead));
        }
        _ = self.guard(|| drop(record));
    }

    /// Drops what comes too late for its shard: an accepted message is undelivered.
    pub(super) fn discard(&self, record: Record) {
        match record.head().kind() {
            Kind::Message => self.undeliver(record),
            _ => _ = self.guard(|| drop(record)),
        }
    }

    /// What an actor does next: the tag of its next message, or `None` if it stops.
    #[inline(always)]
    pub(crate) fn next(&self, entry: EntryRef<'_>) -> Poll<Option<u16>> {
        if entry.flags.stopping.get() || entry.flags.killed.get() {
            return Poll::Ready(None);
        }
        let head = entry.mailbox.borrow().head();
        match head {
            Some(head) if entry.may_begin() => {
                // A word to the actor can only be that it stops.
                let message = head.kind() == Kind::Message;
                Poll::Ready(message.then_some(head.tag()))
            }
            Some(_) => {
                self.table.schedule(entry);
                Poll::Pending
            }
            None => {
                entry.flags.hungry.set(true);
                Poll::Pending
            }
        }
    }

    /// A message was taken out of the mailbox: it is begun, and its credit is free.
    #[inline(always)]
    pub(crate) fn begin(&self, entry: EntryRef<'_>) {
        if entry.keep_credit() {
            self.return_many(entry);
        }
    }

    /// A handler is entered.
    #[inline(always)]
    pub(crate) fn entered(&self, entry: &Entry) {
        self.counters().handled.add(1);
        entry.flags.handling.set(true);
    }

    /// A handler has returned.
    #[inline(always)]
    pub(crate) fn left(&self, entry: &Entry) {
        if entry.flags.handling.replace(false) {
            self.counters().finished.add(1);
        }
    }
}
