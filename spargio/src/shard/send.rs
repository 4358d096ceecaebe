//! How a send finds its way: the calling thread decides, never the asker's type. On the actor's own shard a message
//! goes straight into the mailbox, from another shard of the runtime through the lane between them, from anywhere else
//! through the injector.

use super::deliver::STOP;
use super::outbox::Stream;
use super::waits::{Waiting, want_record};
use super::{Core, current};
use crate::ShardId;
use crate::door::queue::Queue;
use crate::door::record::{Cargo, Head, Kind, Record, Sink, ToRecord};
use crate::door::seat::{Parcel, Seat};
use crate::door::slots::{Address, Page};
use crate::door::word::Refusal;
use crate::error::{AskError, SendError};
use std::ptr;
use std::sync::Arc;

/// Why a message is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    Full,
    Dead,
    Closed,
}

impl Refused {
    pub(crate) fn with<M>(self, message: M) -> SendError<M> {
        match self {
            Self::Full => SendError::Full(message),
            Self::Dead => SendError::Dead(message),
            Self::Closed => SendError::Closed(message),
        }
    }
}

impl From<Refused> for AskError {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Full => Self::Full,
            Refused::Dead => Self::Dead,
            Refused::Closed => Self::Closed,
        }
    }
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Full => Self::Full,
            Refusal::Dead => Self::Dead,
        }
    }
}

/// The way from the calling thread to a seat.
#[derive(Clone, Copy)]
pub(crate) enum Route<'a> {
    /// The calling thread is the shard itself.
    Here(&'a Core),
    /// It is another shard of the same runtime.
    Peer(&'a Core, ShardId),
    /// It is no shard of that runtime.
    Outside(&'static Seat),
}

impl<'a> Route<'a> {
    #[inline]
    pub(crate) fn to(seat: &'static Seat, core: Option<&'a Core>) -> Self {
        match core {
            Some(core) if ptr::eq(core.seat, seat) => Self::Here(core),
            Some(core) if core.outbox.knows(seat) => Self::Peer(core, seat.shard),
            _ => Self::Outside(seat),
        }
    }

    /// Sends what needs no credit: behind all that this thread has sent to that shard before.
    pub(crate) fn post(self, record: Record) {
        match self {
            Self::Here(core) => core.deliver(record, Some(core.id)),
            Self::Peer(core, to) => core.post(to, |queue| queue.push(record)),
            // A shard that has ended drops it.
            Self::Outside(seat) => _ = seat.inject(Parcel::Record(record)),
        }
    }
}

/// Room for one message, held: the message will be accepted.
pub(crate) struct Credit<'a> {
    pub(crate) route: Route<'a>,
    /// The actor's slot on its shard.
    pub(crate) slot: u32,
}

/// A message is written where its credit is spent.
impl Sink for Credit<'_> {
    type Out = ();

    #[inline(always)]
    fn plain(self, head: Head) {
        self.spend(|place| place.plain(head));
    }

    #[inline(always)]
    fn asking(self, head: Head, reply: u64) {
        self.spend(|place| place.asking(head, reply));
    }

    #[inline(always)]
    fn body<B: Cargo>(self, head: Head, reply: u64, body: B) {
        self.spend(|place| place.body(head, reply, body));
    }
}

impl Credit<'_> {
    #[inline(always)]
    fn spend(self, write: impl FnOnce(Place<'_>)) {
        match self.route {
            Route::Here(core) => core.accept(self.slot, write),
            Route::Peer(core, to) => core.send_message(to, |queue| write(Place::Queue(queue))),
            Route::Outside(seat) => {
                let record = Place::written(write);
                seat.outside.count_accepted();
                let pushed = seat.inject(Parcel::Record(record));
                debug_assert!(
                    pushed.is_ok(),
                    "a shard ends only when all credits are home"
                );
            }
        }
    }
}

/// Where a message is written: into the queue where it waits, or on its own if it goes another way.
pub(crate) enum Place<'a> {
    Queue(&'a mut Queue),
    Alone(&'a mut Option<Record>),
}

impl Place<'_> {
    /// What is written on its own.
    #[inline]
    pub(super) fn written(write: impl FnOnce(Place<'_>)) -> Record {
        let mut record = None;
        write(Place::Alone(&mut record));
        record.expect("a message is written whole")
    }
}

impl Sink for Place<'_> {
    type Out = ();

    #[inline(always)]
    fn plain(self, head: Head) {
        match self {
            Self::Queue(queue) => queue.plain(head),
            Self::Alone(record) => *record = Some(ToRecord.plain(head)),
        }
    }

    #[inline(always)]
    fn asking(self, head: Head, reply: u64) {
        match self {
            Self::Queue(queue) => queue.asking(head, reply),
            Self::Alone(record) => *record = Some(ToRecord.asking(head, reply)),
        }
    }

    #[inline(always)]
    fn body<B: Cargo>(self, head: Head, reply: u64, body: B) {
        match self {
            Self::Queue(queue) => queue.body(head, reply, body),
            Self::Alone(record) => *record = Some(ToRecord.body(head, reply, body)),
        }
    }
}

/// Takes a credit for a message from the calling thread to an actor, or for an event to a shard's event queue.
#[inline(always)]
pub(crate) fn credit(
    core: Option<&Core>,
    to: Address,
    stream: Stream,
) -> Result<Credit<'_>, Refused> {
    match core.and_then(|core| core.leased(to, stream)) {
        Some(credit) => Ok(credit),
        None => look_up(core, to, stream),
    }
}

/// The same, if there is no lease.
#[inline(never)]
fn look_up(core: Option<&Core>, to: Address, stream: Stream) -> Result<Credit<'_>, Refused> {
    let page = to.page().ok_or(Refused::Dead)?;
    let route = Route::to(page.seat, core);
    claim(route, to, page, stream).inspect_err(|&refused| {
        if refused == Refused::Full {
            page.seat.outside.count_full();
        }
    })?;
    Ok(Credit {
        route,
        slot: page.local(to.place()),
    })
}

fn claim(
    route: Route<'_>,
    to: Address,
    page: &'static Page,
    stream: Stream,
) -> Result<(), Refused> {
    match route {
        Route::Here(core) => core.claim(to, page, core.id),
        Route::Peer(core, shard) => {
            if !core.has_room(shard, stream)
                && page.word(to.place()).is_alive(to.generation().get())
            {
                return Err(Refused::Full);
            }
            core.claim(to, page, shard)
        }
        Route::Outside(seat) => {
            let (word, generation) = (page.word(to.place()), to.generation().get());
            // Dead wins over Closed.
            if seat.is_closed_outside() && word.is_alive(generation) {
                return Err(Refused::Closed);
            }
            Ok(page.take(to.place(), generation)?)
        }
    }
}

impl Core {
    /// A credit of a lease of this shard, if there is one and room on the way.
    #[inline(always)]
    fn leased(&self, to: Address, stream: Stream) -> Option<Credit<'_>> {
        let (lease, way) = self.leases.find(to)?;
        let route = if way.shard == self.id {
            Route::Here(self)
        } else if self.has_room(way.shard, stream) {
            Route::Peer(self, way.shard)
        } else {
            return None;
        };
        lease.take();
        Some(Credit {
            route,
            slot: way.slot,
        })
    }

    fn claim(&self, to: Address, page: &'static Page, shard: ShardId) -> Result<(), Refused> {
        if self.waits.has(to) && page.word(to.place()).is_alive(to.generation().get()) {
            return Err(Refused::Full);
        }
        Ok(self.leases.take(to, page, shard)?)
    }
}

/// Stops an actor: in order with what this thread has sent it before.
pub(crate) fn stop(to: Address) {
    let Some(page) = to.page() else { return };
    let head = Head::new(
        Kind::Control,
        STOP,
        page.local(to.place()),
        u64::from(to.generation().get()),
    );
    current::with(|core| Route::to(page.seat, core).post(Record::inline(head)));
}

/// Has a send wait for room at the actor's shard.
pub(crate) fn wait_for_room(to: Address, waiting: Arc<dyn Waiting>) {
    let Some(page) = to.page() else {
        return waiting.refuse();
    };
    current::with(|core| {
        let route = Route::to(page.seat, core);
        if let Route::Here(core) | Route::Peer(core, _) = route {
            // Others must not go before it.
            core.leases.settle(to);
            core.waits.add(to, waiting.clone());
        }
        route.post(want_record(page.local(to.place()), to, waiting));
    });
}
