//! Running actors and tasks, and what becomes of them and of their messages when they end.

use super::Core;
use super::reply_slots::answer;
use super::table::{Entry, EntryRef, Task};
use super::waker::waker;
use crate::door::queue::Queue;
use crate::door::record::{Kind, Record};
use crate::door::slots::Address;
use crate::door::threads::caught;
use crate::error::AskError;
use futures_channel::oneshot;
use std::task::{Context, Poll};

impl Core {
    /// Runs user code; a panic is counted and goes no further.
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
        let entry = self.table.open(0, None)?;
        self.table.install(&entry, future);
        entry.address()
    }

    /// Has a task end with an actor.
    pub(crate) fn adopt(&self, parent: &Entry, child: Address) {
        parent.with_extra(|extra| {
            if extra.children.len() >= extra.purge_at.max(8) {
                extra.children.retain(|child| self.is_tenant(*child));
                extra.purge_at = extra.children.len() * 2;
            }
            extra.children.push(child);
        });
    }

    /// Drops `watcher` when the actor has stopped: now, if it has.
    pub(crate) fn watch(&self, local: u32, address: Address, watcher: oneshot::Sender<()>) {
        let entry = self.table.entry(local);
        if entry.address() == Some(address) {
            entry.with_extra(|extra| extra.watchers.push(watcher));
        }
    }

    fn is_tenant(&self, address: Address) -> bool {
        let local = address.page().map(|page| page.local(address.place()));
        local.is_some_and(|local| {
            self.table
                .look(local, |entry| entry.address() == Some(address))
                .unwrap_or(false)
        })
    }

    /// Runs what was ready when the turn began; what becomes ready meanwhile waits for the next turn.
    pub(super) fn run_ready(&self) -> usize {
        let ready = self.table.ready();
        for _ in 0..ready {
            let Some(local) = self.table.next_ready() else {
                break;
            };
            let begun = self.poll(local);
            self.count_work(1 + begun);
        }
        ready
    }

    /// Polls an actor or task. Returns how many messages were begun.
    fn poll(&self, local: u32) -> u32 {
        let entry = self.table.entry(local);
        entry.flags.queued.set(false);
        let (Some(mut future), Some(address)) = (entry.take_future(), entry.address()) else {
            return 0;
        };
        entry.refill();
        let waker = waker(address);
        let mut task = Context::from_waker(&waker);
        let actor = entry.flags.actor.get().then_some(address);
        let before = self.handler.replace(actor);
        let polled = self.guard(|| future.as_mut().poll(&mut task));
        self.handler.set(before);
        let begun = entry.begun();
        if polled != Some(Poll::Pending) {
            self.finish(&entry, Some(future));
        } else if entry.address() == Some(address) {
            entry.put_back(future);
            if entry.keeps_credits() {
                self.return_credits(&entry);
            }
        } else {
            // It was ended while it ran, from within.
            _ = self.guard(|| drop(future));
        }
        begun
    }

    /// Shows every sender that the actor takes no more messages, and tells those that wait for room.
    pub(crate) fn close(&self, entry: &Entry) {
        entry.close();
        if entry.has_waiting() {
            let waiting = entry.with_extra(|extra| std::mem::take(&mut extra.waiting));
            waiting.iter().for_each(|waiting| waiting.refuse());
        }
    }

    /// Has the actor stop when the present handler ends.
    pub(crate) fn stop_after_this(&self, entry: &Entry) {
        self.close(entry);
        entry.flags.stopping.set(true);
    }

    /// Ends a task of this shard, if it has not ended yet.
    pub(super) fn cancel(&self, address: Address) {
        let Some(page) = address.page() else { return };
        let entry = self.table.entry(page.local(address.place()));
        if entry.address() == Some(address) {
            let future = entry.take_future();
            self.finish(&entry, future);
        }
    }

    /// The end of an actor or task: senders see it at once, then its state is dropped, and what it had not begun is
    /// undelivered.
    pub(super) fn finish(&self, entry: &EntryRef, future: Option<Task>) {
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
        if let Some(word) = word {
            word.give_back(credits);
        }
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

    /// What an actor does next: `true` if a message is there, `false` if it stops.
    #[inline]
    pub(crate) fn next(&self, entry: &EntryRef) -> Poll<bool> {
        if entry.flags.stopping.get() || entry.flags.killed.get() {
            return Poll::Ready(false);
        }
        let kind = entry.mailbox.borrow().head().map(|head| head.kind());
        let more = kind.is_some();
        if !more || !entry.may_begin() {
            entry.flags.hungry.set(true);
            if more {
                self.table.schedule(entry.local(), entry);
            }
            return Poll::Pending;
        }
        entry.flags.hungry.set(false);
        Poll::Ready(kind == Some(Kind::Message))
    }

    /// Takes the message that [`next`](Self::next) announced out of the mailbox. Its credit goes home.
    #[inline]
    pub(crate) fn take_message(&self, entry: &EntryRef) -> Option<Record> {
        let record = entry.mailbox.borrow_mut().pop();
        if entry.keep_credit() {
            self.return_credits(entry);
        }
        record
    }

    /// A handler is entered.
    #[inline]
    pub(crate) fn entered(&self, entry: &Entry) {
        self.counters().handled.add(1);
        entry.flags.handling.set(true);
    }

    /// A handler has returned.
    #[inline]
    pub(crate) fn left(&self, entry: &Entry) {
        if entry.flags.handling.replace(false) {
            self.counters().finished.add(1);
        }
    }
}
