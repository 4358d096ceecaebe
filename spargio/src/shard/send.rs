//! How a send finds its way: the calling thread decides, never the asker's type. On the actor's own shard a message
//! goes straight into the mailbox, from another shard of the runtime through the lane between them, from anywhere else
//! through the injector.

use super::outbox::Stream;
use super::waits::{Waiting, want_record};
use super::{Core, STOP, current};
use crate::ShardId;
use crate::door::record::{Head, Kind, Record};
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
            Self::Peer(core, to) => core.post(to, record),
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

impl Credit<'_> {
    /// Sends the message for which the credit was taken.
    #[inline]
    pub(crate) fn spend(self, record: Record) {
        match self.route {
            Route::Here(core) => {
                core.counters().accepted.add(1);
                core.deliver_message(record);
            }
            Route::Peer(core, to) => core.send_message(to, record),
            Route::Outside(seat) => {
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

/// Takes a credit for a message from the calling thread to an actor, or for an event to a shard's event queue.
#[inline]
pub(crate) fn credit(
    core: Option<&Core>,
    to: Address,
    stream: Stream,
) -> Result<Credit<'_>, Refused> {
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

#[inline]
fn claim(
    route: Route<'_>,
    to: Address,
    page: &'static Page,
    stream: Stream,
) -> Result<(), Refused> {
    match route {
        Route::Here(core) => core.claim(to, page),
        Route::Peer(core, shard) => {
            if !core.has_room(shard, stream)
                && page.word(to.place()).is_alive(to.generation().get())
            {
                return Err(Refused::Full);
            }
            core.claim(to, page)
        }
        Route::Outside(seat) => {
            let (word, generation) = (page.word(to.place()), to.generation().get());
            // Dead wins over Closed.
            if seat.is_closed_outside() && word.is_alive(generation) {
                return Err(Refused::Closed);
            }
            match word.take(generation) {
                Err(Refusal::Full) => Ok(page.take_begun(to.place(), generation)?),
                taken => Ok(taken?),
            }
        }
    }
}

impl Core {
    #[inline]
    fn claim(&self, to: Address, page: &'static Page) -> Result<(), Refused> {
        if self.waits.has(to) && page.word(to.place()).is_alive(to.generation().get()) {
            return Err(Refused::Full);
        }
        match self.leases.take(to, page) {
            Err(Refusal::Full) => Ok(page.take_begun(to.place(), to.generation().get())?),
            taken => Ok(taken?),
        }
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
            core.waits.add(to, waiting.clone());
        }
        route.post(want_record(page.local(to.place()), to, waiting));
    });
}
