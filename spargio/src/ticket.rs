//! Tickets: that a sent pair has arrived.

use crate::door::lane::Lane;
use crate::door::record::{Head, Kind};
use crate::door::seat::Parcel;
use crate::error::TicketError;
use crate::shard::send::{Credit, Route};
use crate::shard::{Core, current, oneshot};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

/// A future of a sent pair's arrival. Dropping it cancels nothing.
///
/// It resolves when the target has moved the pair into its event queue, or, if a shard sent it on the io_uring backend,
/// when the sender's completion has come: the pair is then in the target's completion queue, which is not yet read.
///
/// ```
/// use spargio::{SendTicket, ShardCtx};
///
/// #[spargio::main(shards = 2)]
/// async fn main(cx: ShardCtx) -> Result<(), Box<dyn std::error::Error>> {
///     let other = cx.remote(1).ok_or("no shard 1")?;
///     // Lanes keep the order: with the last pair, those before it have arrived.
///     let mut last: Option<SendTicket> = None;
///     for n in 0..10 { last = Some(other.send_raw(1, n)?); }
///     last.ok_or("nothing was sent")?.await?;
///     Ok(())
/// }
/// ```
///
/// # Errors
///
/// [`TicketError::Closed`] if the target shard ended first.
pub struct SendTicket(State);

enum State {
    Arrived,
    /// From shard to shard.
    Lane(Wait),
    /// Through the injector.
    Outside(oneshot::Receiver<()>),
}

/// A wait for an event of a lane, which are counted.
struct Wait {
    lane: Arc<Lane>,
    event: u64,
    /// Whether its waker may stand there.
    set: bool,
}

impl SendTicket {
    /// Sends the pair for which a credit was taken.
    pub(crate) fn send(credit: Credit<'_>, tag: u16, val: u64) -> Self {
        let head = Head::new(Kind::Event, tag, credit.slot, val);
        Self(match credit.route {
            Route::Here(core) => {
                core.take_event(head, Some(core.id));
                State::Arrived
            }
            Route::Peer(core, to) => {
                let (lane, event) = core.send_event(to, head);
                let set = false;
                State::Lane(Wait { lane, event, set })
            }
            Route::Outside(seat) => {
                let (sender, receiver) = oneshot::channel();
                let runtime = seat.tenant().map(|tenant| tenant.id);
                let job = Box::new(move || {
                    // Not by a shard of another runtime that has rented the seat since.
                    let take = |core: Option<&Core>| {
                        let core = core.filter(|core| runtime == Some(core.shared.id))?;
                        core.take_event(head, None).then_some(())
                    };
                    if current::with(take).is_some() {
                        // Refused if nobody waits.
                        _ = sender.send(());
                    }
                });
                // A shard that has ended drops the sender, which the ticket sees.
                _ = seat.inject(Parcel::Job(job));
                State::Outside(receiver)
            }
        })
    }
}

impl Wait {
    /// Whether the event has arrived; `None` if the target ended first.
    fn poll(&mut self, task: &Context<'_>) -> Option<bool> {
        let arrivals = &self.lane.arrivals;
        let moved = arrivals.has_moved(self.event);
        if moved != Some(false) {
            return moved;
        }
        self.set = true;
        arrivals.await_event(self.event, task.waker());
        // Looked at again, after the announcement: see `door::wake`.
        arrivals.has_moved(self.event)
    }
}

impl Drop for Wait {
    fn drop(&mut self) {
        if self.set {
            self.lane.arrivals.forget(self.event);
        }
    }
}

impl Future for SendTicket {
    type Output = Result<(), TicketError>;

    fn poll(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<Self::Output> {
        let arrived = match &mut self.0 {
            State::Arrived => Some(true),
            State::Lane(wait) => wait.poll(task),
            State::Outside(receiver) => match Pin::new(receiver).poll(task) {
                Poll::Ready(arrived) => arrived.is_ok().then_some(true),
                Poll::Pending => Some(false),
            },
        };
        match arrived {
            Some(true) => {
                self.0 = State::Arrived;
                Poll::Ready(Ok(()))
            }
            Some(false) => Poll::Pending,
            None => Poll::Ready(Err(TicketError::Closed)),
        }
    }
}

impl std::fmt::Debug for SendTicket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SendTicket(..)")
    }
}
