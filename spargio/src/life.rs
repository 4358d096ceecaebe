//! An actor's life: how it is started, the future that it runs in, and who is told of its start.

use crate::actor::{Actor, Cx, Dispatch};
use crate::ctx::ShardCtx;
use crate::door::word::MOST_CREDITS;
use crate::error::StartError;
use crate::handle::{Handle, HandleOf};
use crate::shard::current::guarded;
use crate::shard::{Core, oneshot};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll};

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
    let mut started = Started(started.unwrap_or_else(oneshot::Sender::to_nobody));
    if core.is_stopping() {
        return Err(StartError::Closed);
    }
    let capacity = A::MAILBOX.map_or(core.shared.settings.mailbox, |mailbox| {
        mailbox.clamp(1, MOST_CREDITS) as u32
    });
    let opened = core.table.open(capacity, Some(A::LABEL));
    let Some((entry, address)) = opened else {
        started.tell(Err(StartError::NoSlots));
        return Err(StartError::NoSlots);
    };
    let local = entry.get().local();
    let cx = Cx::new(ShardCtx { core: core.clone() }, entry);
    let future = Box::pin(live(actor, cx, started));
    core.table.install(local, future);
    Ok(HandleOf::<A>::__from_address(address))
}

/// An actor's life. The actor stays where the future is made: what an `async fn` is given takes its place twice.
fn live<A: Actor>(
    actor: A,
    cx: Cx<A>,
    mut started: Started<HandleOf<A>>,
) -> impl Future<Output = ()> {
    let mut guarded = Guarded(Some(actor));
    async move {
        let Some(actor) = &mut guarded.0 else {
            return;
        };
        let lives = {
            let user = pin!(A::Msg::__started(actor, &cx));
            UnlessKilled { cx: &cx, user }.await
        };
        if !lives {
            return;
        }
        started.tell(Ok(cx.handle()));
        while let Some(tag) = NextTag(&cx).await {
            {
                let user = pin!(A::Msg::__dispatch(actor, &cx, tag));
                _ = UnlessKilled { cx: &cx, user }.await;
            }
            cx.shard.core.left(&cx.entry.get());
        }
        cx.shard.core.close(cx.entry.get());
        A::Msg::__stopped(actor, &cx).await;
    }
}

/// What an actor does next: the tag of its next message, or `None` if it stops.
struct NextTag<'a, A>(&'a Cx<A>);

impl<A> Future for NextTag<'_, A> {
    type Output = Option<u16>;

    #[inline(always)]
    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<u16>> {
        let Cx { shard, entry, .. } = self.0;
        shard.core.next(entry.get())
    }
}

/// User code of an actor, which runs no longer when the runtime does not wait for it. `false`: it did not end.
struct UnlessKilled<'a, A, F> {
    cx: &'a Cx<A>,
    user: Pin<&'a mut F>,
}

impl<A, F: Future<Output = ()>> Future for UnlessKilled<'_, A, F> {
    type Output = bool;

    #[inline(always)]
    fn poll(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<bool> {
        if self.cx.entry.get().is_killed() {
            return Poll::Ready(false);
        }
        self.user.as_mut().poll(task).map(|()| true)
    }
}

/// Tells whoever started the actor what came of it; in the end also without being asked to.
struct Started<H>(oneshot::Sender<Result<H, StartError>>);

impl<H> Started<H> {
    fn tell(&mut self, result: Result<H, StartError>) {
        let sender = std::mem::replace(&mut self.0, oneshot::Sender::to_nobody());
        // Nobody waits if the start was dropped: the actor lives all the same.
        _ = sender.send(result);
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
struct Guarded<A>(Option<A>);

impl<A> Drop for Guarded<A> {
    fn drop(&mut self) {
        let actor = self.0.take();
        guarded(|| drop(actor));
    }
}
