//! The actor that writes the file.

use super::Fsync;
use futures::channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use futures::future::{Either, select};
use futures::{FutureExt, StreamExt};
use spargio::fs::File;
use spargio::time::sleep;
use spargio::{Cx, Reply, RingMsg, shard_actor};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// It was not written, or nobody knows: the reason was said on the standard error output.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NotWritten;

#[derive(RingMsg)]
pub(crate) enum LogMsg {
    /// Appends frames. Answered when they are written and, under `always`, synced.
    #[ring(reply = Result<(), NotWritten>, later)]
    Append(Vec<u8>),
    /// Syncs all that was appended before.
    #[ring(reply = Result<(), NotWritten>, later)]
    Finish,
}

/// Its handlers only pass on: while its task writes and syncs, what comes is gathered, and committed together.
#[shard_actor(msg = LogMsg)]
pub(crate) struct Log {
    orders: UnboundedSender<Order>,
    writer: Option<(Writer, UnboundedReceiver<Order>)>,
}

struct Order {
    frames: Vec<u8>,
    finish: bool,
    reply: Reply<Result<(), NotWritten>>,
}

impl Log {
    pub(crate) fn new(
        file: std::fs::File,
        end: u64,
        fsync: Fsync,
        broken: Arc<AtomicBool>,
    ) -> Self {
        let (sender, receiver) = unbounded();
        let writer = Writer {
            file: Some(file),
            end,
            unwritten: Vec::new(),
            unsynced: None,
            lost: false,
            fsync,
            broken,
        };
        Self {
            orders: sender,
            writer: Some((writer, receiver)),
        }
    }

    fn order(&self, frames: Vec<u8>, finish: bool, reply: Reply<Result<(), NotWritten>>) {
        // Its task lives for as long as the actor: if not, the reply is dropped, which says so.
        _ = self.orders.unbounded_send(Order {
            frames,
            finish,
            reply,
        });
    }
}

impl LogBehavior for Log {
    async fn started(&mut self, cx: &Cx<Self>) {
        if let Some((writer, orders)) = self.writer.take() {
            cx.spawn_local(writer.run(orders));
        }
    }

    async fn append(&mut self, _: &Cx<Self>, value: Vec<u8>, reply: Reply<Result<(), NotWritten>>) {
        self.order(value, false, reply);
    }

    async fn finish(&mut self, _: &Cx<Self>, reply: Reply<Result<(), NotWritten>>) {
        self.order(Vec::new(), true, reply);
    }
}

/// How long after a write it is synced under `everysec`, and after a failure it is tried again.
const SECOND: Duration = Duration::from_secs(1);

struct Writer {
    /// Until it is one of the shard's.
    file: Option<std::fs::File>,
    /// Where the next frame goes. What stands behind was not written whole, and is written over.
    end: u64,
    /// Frames that are in the shards' memory and not in the file: after a failure they are tried again.
    unwritten: Vec<u8>,
    /// When what was written is to be synced.
    unsynced: Option<Instant>,
    /// A sync has failed. What it was for may be lost, and no later sync would say so: nothing is written any more.
    lost: bool,
    fsync: Fsync,
    broken: Arc<AtomicBool>,
}

impl Writer {
    async fn run(mut self, mut orders: UnboundedReceiver<Order>) {
        let Some(Ok(file)) = self.file.take().map(File::from_std) else {
            return;
        };
        let mut replies = Vec::new();
        while let Some(mut next) = self.next(&mut orders).await {
            let mut finish = false;
            // All that has come meanwhile is committed together.
            while let Some(order) = next {
                match self.unwritten.is_empty() {
                    true => self.unwritten = order.frames,
                    false => self.unwritten.extend_from_slice(&order.frames),
                }
                finish |= order.finish;
                replies.push(order.reply);
                next = orders.next().now_or_never().flatten();
            }
            let result = self.commit(&file, finish).await;
            replies.drain(..).for_each(|reply| reply.send(result));
        }
    }

    /// Waits for an order, or until there is something to do without one: `Some(None)`. `None`: the actor has ended.
    async fn next(&self, orders: &mut UnboundedReceiver<Order>) -> Option<Option<Order>> {
        let wait = match self.unsynced {
            _ if self.lost => None,
            _ if !self.unwritten.is_empty() => Some(SECOND),
            Some(due) => Some(due.saturating_duration_since(Instant::now())),
            None => None,
        };
        let Some(wait) = wait else {
            return orders.next().await.map(Some);
        };
        match select(orders.next(), pin!(sleep(wait))).await {
            Either::Left((order, _)) => order.map(Some),
            Either::Right(_) => Some(None),
        }
    }

    async fn commit(&mut self, file: &File, finish: bool) -> Result<(), NotWritten> {
        let committed = match self.lost {
            true => {
                self.unwritten.clear();
                Err(NotWritten)
            }
            false => self.try_commit(file, finish).await,
        };
        let was_broken = self.broken.swap(committed.is_err(), Ordering::Relaxed);
        if was_broken && committed.is_ok() {
            eprintln!("kv: the append-only file can be written again: so are keys");
        }
        committed
    }

    async fn try_commit(&mut self, file: &File, finish: bool) -> Result<(), NotWritten> {
        if !self.unwritten.is_empty() {
            let frames = std::mem::take(&mut self.unwritten);
            let (written, frames) = file.write_all_at(frames, self.end).await;
            if let Err(error) = written {
                self.unwritten = frames;
                self.say(&format!("the append-only file cannot be written: {error}"));
                return Err(NotWritten);
            }
            self.end += frames.len() as u64;
            self.unsynced.get_or_insert(Instant::now() + SECOND);
        }
        let due = match self.fsync {
            Fsync::Always => true,
            Fsync::EverySecond => self.unsynced.is_some_and(|due| due <= Instant::now()),
            Fsync::Never => false,
        };
        if self.fsync == Fsync::Never {
            self.unsynced = None;
        }
        if due && self.unsynced.is_some() || finish {
            if let Err(error) = file.sync_data().await {
                self.lost = true;
                let text = format!("the append-only file cannot be synced: {error}; start again");
                self.say(&text);
                return Err(NotWritten);
            }
            self.unsynced = None;
        }
        Ok(())
    }

    /// Says what is wrong, once for each time that it begins.
    fn say(&self, text: &str) {
        if !self.broken.load(Ordering::Relaxed) {
            eprintln!("kv: {text}; writes are refused");
        }
    }
}
