//! The shard: one thread's actors, tasks, mailboxes and timers, and the loop that runs them. Everything here belongs to
//! one thread and holds no lock; what comes from other threads comes through the door.

pub(crate) mod current;
mod deliver;
mod end;
pub(crate) mod entry;
pub(crate) mod events;
mod executor;
mod inbound;
pub(crate) mod io;
mod lease;
pub(crate) mod oneshot;
pub(crate) mod outbox;
mod pages;
mod peer;
pub(crate) mod reply_slots;
pub(crate) mod send;
pub(crate) mod table;
pub(crate) mod timer;
mod turn;
pub(crate) mod waits;
pub(crate) mod waker;

use crate::ShardId;
use crate::door::backend::{Backend, Carry};
use crate::door::counters::ShardCounters;
use crate::door::seat::{Parcel, Seat};
use crate::door::shared::Shared;
use crate::door::slots::Address;
use crate::door::timers::Timers;
use crossbeam_utils::CachePadded;
use events::Events;
use inbound::Inbound;
use lease::Leases;
use outbox::Outbox;
use reply_slots::ReplySlots;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::{Rc, Weak};
use std::sync::Arc;
use table::Table;
use waits::Waits;
use waker::Waiter;

/// A shard.
pub(crate) struct Core {
    pub(crate) id: ShardId,
    pub(crate) shared: Arc<Shared>,
    seat: &'static Seat,
    counters: Arc<CachePadded<ShardCounters>>,
    me: Weak<Self>,
    pub(crate) table: Table,
    outbox: Outbox,
    inbound: RefCell<Inbound>,
    /// Whether every record travels as a completion, or is announced by one.
    rings_for_all: bool,
    /// What was taken from the injector and not looked at yet.
    inbox: RefCell<VecDeque<Parcel>>,
    pub(crate) replies: ReplySlots,
    leases: Leases,
    waits: Waits,
    events: Events,
    timers: RefCell<Timers<Waiter>>,
    /// How many more of them may be due in this turn.
    due_left: Cell<usize>,
    /// How many more operations may be done at once in this poll.
    io_left: Cell<u32>,
    /// How many it has had done before it gave way, in the same poll.
    io_spent: Cell<u32>,
    /// Records, messages and polls since the shard last looked at the clock.
    work: Cell<u32>,
    /// How often it has looked.
    ticks: Cell<u32>,
    /// Counts turns.
    turn: Cell<u32>,
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
            counters: shared.counters[usize::from(id)].clone(),
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
            timers: RefCell::default(),
            due_left: Cell::new(timer::MOST_DUE),
            io_left: Cell::new(io::MOST_AT_ONCE),
            io_spent: Cell::new(0),
            work: Cell::new(0),
            ticks: Cell::new(0),
            turn: Cell::new(0),
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

    #[inline]
    pub(crate) fn counters(&self) -> &ShardCounters {
        &self.counters
    }

    /// The actor in whose handler the calling code runs, if it runs in one.
    #[inline]
    pub(crate) fn handler(&self) -> Option<Address> {
        let polled = self.table.polled()?;
        polled.flags.actor.get().then(|| polled.address())?
    }

    /// Whether nothing is started or spawned any more.
    pub(crate) fn is_stopping(&self) -> bool {
        self.stopping.get()
    }
}
