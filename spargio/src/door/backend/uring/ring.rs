//! A shard's ring: what it sends to others' rings, what has come to its own, and its sleep.

use super::bell::Bell;
use super::completion::{self, Arrival, Bits, Completed, Word};
use super::kernel::{self, Get};
use super::link::{MOST_UNDER_WAY, Receiver, Sender};
use super::probe::Offer;
use super::refusal::of_error;
use super::setup;
use crate::ShardId;
use crate::door::backend::Bell as AnyBell;
use crate::door::clock::{now, until};
use crate::door::counters::RingCounters;
use crate::door::lane::LaneWriter;
use crate::door::queue::Queue;
use crate::door::record::Record;
use crate::door::shared::Shared;
use crate::error::IoUringRefusal;
use io_uring::IoUring;
use io_uring::squeue::{Entry, Flags};
use std::cell::{Cell, OnceCell, RefCell};
use std::collections::VecDeque;
use std::io::{self, ErrorKind};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

/// How often a submission is tried again at once. What the kernel then still refuses waits for the next turn.
const TRIES: usize = 4;

/// After so many enters that failed in a row for reasons that do not pass, none is expected to work again.
const REFUSALS: u32 = 64;

/// Room in the completion queue for bells and calls to the shard.
const FOR_CALLS: usize = 8;

/// How long a shard sleeps at the most while the kernel refuses something that it wants to send.
const RETRY: Duration = Duration::from_millis(1);

pub(crate) struct Ring {
    uring: RefCell<IoUring>,
    id: ShardId,
    shared: Arc<Shared>,
    offer: Offer,
    /// How many words may be under way to one other shard.
    window: usize,
    bell: Bell,
    /// How the others are woken.
    bells: OnceCell<Arc<[AnyBell]>>,
    senders: RefCell<Box<[Sender]>>,
    receivers: RefCell<Box<[Receiver]>>,
    /// What has come and was not looked at yet.
    arrived: RefCell<VecDeque<Arrival>>,
    /// Whether a word has failed and must be sent again.
    failed: Cell<bool>,
    /// When words were last sent again.
    resent_at: Cell<Option<Instant>>,
    /// Whether a ticket's event has arrived.
    confirmed: Cell<bool>,
    /// Bells that were rung by a message which is not submitted yet.
    ringing: RefCell<Vec<ShardId>>,
    /// Whether the poll on the eventfd is set up.
    armed: Cell<bool>,
    /// Enters that failed in a row for reasons that do not pass.
    refused: Cell<u32>,
}

impl Ring {
    /// Made on the shard's own thread: a ring has one issuer.
    pub(crate) fn new(
        id: ShardId,
        shared: &Arc<Shared>,
        offer: Offer,
    ) -> Result<Self, IoUringRefusal> {
        #[cfg(test)]
        let offer = super::faults::offer(offer);
        let failed = |what| move |error: io::Error| of_error(&error, what);
        let (uring, _) =
            setup::open(shared.settings.ring_entries as u32).map_err(failed("io_uring_setup"))?;
        let bell = kernel::duplicate(&uring)
            .and_then(|ring| Bell::new(ring, offer.direct))
            .map_err(failed("making the descriptors of a ring"))?;
        let shards = shared.settings.shards;
        let ring = Self {
            id,
            shared: shared.clone(),
            offer,
            window: window(&uring, shards, offer.pass),
            uring: RefCell::new(uring),
            bell,
            bells: OnceCell::new(),
            senders: RefCell::new((0..shards).map(|_| Sender::default()).collect()),
            receivers: RefCell::new((0..shards).map(|_| Receiver::default()).collect()),
            arrived: RefCell::default(),
            failed: Cell::new(false),
            resent_at: Cell::new(None),
            confirmed: Cell::new(false),
            ringing: RefCell::default(),
            armed: Cell::new(false),
            refused: Cell::new(0),
        };
        ring.arm();
        Ok(ring)
    }

    pub(crate) fn bell(&self) -> Bell {
        self.bell.clone()
    }

    /// All shards have rings: from now on this one may send to them.
    pub(crate) fn meet(&self, bells: Arc<[AnyBell]>) {
        _ = self.bells.set(bells);
    }

    fn counters(&self) -> &RingCounters {
        &self.shared.counters[usize::from(self.id)].ring
    }

    fn peer(&self, shard: ShardId) -> &Bell {
        let bells = self.bells.get().expect("a shard runs after all have met");
        match &bells[usize::from(shard)] {
            AnyBell::Ring(bell) => bell,
            AnyBell::Thread(_) => unreachable!("all shards of a runtime have one backend"),
        }
    }

    /// Has writes to the eventfd wake the ring.
    fn arm(&self) {
        self.bell.hush();
        let poll = kernel::poll(self.bell.event()).user_data(completion::CALL);
        self.armed.set(self.push(&poll));
    }

    fn push(&self, entry: &Entry) -> bool {
        if kernel::push(&mut self.uring.borrow_mut(), entry) {
            return true;
        }
        self.counters().sq_full.add(1);
        self.submit();
        kernel::push(&mut self.uring.borrow_mut(), entry)
    }

    /// How much was pushed and not submitted.
    fn pushed(&self) -> usize {
        self.uring.borrow_mut().submission().len()
    }

    /// Submits what was pushed. What the kernel does not take now is tried again later, and whoever might sleep through
    /// that is woken in another way.
    pub(crate) fn submit(&self) {
        for _ in 0..TRIES {
            let pushed = self.pushed();
            if pushed == 0 {
                return;
            }
            if self.enter(pushed, Get::Nothing).is_ok_and(|n| n == pushed) {
                return self.hear_of_bells();
            }
        }
        for to in self.ringing.take() {
            self.ring_again(to);
        }
    }

    /// Bells that were rung and have failed say so by now: whoever should have heard them must not sleep until this shard's
    /// next turn.
    fn hear_of_bells(&self) {
        if !self.ringing.borrow().is_empty() {
            self.ringing.borrow_mut().clear();
            self.sort();
        }
    }

    fn ring_again(&self, to: ShardId) {
        self.counters().bells_retried.add(1);
        self.peer(to).call();
    }

    /// An enter, counted.
    fn enter(&self, submit: usize, get: Get) -> io::Result<usize> {
        let counters = self.counters();
        counters.enters.add(1);
        let entered = kernel::enter(&self.uring.borrow(), submit, get);
        match &entered {
            Ok(submitted) => {
                counters.submitted.add(*submitted as u64);
                counters.short_submits.add(u64::from(*submitted < submit));
                self.refused.set(0);
            }
            Err(error) => {
                if !counters.count_error(error) {
                    self.refused.set(self.refused.get().saturating_add(1));
                }
            }
        }
        entered
    }

    /// Sends what is staged as completions of the other's ring, in order, as far as its window is open: a record of a head
    /// alone whole, a longer one through the lane. The caller submits.
    pub(crate) fn send(&self, to: ShardId, staged: &mut Queue, writer: &mut LaneWriter) {
        let mut reaped = false;
        while let Some(head) = staged.head() {
            let open =
                self.senders.borrow_mut()[usize::from(to)].has_window(&writer.lane, self.window);
            if !open {
                // It may be that only the own completions were not looked at.
                if std::mem::replace(&mut reaped, true) {
                    return;
                }
                self.submit();
                self.reap();
                continue;
            }
            let word = if Word::can_be(head) {
                drop(staged.pop());
                Word::Whole(head)
            } else if writer.forward(staged) {
                Word::Next
            } else {
                return;
            };
            let number = self.senders.borrow_mut()[usize::from(to)].fly(word, &writer.lane);
            self.launch(to, number, word);
        }
    }

    fn launch(&self, to: ShardId, number: u8, word: Word) {
        let bits = Bits::of(word, self.id, number, self.offer.pass);
        let entry = bits.entry(self.peer(to).target(), completion::sent(to, number));
        if !self.push(&entry) {
            self.land(to, number, false);
        }
    }

    fn land(&self, to: ShardId, number: u8, arrived: bool) {
        let mut senders = self.senders.borrow_mut();
        let sender = &mut senders[usize::from(to)];
        sender.land(number, arrived);
        if !arrived {
            self.failed.set(true);
        }
        if sender.has_arrived() {
            self.confirmed.set(true);
        }
    }

    /// Sends what has failed once more, not too often. The caller submits.
    pub(crate) fn resend(&self) {
        if !self.failed.get() {
            return;
        }
        let now = now();
        if self.resent_at.get().is_some_and(|at| now < at + RETRY) {
            return;
        }
        self.resent_at.set(Some(now));
        self.failed.set(false);
        for to in 0..self.shared.settings.shards as ShardId {
            let failed = {
                let sender = &mut self.senders.borrow_mut()[usize::from(to)];
                Vec::from_iter(std::iter::from_fn(|| sender.take_failed()))
            };
            for (number, word) in failed {
                self.counters().resent.add(1);
                self.launch(to, number, word);
            }
        }
    }

    /// Wakes a shard that was seen to sleep. The caller submits.
    pub(crate) fn ring(&self, to: ShardId) {
        // Only one that fails has a completion: a shard may ring often in one long turn, and reaps none meanwhile.
        let message = Bits::BELL
            .entry(self.peer(to).target(), completion::rung(to))
            .flags(Flags::SKIP_SUCCESS);
        if self.push(&message) {
            self.ringing.borrow_mut().push(to);
        } else {
            self.peer(to).call();
        }
    }

    /// Sorts what has come to the ring. Completions that the kernel holds back are fetched, too, whether or not there is
    /// anything to submit.
    pub(crate) fn reap(&self) {
        self.sort();
        while self.holds_back() {
            self.counters()
                .overflows
                .add(u64::from(self.has_overflowed()));
            if self.enter(0, Get::Ready).is_err() {
                // Tried again in the next turn: the flag stays.
                break;
            }
            self.sort();
        }
        if !self.armed.get() {
            self.arm();
        }
    }

    /// Whether the kernel holds completions back, for want of room or until it is entered.
    fn holds_back(&self) -> bool {
        let mut uring = self.uring.borrow_mut();
        let submission = uring.submission();
        submission.cq_overflow() || submission.taskrun()
    }

    fn has_overflowed(&self) -> bool {
        self.uring.borrow_mut().submission().cq_overflow()
    }

    /// Sorts the completions in the queue.
    fn sort(&self) {
        let shards = self.shared.settings.shards;
        let known = |shard: ShardId| usize::from(shard) < shards;
        let mut uring = self.uring.borrow_mut();
        let mut arrived = self.arrived.borrow_mut();
        for cqe in uring.completion() {
            let done = kernel::outcome(&cqe);
            match completion::read(cqe.user_data(), cqe.result(), cqe.flags(), self.offer.pass) {
                Completed::Arrived(arrival) if known(arrival.source) => arrived.push_back(arrival),
                Completed::Bell => {}
                Completed::Sent { to, number } if known(to) => self.land(to, number, done >= 0),
                Completed::Rung { to } if known(to) => {
                    if done < 0 {
                        self.ring_again(to);
                    }
                }
                Completed::Called { armed } => self.armed.set(armed),
                _ => self.counters().strays.add(1),
            }
        }
    }

    /// Tells the tickets of events that have arrived. Wakers are others' code, so nothing is borrowed here.
    pub(crate) fn confirm(&self) {
        if !self.confirmed.replace(false) {
            return;
        }
        for to in 0..self.shared.settings.shards {
            let arrived = self.senders.borrow_mut()[to].take_arrived();
            if let Some((lane, events)) = arrived {
                lane.confirm(events);
            }
        }
    }

    /// What has come next from another shard.
    pub(crate) fn next(&self) -> Option<Received> {
        self.arrived.borrow_mut().pop_front().map(Received)
    }

    /// Takes what was received in the order in which it was sent: nothing now, if something before it is still to come.
    pub(crate) fn in_order(&self, received: &Received, mut take: impl FnMut(Parcel)) {
        let Received(arrival) = received;
        let mut receivers = self.receivers.borrow_mut();
        receivers[usize::from(arrival.source)].accept(arrival, |word| {
            take(match word {
                Word::Whole(head) => Parcel::Record(Record::inline(head)),
                Word::Next => Parcel::InLane,
            });
        });
    }

    /// Whether there is something to do.
    pub(crate) fn has_work(&self) -> bool {
        !self.arrived.borrow().is_empty()
            || self.confirmed.get()
            || !self.uring.borrow_mut().completion().is_empty()
            || self.holds_back()
    }

    /// Whether the kernel refuses to be entered, as under a filter that came after the ring: what is under way stays so.
    pub(crate) fn is_refused(&self) -> bool {
        self.refused.get() >= REFUSALS
    }

    /// Whether something that was sent is not known to have arrived.
    pub(crate) fn is_sending(&self) -> bool {
        self.pushed() > 0 || self.senders.borrow().iter().any(Sender::is_waiting)
    }

    /// Submits what is left and sleeps until something comes or the time is over; may return early.
    pub(crate) fn wait(&self, end: Option<Instant>) {
        let pushed = self.pushed();
        let limit = end.map(until);
        let retry = limit.map_or(RETRY, |limit| limit.min(RETRY));
        let limit = match pushed == 0 && !self.failed.get() {
            true => limit,
            false => Some(retry),
        };
        if self.sleep(pushed, limit).is_err() && self.sleep(0, Some(retry)).is_err() {
            // Neither is to be had now. No bell is heard meanwhile, but it is short.
            thread::sleep(retry);
        }
    }

    /// An error only if the kernel did not let the shard sleep.
    fn sleep(&self, submit: usize, limit: Option<Duration>) -> io::Result<()> {
        match self.enter(submit, Get::One(limit)) {
            Err(error) if error.kind() != ErrorKind::Interrupted => Err(error),
            _ => Ok(()),
        }
    }
}

/// How many words may be under way to a ring from each other shard, so that the queue takes them all, the completions of
/// its own sends, and besides a few bells and calls. One in any case: the smallest rings do overflow, by no more.
fn window(uring: &IoUring, shards: usize, pass: bool) -> usize {
    #[cfg(test)]
    if let Some(window) = super::faults::window() {
        return window;
    }
    if !pass {
        // Without room for numbers, no word is sent before the one in front of it is known to have arrived.
        return 1;
    }
    let entries = uring.params().cq_entries() as usize;
    let for_words = entries.saturating_sub(FOR_CALLS);
    (for_words / (2 * shards)).clamp(1, MOST_UNDER_WAY)
}

/// Something that has come from another shard.
pub(crate) struct Received(Arrival);

impl Received {
    pub(crate) fn source(&self) -> ShardId {
        self.0.source
    }
}

/// What was sent.
pub(crate) enum Parcel {
    Record(Record),
    /// The next record of the lane from that shard.
    InLane,
}
