//! Actors: what an actor is, what its methods are given, and the future that an actor runs in.

use crate::ctx::ShardCtx;
use crate::door::record::Record;
use crate::door::slots::Address;
use crate::door::word::MOST_CREDITS;
use crate::error::StartError;
use crate::handle::{Handle, HandleOf};
use crate::join::JoinHandle;
use crate::message::{RingMsg, open_ask, open_tell};
use crate::payload::Payload;
use crate::reply::Reply;
use crate::shard::Core;
use crate::shard::table::EntryRef;
use futures_channel::oneshot;
use std::future::poll_fn;
use std::pin::pin;
use std::rc::Rc;
use std::task::Poll;

/// A struct whose state lives on one shard and that handles the messages of one protocol.
///
/// Implemented by [`#[shard_actor]`](macro@crate::shard_actor), never by hand.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an actor",
    label = "not an actor",
    note = "annotate the struct with `#[shard_actor(msg = ..)]`"
)]
pub trait Actor: Sized {
    /// The messages that it handles.
    type Msg: Dispatch<Self>;

    /// Its name in statistics.
    const NAME: &'static str;

    /// How many messages its mailbox holds; `None` for the builder's `mailbox`.
    const MAILBOX: Option<usize> = None;
}

/// Calls an actor's method for a message. `#[derive(RingMsg)]` implements it for every type with the protocol's
/// behavior.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a protocol",
    label = "not a message enum",
    note = "put `#[derive(RingMsg)]` on the enum of messages"
)]
#[expect(
    async_fn_in_trait,
    reason = "handlers run on one shard and need not be Send"
)]
pub trait Dispatch<A>: RingMsg {
    async fn __dispatch(actor: &mut A, cx: &Cx<A>, incoming: Incoming<'_>);
    async fn __started(actor: &mut A, cx: &Cx<A>);
    async fn __stopped(actor: &mut A, cx: &Cx<A>);
}

/// A message that has come to its actor and is about to be opened.
#[doc(hidden)]
pub struct Incoming<'a> {
    core: &'a Core,
    entry: &'a EntryRef,
}

impl Incoming<'_> {
    /// The message's tag.
    #[doc(hidden)]
    #[inline]
    pub fn tag(&self) -> u16 {
        self.entry.next_tag()
    }

    /// Opens a tell. `inline` unpacks the fields where they travel in the val, and is `Some` exactly then.
    #[doc(hidden)]
    #[inline]
    pub fn tell<F: Payload>(self, inline: Option<fn(u64) -> Option<F>>) -> Option<F> {
        self.open(|record| open_tell(record, inline))
    }

    /// Opens an ask.
    #[doc(hidden)]
    #[inline]
    pub fn ask<T: Payload, F: Payload>(
        self,
        inline: Option<fn(u64) -> Option<F>>,
    ) -> Option<(Reply<T>, F)> {
        let (core, entry) = (self.core, self.entry);
        let seats = &core.shared.seats;
        let opened = self.open(|record| {
            let asker = seats[usize::from(record.head().source())];
            open_ask(record, asker, inline)
        });
        // So that who has the reply finds the room that it left.
        core.return_credits(entry);
        opened
    }

    /// Counts and drops a message that no variant of the protocol is.
    #[doc(hidden)]
    pub fn refuse(self) {
        if let Some(record) = self.core.take_message(self.entry) {
            self.core.undeliver(record);
        }
    }

    /// Opens the message: it is handled if it is what its tag says, else undelivered.
    #[inline]
    fn open<R>(self, open: impl FnOnce(Record) -> Option<R>) -> Option<R> {
        let record = self.core.take_message(self.entry)?;
        let opened = open(record);
        match &opened {
            Some(_) => self.core.entered(self.entry),
            None => self.core.counters().undelivered.add(1),
        }
        opened
    }
}

/// What an actor's methods are given: itself, its shard, and what it may start.
///
/// It stays on its shard: it is neither `Send` nor `Clone`.
pub struct Cx<A> {
    shard: ShardCtx,
    entry: EntryRef,
    address: Address,
    actor: std::marker::PhantomData<fn(&A)>,
}

impl<A: Actor> Cx<A> {
    /// The actor's own handle.
    pub fn handle(&self) -> HandleOf<A> {
        HandleOf::<A>::__from_address(self.address)
    }

    /// The actor's shard.
    pub fn shard(&self) -> &ShardCtx {
        &self.shard
    }

    /// Starts another actor on this shard. It is not linked to this one: it goes on when this one stops.
    ///
    /// # Errors
    ///
    /// As [`ShardCtx::start`].
    pub fn start<B: Actor + 'static>(&self, actor: B) -> Result<HandleOf<B>, StartError> {
        self.shard.start(actor)
    }

    /// Spawns a task on this shard that ends with this actor. The task does not hold the actor: it may ask through
    /// [`ShardCtx`] and tell the actor what came of it.
    pub fn spawn_local<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        let (handle, task) = self.shard.spawn(future);
        if let Some(task) = task {
            self.shard.core.adopt(&self.entry, task);
        }
        handle
    }

    /// Stops the actor after the present handler: no more messages are accepted from now on, what is in the mailbox is
    /// undelivered, and `stopped` runs.
    pub fn stop(&self) {
        self.shard.core.stop_after_this(&self.entry);
    }
}

impl<A> std::fmt::Debug for Cx<A> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Cx({:?})", self.address)
    }
}

/// How an actor's name is kept for the whole process.
trait Named: Actor {
    const LABEL: &'static &'static str = &Self::NAME;
}

impl<A: Actor> Named for A {}

/// Starts an actor on this shard. `started` is told when its `started` hook has ended.
pub(crate) fn start<A: Actor + 'static>(
    core: &Rc<Core>,
    actor: A,
    started: Option<oneshot::Sender<Result<HandleOf<A>, StartError>>>,
) -> Result<HandleOf<A>, StartError> {
    let mut started = Started(started);
    if core.is_stopping() {
        return Err(StartError::Closed);
    }
    let capacity = A::MAILBOX.map_or(core.shared.settings.mailbox, |mailbox| {
        mailbox.clamp(1, MOST_CREDITS) as u32
    });
    let opened = core.table.open(capacity, Some(A::LABEL));
    let Some((entry, address)) = opened.and_then(|entry| Some((entry.clone(), entry.address()?)))
    else {
        started.tell(Err(StartError::NoSlots));
        return Err(StartError::NoSlots);
    };
    let cx = Cx {
        shard: ShardCtx { core: core.clone() },
        entry: entry.clone(),
        address,
        actor: std::marker::PhantomData,
    };
    core.table
        .install(&entry, Box::pin(live(actor, cx, started)));
    Ok(HandleOf::<A>::__from_address(address))
}

/// An actor's life.
async fn live<A: Actor>(actor: A, cx: Cx<A>, mut started: Started<HandleOf<A>>) {
    let mut guarded = Guarded {
        actor: Some(actor),
        core: cx.shard.core.clone(),
    };
    let Some(actor) = &mut guarded.actor else {
        return;
    };
    if !unless_killed(&cx, A::Msg::__started(actor, &cx)).await {
        return;
    }
    started.tell(Ok(cx.handle()));
    while poll_fn(|_| cx.shard.core.next(&cx.entry)).await {
        let incoming = Incoming {
            core: &cx.shard.core,
            entry: &cx.entry,
        };
        _ = unless_killed(&cx, A::Msg::__dispatch(actor, &cx, incoming)).await;
        cx.shard.core.left(&cx.entry);
    }
    cx.shard.core.close(&cx.entry);
    A::Msg::__stopped(actor, &cx).await;
}

/// Runs user code of an actor, and drops it where it stands when the runtime no longer waits for it. `false`: it did.
async fn unless_killed<A>(cx: &Cx<A>, user: impl Future<Output = ()>) -> bool {
    let mut user = pin!(user);
    poll_fn(|task| match cx.entry.is_killed() {
        true => Poll::Ready(false),
        false => user.as_mut().poll(task).map(|()| true),
    })
    .await
}

/// Tells whoever started the actor what came of it; in the end also without being asked to.
struct Started<H>(Option<oneshot::Sender<Result<H, StartError>>>);

impl<H> Started<H> {
    fn tell(&mut self, result: Result<H, StartError>) {
        if let Some(sender) = self.0.take() {
            // Nobody waits if the start was dropped: the actor lives all the same.
            _ = sender.send(result);
        }
    }
}

impl<H> Drop for Started<H> {
    fn drop(&mut self) {
        let panicking = std::thread::panicking();
        self.tell(Err(if panicking {
            StartError::Panicked
        } else {
            StartError::Closed
        }));
    }
}

/// Keeps a panic of the actor's own `Drop` from meeting the panic of a handler, which would abort the process.
struct Guarded<A> {
    actor: Option<A>,
    core: Rc<Core>,
}

impl<A> Drop for Guarded<A> {
    fn drop(&mut self) {
        let actor = self.actor.take();
        _ = self.core.guard(|| drop(actor));
    }
}
