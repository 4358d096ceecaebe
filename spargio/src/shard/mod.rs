//! The shard: one thread's actors, tasks, mailboxes and timers, and the loop that runs them. Everything here belongs to
//! one thread and holds no lock; what comes from other threads comes through the door.
//!
//! One turn of the loop: read what came through lanes and injector into the mailboxes, run what is ready, publish what
//! was sent. Each step is bounded, so nobody waits for long: at most 64 records of each lane, 64 of the injector and 64
//! messages of each actor.

pub(crate) mod current;
mod end;
pub(crate) mod events;
mod executor;
mod inbound;
mod lease;
pub(crate) mod outbox;
mod peer;
pub(crate) mod reply_slots;
pub(crate) mod send;
pub(crate) mod table;
pub(crate) mod waits;
mod waker;

use crate::ShardId;
use crate::door::backend::uring::Ring;
use crate::door::backend::{Backend, Carry};
use crate::door::clock::{Alarm, Alarms, earlier, now, ring};
use crate::door::closing::Phase;
use crate::door::counters::ShardCounters;
use crate::door::record::{Kind, Record};
use crate::door::seat::{Parcel, Seat};
use crate::door::shared::Shared;
use crate::door::slots::Address;
use crate::error::AskError;
use current::OnShard;
use events::{Event, Events};
use inbound::Inbound;
use lease::Leases;
use outbox::Outbox;
use reply_slots::{ReplyId, ReplySlots};
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::{Rc, Weak};
use std::sync::Arc;
use std::time::Instant;
use table::Table;
use waits::Waits;

/// Words between shards: the tags of [`Kind::Control`] records. Their `val` is the slot's generation.
const STOP: u16 = 0;
const WAKE: u16 = 1;
const WANT: u16 = 2;

/// How many records are taken from one lane, or from the injector, in one turn.
const READ: usize = 64;

/// How many records, messages and polls a shard lets pass at the most between two looks at the clock.
const WORK_PER_TICK: u32 = 16;

/// How often an idle shard looks for work before it looks at the clock for the first time.
const QUICK_LOOKS: u32 = 64;

/// A shard.
pub(crate) struct Core {
    pub(crate) id: ShardId,
    pub(crate) shared: Arc<Shared>,
    seat: &'static Seat,
    me: Weak<Self>,
    pub(crate) table: Table,
    outbox: Outbox,
    inbound: RefCell<Inbound>,
    /// Whether every record travels as a completion, or is announced by one.
    rings_for_all: bool,
    /// What was taken from the injector and not looked at yet.
    inbox: RefCell<VecDeque<Parcel>>,
    replies: ReplySlots,
    leases: Leases,
    waits: Waits,
    events: Events,
    alarms: RefCell<Alarms>,
    /// The actor whose future is being polled.
    handler: Cell<Option<Address>>,
    /// Records, messages and polls since the shard last looked at the clock.
    work: Cell<u32>,
    /// Nothing is started or spawned any more.
    stopping: Cell<bool>,
    /// The other shards know that this one's actors have stopped.
    stopped: Cell<bool>,
    backend: Backend,
}

impl Core {
    /// Makes the shard, on its own thread.
    pub(crate) fn new(id: ShardId, shared: Arc<Shared>, backend: Backend) -> Rc<Self> {
        let seat = shared.seats[usize::from(id)];
        let events = shared.events[usize::from(id)];
        let page = events
            .page()
            .expect("the builder opened the slot of the event queue");
        seat.hang_bell(backend.bell());
        Rc::new_cyclic(|me| Self {
            id,
            seat,
            me: me.clone(),
            table: Table::new(seat.book()),
            outbox: Outbox::new(&shared.seats, &shared.settings),
            inbound: RefCell::default(),
            rings_for_all: backend.ring().is_some() && shared.settings.carry == Carry::Completion,
            inbox: RefCell::default(),
            replies: ReplySlots::new(seat.reply_generation()),
            leases: Leases::new(),
            waits: Waits::default(),
            events: Events::new(page.word(events.place())),
            alarms: RefCell::default(),
            handler: Cell::new(None),
            work: Cell::new(0),
            stopping: Cell::new(false),
            stopped: Cell::new(false),
            backend,
            shared,
        })
    }

    /// The shard, to be held.
    pub(crate) fn hold(&self) -> Rc<Self> {
        self.me
            .upgrade()
            .expect("a core that runs code is held by its thread")
    }

    pub(crate) fn seat(&self) -> &'static Seat {
        self.seat
    }

    pub(crate) fn counters(&self) -> &ShardCounters {
        &self.shared.counters[usize::from(self.id)]
    }

    /// The actor in whose handler the calling code runs, if it runs in one.
    pub(crate) fn handler(&self) -> Option<Address> {
        self.handler.get()
    }

    /// Whether nothing is started or spawned any more.
    pub(crate) fn is_stopping(&self) -> bool {
        self.stopping.get()
    }

    /// Wakes somebody when the time has come.
    pub(crate) fn add_alarm(&self, alarm: &Arc<Alarm>) {
        self.alarms.borrow_mut().add(alarm);
    }

    /// Runs the shard until its runtime ends.
    pub(crate) fn run(self: Rc<Self>) {
        loop {
            let worked = self.turn();
            let phase = self.shared.closing.phase();
            if phase != Phase::Running && self.close_down(phase) {
                return;
            }
            if !worked {
                self.idle(phase);
            }
        }
    }

    /// One turn. `false` if there was nothing to do.
    fn turn(self: &Rc<Self>) -> bool {
        let _on_shard = OnShard::enter(self);
        let read = self.read();
        self.count_work(read as u32);
        let ran = self.run_ready();
        self.leases.settle_unused();
        self.outbox.flush(self);
        read + ran > 0
    }

    /// Reads what has come, by whatever way. Returns how much.
    fn read(&self) -> usize {
        self.collect_injected();
        if let Some(ring) = self.backend.ring() {
            ring.reap();
        }
        self.read_lanes() + self.read_ring() + self.read_inbox()
    }

    /// Whatever depends on the time, for a shard that is idle.
    fn tick(self: &Rc<Self>, now: Instant, phase: Phase) {
        let _on_shard = OnShard::enter(self);
        self.look_at_clock(now, phase);
        // What wakers sent must not wait for the next turn: the shard may sleep first.
        self.outbox.flush(self);
    }

    /// Counts work; a busy shard looks at the clock so that no timer waits for more than so much of it.
    fn count_work(&self, work: u32) {
        self.work.set(self.work.get() + work);
        if self.work.get() >= WORK_PER_TICK {
            self.work.set(0);
            self.look_at_clock(now(), self.shared.closing.phase());
        }
    }

    /// Whatever depends on the time.
    fn look_at_clock(&self, now: Instant, phase: Phase) {
        self.replies.sweep(now);
        let due = self.alarms.borrow_mut().sweep(now);
        ring(due);
        if phase != Phase::Running {
            self.shared.press_on(now);
        }
    }

    /// Nothing to do: look for work for a while, then sleep.
    fn idle(self: &Rc<Self>, phase: Phase) {
        if self.spin(QUICK_LOOKS) {
            return;
        }
        let start = now();
        let mut time = start;
        loop {
            self.tick(time, phase);
            if time.duration_since(start) >= self.shared.settings.spin {
                break;
            }
            if self.spin(QUICK_LOOKS / 2) || self.shared.closing.phase() != phase {
                return;
            }
            time = now();
        }
        self.park(phase);
    }

    fn spin(&self, looks: u32) -> bool {
        (0..looks).any(|_| {
            std::hint::spin_loop();
            self.has_work()
        })
    }

    fn park(self: &Rc<Self>, phase: Phase) {
        self.leases.settle_all();
        self.seat.parked().announce();
        // Looked at between the announcement and the sleep: see `door::wake`.
        if self.has_work() || self.shared.closing.phase() != phase {
            self.seat.parked().retract();
            return;
        }
        self.counters().parks.add(1);
        self.backend.wait(self.next_alarm(phase));
        // A word that is a completion wakes without a bell.
        let rung = self.seat.parked().retract();
        if rung || self.backend.ring().is_some_and(Ring::has_work) {
            self.counters().bells.add(1);
        }
        self.tick(now(), phase);
    }

    fn next_alarm(&self, phase: Phase) -> Option<Instant> {
        let alarms = earlier(self.replies.next(), self.alarms.borrow().next());
        match phase {
            Phase::Running => alarms,
            _ => earlier(alarms, self.shared.closing.until()),
        }
    }

    #[inline]
    fn has_work(&self) -> bool {
        (!self.rings_for_all && !self.inbound.borrow().is_empty())
            || self.backend.ring().is_some_and(Ring::has_work)
            || self.seat.has_injected()
            || self.table.ready() > 0
            || !self.inbox.borrow().is_empty()
    }

    /// Takes what was injected, to be looked at after the lanes and the ring: whoever has seen a pair arrive and then
    /// injects something finds the pair read, unless so much came before it that it takes several turns.
    fn collect_injected(&self) {
        if self.seat.has_injected() {
            self.inbox.borrow_mut().extend(self.seat.take_injected());
        }
    }

    fn read_inbox(&self) -> usize {
        let mut parcels = self.read_urgent();
        while parcels < READ {
            let Some(parcel) = self.inbox.borrow_mut().pop_front() else {
                break;
            };
            self.open(parcel);
            parcels += 1;
        }
        parcels
    }

    /// Does what must not wait behind messages.
    fn read_urgent(&self) -> usize {
        let done = |job| _ = self.guard(job);
        self.seat.take_urgent().map(done).count()
    }

    fn open(&self, parcel: Parcel) {
        match parcel {
            Parcel::Record(record) => self.deliver(record, None),
            Parcel::Job(job) => _ = self.guard(job),
        }
    }

    /// Takes a record to where it belongs.
    #[inline]
    pub(crate) fn deliver(&self, record: Record, from: Option<ShardId>) {
        let head = record.head();
        match head.kind() {
            Kind::Message => self.deliver_message(record),
            Kind::Reply => self.deliver_reply(record),
            Kind::Event => _ = self.take_event(record, from),
            Kind::Control => self.obey(record),
        }
    }

    /// Puts a pair into the event queue. `false`: the shard has ended, and it is dropped.
    pub(crate) fn take_event(&self, record: Record, from: Option<ShardId>) -> bool {
        let head = record.head();
        let (tag, val) = (head.tag(), head.val);
        self.events.push(Event::RingMsg { from, tag, val })
    }

    /// Puts a message, for which a credit is held, into its mailbox.
    #[inline]
    pub(crate) fn deliver_message(&self, record: Record) {
        let slot = record.head().slot();
        if let Err(record) = self.table.deliver(slot, record) {
            self.table.give_back(slot);
            self.undeliver(record);
        }
    }

    #[inline]
    pub(crate) fn deliver_reply(&self, record: Record) {
        let head = record.head();
        let id: ReplyId = u64::from(head.slot()) << 32 | head.val;
        let reply = match AskError::from_code(head.tag()) {
            None => Ok(record),
            Some(error) => Err(error),
        };
        self.resolve(id, reply);
    }

    fn obey(&self, record: Record) {
        let head = record.head();
        match head.tag() {
            WAKE => self.table.wake(head.slot(), head.val),
            WANT => self.want(record),
            STOP => {
                let entry = self.table.entry(head.slot());
                if entry.is(head.val) {
                    self.close(&entry);
                    // In the mailbox's order: what came before it is handled first.
                    _ = self.table.deliver(head.slot(), record);
                }
            }
            _ => {}
        }
    }
}
