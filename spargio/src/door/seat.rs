//! Seats: what a thread needs to know of a shard that it does not share a runtime with.
//!
//! A seat holds a shard's injector, its bell and its slots. Seats are never freed, so that a handle, which may be
//! older than the runtime it came from, can always be followed; runtimes rent them, the seat number `i` always to a
//! shard `i`, and leave them when all their shards have ended.

use super::backend::Bell;
use super::injector::{Injector, Taken};
use super::record::Record;
use super::shared::Shared;
use super::slots::{Page, SlotBook};
use super::wake::{Parked, Published, published};
use crate::ShardId;
use crossbeam_utils::CachePadded;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, Weak};

/// Why a lock of this room is never poisoned.
pub(crate) const UNPOISONED: &str = "no code that can panic runs under this lock";

/// What is put into an injector.
pub(crate) enum Parcel {
    /// A record from a thread that is no shard of the runtime.
    Record(Record),
    /// Something to be done on the shard.
    Job(Job),
}

/// Something to be done on a shard. Dropped undone if the shard has ended.
pub(crate) type Job = Box<dyn FnOnce() + Send>;

pub(crate) struct Seat {
    pub(crate) shard: ShardId,
    parked: CachePadded<Parked>,
    injector: CachePadded<Injector<Parcel>>,
    /// For words between shards that must not wait behind messages: few, and all are heard in the next turn.
    urgent: Injector<Job>,
    bell: Mutex<Option<Bell>>,
    tenant: Mutex<Weak<Shared>>,
    /// Whether messages from outside the runtime's shards are refused.
    closed_outside: AtomicBool,
    pub(crate) outside: Outside,
    /// The last generation of a reply slot, over all tenants: a late reply to a former one finds no slot of its own.
    reply_generation: AtomicU32,
    /// All pages of the seat, for whoever takes statistics.
    pub(crate) pages: Mutex<Vec<&'static Page>>,
    /// The owner's side of the slots, while nobody rents the seat.
    book: Mutex<Option<SlotBook>>,
}

/// What any thread counts.
#[derive(Default)]
pub(crate) struct Outside {
    /// Messages accepted from outside the tenant's shards.
    accepted: AtomicU64,
    /// Sends refused for want of room, by whomever.
    full: AtomicU64,
}

/// Seats that nobody rents, by their number.
static VACANT: Mutex<Vec<Vec<&'static Seat>>> = Mutex::new(Vec::new());

impl Outside {
    // Relaxed, all three: statistics. An acceptance is published by the push that follows it.

    pub(crate) fn count_accepted(&self) {
        self.accepted.fetch_add(1, Ordering::Relaxed);
    }

    #[cold]
    pub(crate) fn count_full(&self) {
        self.full.fetch_add(1, Ordering::Relaxed);
    }

    /// Accepted from outside, and refused for want of room.
    pub(crate) fn counts(&self) -> [u64; 2] {
        [&self.accepted, &self.full].map(|count| count.load(Ordering::Relaxed))
    }
}

impl Seat {
    /// A seat for a shard of this number, for as long as the caller needs it.
    pub(crate) fn rent(shard: ShardId) -> &'static Self {
        let vacant = VACANT
            .lock()
            .expect(UNPOISONED)
            .get_mut(usize::from(shard))
            .and_then(Vec::pop);
        vacant.unwrap_or_else(|| {
            let seat: &'static Self = Box::leak(Box::new(Self::new(shard)));
            *seat.book.lock().expect(UNPOISONED) = Some(SlotBook::new(seat));
            seat
        })
    }

    fn new(shard: ShardId) -> Self {
        Self {
            shard,
            parked: CachePadded::new(Parked::new()),
            injector: CachePadded::new(Injector::new()),
            urgent: Injector::new(),
            bell: Mutex::new(None),
            tenant: Mutex::new(Weak::new()),
            closed_outside: AtomicBool::new(true),
            outside: Outside::default(),
            reply_generation: AtomicU32::new(0),
            pages: Mutex::new(Vec::new()),
            book: Mutex::new(None),
        }
    }

    /// Moves the tenant in: messages are taken from now on.
    pub(crate) fn open(&self, tenant: &Arc<Shared>) {
        *self.tenant.lock().expect(UNPOISONED) = Arc::downgrade(tenant);
        for count in [&self.outside.accepted, &self.outside.full] {
            // Relaxed: no slot of the tenant is known to anybody yet.
            count.store(0, Ordering::Relaxed);
        }
        self.parked.retract();
        self.injector.open();
        self.urgent.open();
        // Relaxed: as above.
        self.closed_outside.store(false, Ordering::Relaxed);
    }

    /// Gives the seat back to be rented again. Its injector is closed by then.
    pub(crate) fn leave(&'static self) {
        *self.tenant.lock().expect(UNPOISONED) = Weak::new();
        *self.bell.lock().expect(UNPOISONED) = None;
        let mut vacant = VACANT.lock().expect(UNPOISONED);
        let number = usize::from(self.shard);
        if vacant.len() <= number {
            vacant.resize_with(number + 1, Vec::new);
        }
        vacant[number].push(self);
    }

    /// For the owner: the last generation of its reply slots, or of a former tenant's.
    pub(crate) fn reply_generation(&self) -> u32 {
        // Relaxed: the former tenant's thread ended before the seat was rented again.
        self.reply_generation.load(Ordering::Relaxed)
    }

    pub(crate) fn keep_reply_generation(&self, generation: u32) {
        // Relaxed: see `reply_generation`.
        self.reply_generation.store(generation, Ordering::Relaxed);
    }

    /// The seat's slots, to be owned by the tenant's shard.
    pub(crate) fn book(&self) -> SlotBook {
        self.book
            .lock()
            .expect(UNPOISONED)
            .take()
            .expect("a seat has one tenant at a time")
    }

    /// The tenant's shard has ended and leaves the slots to the next tenant.
    pub(crate) fn return_book(&self, mut book: SlotBook) {
        book.give_up_limbo();
        *self.book.lock().expect(UNPOISONED) = Some(book);
    }

    pub(crate) fn tenant(&self) -> Option<Arc<Shared>> {
        self.tenant.lock().expect(UNPOISONED).upgrade()
    }

    /// From now on messages from outside are refused.
    pub(crate) fn close_outside(&self) {
        // Relaxed: a sender that does not see it yet is accepted, and served by the drain.
        self.closed_outside.store(true, Ordering::Relaxed);
    }

    #[inline]
    pub(crate) fn is_closed_outside(&self) -> bool {
        // Relaxed: see `close_outside`.
        self.closed_outside.load(Ordering::Relaxed)
    }

    /// How the shard's thread is woken, set by that thread before it first parks.
    pub(crate) fn hang_bell(&self, bell: Bell) {
        *self.bell.lock().expect(UNPOISONED) = Some(bell);
    }

    /// Gives the shard something from any thread and wakes it, or gives it back if the shard has ended.
    pub(crate) fn inject(&self, parcel: Parcel) -> Result<(), Parcel> {
        self.injector.push(parcel)?;
        self.wake(published());
        Ok(())
    }

    /// The same for a word that must not wait behind messages. It is dropped if the shard has ended.
    pub(crate) fn urge(&self, job: Job) {
        if self.urgent.push(job).is_ok() {
            self.wake(published());
        }
    }

    /// Whether the shard sleeps, and it is the caller who must wake it.
    #[inline]
    pub(crate) fn claim(&self, published: Published) -> bool {
        self.parked.claim(published)
    }

    /// Wakes the shard if it sleeps. The lock is taken by one thread for each park, and held for one system call.
    #[inline]
    pub(crate) fn wake(&self, published: Published) {
        if self.claim(published) {
            self.ring();
        }
    }

    #[cold]
    fn ring(&self) {
        if let Some(bell) = &*self.bell.lock().expect(UNPOISONED) {
            bell.ring();
        }
    }

    /// For the owner: what was injected, the oldest first.
    pub(crate) fn take_injected(&self) -> Taken<Parcel> {
        self.injector.take()
    }

    /// For the owner: the urgent words, the oldest first.
    pub(crate) fn take_urgent(&self) -> Taken<Job> {
        self.urgent.take()
    }

    #[inline]
    pub(crate) fn has_injected(&self) -> bool {
        !self.injector.is_empty() || !self.urgent.is_empty()
    }

    /// For the owner, at its end: what is left; the rest is refused.
    pub(crate) fn close_injector(&self) -> Taken<Parcel> {
        drop(self.urgent.close());
        self.injector.close()
    }

    /// For the owner: the flag that it announces its sleep with.
    pub(crate) fn parked(&self) -> &Parked {
        &self.parked
    }
}
