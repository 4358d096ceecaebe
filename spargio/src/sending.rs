//! Sends that wait for room, on their sender's side.

use crate::ask::wait_for;
use crate::door::clock::now;
use crate::door::record::ToRecord;
use crate::door::shared::Shared;
use crate::door::slots::Address;
use crate::error::SendError;
use crate::handle::try_send;
use crate::message::{Encoder, NoReply, RingMsg};
use crate::shard::current;
use crate::shard::send::{Refused, wait_for_room};
use crate::shard::timer::{Timer, Waited};
use crate::shard::waits::Wait;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;

/// The future of [`Handle::send`](crate::Handle::send).
///
/// ```
/// use spargio::{Cx, Handle, RingMsg, ShardCtx, shard_actor};
///
/// #[derive(RingMsg)]
/// enum SinkMsg { Put { item: String }, #[ring(reply = usize)] Len }
///
/// #[shard_actor(msg = SinkMsg, mailbox = 1)]
/// #[derive(Default)]
/// struct Sink { items: Vec<String> }
///
/// # impl SinkBehavior for Sink {
/// #     async fn put(&mut self, _: &Cx<Self>, item: String) { self.items.push(item); }
/// #     async fn len(&mut self, _: &Cx<Self>) -> usize { self.items.len() }
/// # }
/// #
/// #[spargio::main(shards = 1)]
/// async fn main(cx: ShardCtx) -> Result<(), Box<dyn std::error::Error>> {
///     let sink: SinkHandle = cx.start(Sink::default())?;
///     for n in 0..10 {
///         // There is room for one: each waits until the one before it is begun.
///         sink.send(SinkMsg::Put { item: format!("item {n}") }).await?;
///     }
///     Ok(())
/// }
/// ```
#[must_use = "nothing is sent before it is awaited"]
pub struct Sending<M> {
    to: Address,
    /// Whether it waits no longer than the runtime has it.
    limited: bool,
    state: SendState<M>,
}

enum SendState<M> {
    New(M),
    Waiting {
        wait: Arc<Wait<M>>,
        until: Option<Instant>,
        shared: Arc<Shared>,
        timer: Option<Timer>,
    },
    Over,
}

impl<M> Sending<M> {
    pub(crate) fn new(to: Address, message: M) -> Self {
        Self {
            to,
            limited: true,
            state: SendState::New(message),
        }
    }

    /// Waits for room for as long as the actor lives.
    pub(crate) fn without_limit(mut self) -> Self {
        self.limited = false;
        self
    }
}

// Nothing in it is ever pinned: the message is moved out whole.
impl<M> Unpin for Sending<M> {}

impl<M: RingMsg + Send> Future for Sending<M> {
    type Output = Result<(), SendError<M>>;

    fn poll(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        if let Some(message) = this.state.take_new() {
            match try_send(this.to, message) {
                Ok(()) => return Poll::Ready(Ok(())),
                Err((refused, message)) => {
                    match begin_waiting(this.to, this.limited, refused, message) {
                        Ok(waiting) => this.state = waiting,
                        Err(error) => return Poll::Ready(Err(error)),
                    }
                }
            }
        }
        let polled = this.state.poll(task);
        if polled.is_ready() {
            this.state = SendState::Over;
        }
        polled
    }
}

/// Queues a refused message for room, if waiting for it makes sense.
fn begin_waiting<M: RingMsg + Send>(
    to: Address,
    limited: bool,
    refused: Refused,
    message: M,
) -> Result<SendState<M>, SendError<M>> {
    let inside = current::with(|core| core.is_some_and(|core| core.handler() == Some(to)));
    if refused != Refused::Full || inside {
        return Err(refused.with(message));
    }
    let Some(shared) = to.page().and_then(|page| page.seat.tenant()) else {
        return Err(SendError::Dead(message));
    };
    let limit = limited.then_some(shared.settings.ask_timeout);
    let until = limit.and_then(|limit| now().checked_add(limit));
    let encode = |message: M, slot| message.__encode(Encoder::new(slot, NoReply, ToRecord));
    let wait = Wait::new(message, encode);
    wait_for_room(to, wait.clone());
    Ok(SendState::Waiting {
        wait,
        until,
        shared,
        timer: None,
    })
}

impl<M: RingMsg + Send> SendState<M> {
    fn take_new(&mut self) -> Option<M> {
        match std::mem::replace(self, Self::Over) {
            Self::New(message) => Some(message),
            other => {
                *self = other;
                None
            }
        }
    }

    fn poll(&mut self, task: &Context<'_>) -> Poll<Result<(), SendError<M>>> {
        let Self::Waiting {
            wait,
            until,
            shared,
            timer,
        } = self
        else {
            return Poll::Pending;
        };
        if let Poll::Ready(result) = wait.poll(task.waker()) {
            return Poll::Ready(result);
        }
        let give_back: fn(M) -> SendError<M> = match wait_for(timer, shared, *until, task) {
            Poll::Pending => return Poll::Pending,
            Poll::Ready(Waited::Enough) => SendError::Full,
            Poll::Ready(Waited::Ended) => SendError::Closed,
        };
        match wait.give_up() {
            Some(message) => Poll::Ready(Err(give_back(message))),
            // It was taken in this very moment.
            None => wait.poll(task.waker()),
        }
    }
}

impl<M> Drop for Sending<M> {
    fn drop(&mut self) {
        if let SendState::Waiting { wait, .. } = &self.state {
            wait.abandon();
        }
    }
}
