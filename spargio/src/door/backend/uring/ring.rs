//! A shard's ring: what it sends to others' rings, what has come to its own, and its sleep.

use super::bell::Bell;
use super::completion::{self, Arrival, Bits, Completed, Word};
use super::flights::{FlightId, Outcome};
use super::kernel;
use super::link::{MOST_UNDER_WAY, Receiver, Sender};
use super::operations::Operations;
use super::probe::Offer;
use super::queues::{Queues, RETRY};
use super::refusal::of_error;
use super::setup;
use crate::ShardId;
use crate::door::backend::Bell as AnyBell;
use crate::door::clock::{now, until};
use crate::door::io::operation::Operation;
use crate::door::lane::LaneWriter;
use crate::door::queue::Queue;
use crate::door::record::Record;
use crate::door::shared::Shared;
use crate::error::IoUringRefusal;
use io_uring::IoUring;
use io_uring::cqueue;
use io_uring::squeue::Flags;
use std::cell::{Cell, OnceCell, RefCell};
use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::task::Waker;
use std::time::Instant;

/// Room in the completion queue for bells and calls to the shard.
const FOR_CALLS: usize = 8;

pub(crate) struct Ring {
    /// Closed before the bells are let go that its SQEs name.
    queues: Queues,
    id: ShardId,
    shards: usize,
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
    operations: Operations,
}

impl Ring {
    /// Made on the shard's own thread: a ring has one issuer.
    pub(crate) fn new(
        id: ShardId,
        shared: &Arc<Shared>,
        offer: Offer,
    ) -> Result<Self, IoUringRefusal> {
        let failed = |what| move |error: io::Error| of_error(&error, what);
        let (uring, _) =
            setup::open(shared.settings.ring_entries as u32).map_err(failed("io_uring_setup"))?;
        let bell = kernel::duplicate(&uring)
            .and_then(|ring| Bell::new(ring, offer.direct))
            .map_err(failed("making the descriptors of a ring"))?;
        let shards = shared.settings.shards;
        let ring = Self {
            id,
            shards,
            offer,
            window: window(&uring, shards, offer.pass),
            queues: Queues::new(uring, id, shared),
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
            operations: Operations::default(),
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
        self.armed.set(self.queues.push(&poll));
    }

    /// Submits what was pushed. What the kernel does not take now is tried again later, and whoever might sleep through
    /// that is woken in another way.
    pub(crate) fn submit(&self) {
        if self.queues.submit() {
            return self.hear_of_bells();
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
            self.reap();
        }
    }

    fn ring_again(&self, to: ShardId) {
        self.queues.counters().bells_retried.add(1);
        self.peer(to).call();
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
                staged.pop_plain();
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
        if !self.queues.push(&entry) {
            self.land(to, number, false);
        }
    }

    /// A word has arrived, or has not and is sent again, whatever the reason: a target that has gone is none, for its
    /// descriptor outlives all who may send to it.
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
        self.operations.push(&self.queues);
        if !self.failed.get() {
            return;
        }
        let now = now();
        if self.resent_at.get().is_some_and(|at| now < at + RETRY) {
            return;
        }
        self.resent_at.set(Some(now));
        self.failed.set(false);
        for to in 0..self.shards as ShardId {
            let failed = {
                let sender = &mut self.senders.borrow_mut()[usize::from(to)];
                Vec::from_iter(std::iter::from_fn(|| sender.take_failed()))
            };
            for (number, word) in failed {
                self.queues.counters().resent.add(1);
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
        if self.queues.push(&message) {
            self.ringing.borrow_mut().push(to);
        } else {
            self.ring_again(to);
        }
    }

    /// Sorts what has come to the ring.
    pub(crate) fn reap(&self) {
        self.queues.reap(|cqe| self.sort(cqe));
        if !self.armed.get() {
            self.arm();
        }
    }

    fn sort(&self, cqe: &cqueue::Entry) {
        let known = |shard: ShardId| usize::from(shard) < self.shards;
        let done = kernel::outcome(cqe);
        match completion::read(cqe.user_data(), cqe.result(), cqe.flags(), self.offer.pass) {
            Completed::Arrived(arrival) if known(arrival.source) => {
                self.arrived.borrow_mut().push_back(arrival);
            }
            Completed::Bell => {}
            Completed::Sent { to, number } if known(to) => self.land(to, number, done >= 0),
            Completed::Rung { to } if known(to) => {
                if done < 0 {
                    self.ring_again(to);
                }
            }
            Completed::Called { armed } => self.armed.set(armed),
            Completed::Done(flight) if self.hear_of(flight, cqe, done) => {}
            Completed::NotCancelled => {}
            _ => self.count_stray(),
        }
    }

    /// Something has come that belongs to nothing here, and is dropped.
    pub(crate) fn count_stray(&self) {
        self.queues.counters().strays.add(1);
    }

    /// A completion of an operation. `false`: there is no such flight.
    fn hear_of(&self, flight: FlightId, cqe: &cqueue::Entry, result: i32) -> bool {
        match cqueue::more(cqe.flags()) {
            true => self.operations.progress(flight, result),
            false => self.operations.land(flight, result),
        }
    }

    /// Tells the tickets of events that have arrived. Wakers are others' code, so nothing is borrowed here.
    pub(crate) fn confirm(&self) {
        if !self.confirmed.replace(false) {
            return;
        }
        for to in 0..self.shards {
            let arrived = self.senders.borrow_mut()[to].take_arrived();
            if let Some((lane, events)) = arrived {
                lane.arrivals.confirm(events);
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
            || self.has_landed()
            || self.queues.has_completions()
    }

    /// Whether the kernel refuses to be entered, as under a filter that came after the ring: what is under way stays so.
    pub(crate) fn is_refused(&self) -> bool {
        self.queues.is_refused()
    }

    /// Whether something that was sent is not known to have arrived.
    pub(crate) fn is_sending(&self) -> bool {
        self.queues.pushed() > 0 || self.senders.borrow().iter().any(Sender::is_waiting)
    }

    /// Submits what is left and sleeps until something comes or the time is over; may return early. Briefly while threads
    /// outside would not be heard: their bells may end at the eventfd.
    pub(crate) fn wait(&self, end: Option<Instant>) {
        let unsent = !self.armed.get() || self.failed.get() || self.operations.has_unpushed();
        self.queues.wait(end.map(until), unsent);
    }
}

/// The shard's operations.
impl Ring {
    /// Begins an operation; `waker` is called when it is done. The caller submits. `Err`: there are as many as there can be.
    pub(crate) fn begin(
        &self,
        operation: Box<dyn Operation>,
        waker: Waker,
    ) -> Result<FlightId, Box<dyn Operation>> {
        self.operations.begin(operation, waker, &self.queues)
    }

    /// What became of an operation, if it is done; else `waker` is called when it is.
    pub(crate) fn poll(&self, flight: FlightId, waker: Waker) -> Option<Outcome> {
        self.operations.poll(flight, waker)
    }

    /// Cancels an operation that nobody waits for any more. What it owns is dropped when the kernel has let go of it.
    pub(crate) fn abandon(&self, flight: FlightId) {
        self.operations.abandon(flight);
        self.operations.push(&self.queues);
        // At once: until then it may still take bytes, or a connection, that nobody will see, and its socket stays open.
        self.queues.submit();
        self.reap();
        self.operations.drop_abandoned();
    }

    /// Cancels all operations, whoever waits for them.
    pub(crate) fn cancel_all(&self) {
        self.operations.cancel_all();
        self.operations.push(&self.queues);
        self.queues.submit();
    }

    /// Whether operations are done whose waiters were not woken, or that nobody waits for.
    #[inline]
    pub(crate) fn has_landed(&self) -> bool {
        self.operations.has_landed()
    }

    /// Whoever waits for what is done now; what nobody waits for is dropped. Nothing is borrowed where it is called.
    pub(crate) fn take_woken(&self) -> Vec<Waker> {
        self.operations.take_woken()
    }

    /// How many operations the kernel has.
    pub(crate) fn aloft(&self) -> usize {
        self.operations.aloft()
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
