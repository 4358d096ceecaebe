//! Members: an actor for each connection, on the connection's shard.
//!
//! What a member hears is gathered and written by a task, so that the member itself never waits for its client: lines
//! that come meanwhile are written together, and if there are too many of them the client is too slow.

use crate::lines::Lines;
use crate::room::{RoomHandle, RoomMsg, Why};
use spargio::net::{ReadHalf, WriteHalf};
use spargio::time::{sleep, timeout};
use spargio::{Cx, Handle, RingMsg, SendError, ShardCtx, shard_actor};
use std::io;
use std::mem;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

/// How many bytes may wait for a client, beside those that its socket holds.
const MOST_WAITING: usize = 64 * 1024;
/// How long a client may think about its name.
const NAMING: Duration = Duration::from_secs(60);
/// How long a client that goes has for what it is still to hear.
const LINGER: Duration = Duration::from_secs(10);

/// What a member understands.
#[derive(RingMsg)]
pub(crate) enum MemberMsg {
    /// A line for the client.
    Hear(Arc<str>),
    /// Nothing more comes: the member goes when all is written.
    Goodbye,
    /// The socket has taken what was being written, or has failed.
    Written { well: bool },
}

#[shard_actor(msg = MemberMsg)]
pub(crate) struct Member {
    room: RoomHandle,
    /// Until the start.
    reading: Option<ReadHalf>,
    writing: Rc<WriteHalf>,
    is_writing: bool,
    /// What is to be written next.
    waiting: Vec<u8>,
    goes: bool,
    why: Why,
}

impl Member {
    pub(crate) fn new(room: RoomHandle, reading: ReadHalf, writing: WriteHalf) -> Self {
        Self {
            room,
            reading: Some(reading),
            writing: Rc::new(writing),
            is_writing: false,
            waiting: Vec::new(),
            goes: false,
            why: Why::Left,
        }
    }

    /// Writes what waits, unless a write is under way; goes if nothing does and nothing more comes.
    fn write(&mut self, cx: &Cx<Self>) {
        if self.is_writing {
            return;
        }
        if self.waiting.is_empty() {
            if self.goes {
                cx.stop();
            }
            return;
        }
        self.is_writing = true;
        let (bytes, to, me) = (
            mem::take(&mut self.waiting),
            self.writing.clone(),
            cx.handle(),
        );
        cx.spawn_local(async move {
            let well = to.write_all(bytes).await.0.is_ok();
            deliver(me, MemberMsg::Written { well }).await;
        });
    }
}

impl MemberBehavior for Member {
    async fn started(&mut self, cx: &Cx<Self>) {
        if let Some(reading) = self.reading.take() {
            let (room, me, shard) = (self.room, cx.handle(), cx.shard().clone());
            cx.spawn_local(async move {
                // A connection that fails is one that ends.
                _ = read(Lines::new(reading), room, me, shard).await;
                let why = Why::Left;
                deliver(room, RoomMsg::Leave { member: me, why }).await;
            });
        }
    }

    async fn hear(&mut self, cx: &Cx<Self>, value: Arc<str>) {
        self.waiting.extend_from_slice(value.as_bytes());
        self.write(cx);
        if self.waiting.len() > MOST_WAITING {
            self.why = Why::TooSlow;
            cx.stop();
        }
    }

    async fn goodbye(&mut self, cx: &Cx<Self>) {
        self.goes = true;
        self.write(cx);
        let me = cx.handle();
        cx.spawn_local(async move {
            sleep(LINGER).await;
            me.stop();
        });
    }

    async fn written(&mut self, cx: &Cx<Self>, well: bool) {
        self.is_writing = false;
        match well {
            true => self.write(cx),
            false => cx.stop(),
        }
    }

    async fn stopped(&mut self, cx: &Cx<Self>) {
        let (member, why) = (cx.handle(), self.why);
        deliver(self.room, RoomMsg::Leave { member, why }).await;
    }
}

/// Takes a name from the client, and then what it says, until it ends.
async fn read(
    mut lines: Lines,
    room: RoomHandle,
    me: MemberHandle,
    shard: ShardCtx,
) -> io::Result<()> {
    hear(me, "* your name?").await;
    if !timeout(NAMING, join(&mut lines, room, me, &shard)).await?? {
        return Ok(());
    }
    while let Some(line) = lines.next().await? {
        match line {
            Ok(line) => deliver(room, RoomMsg::Say { member: me, line }).await,
            Err(bad) => hear(me, format!("! {bad}")).await,
        }
    }
    Ok(())
}

/// Joins the room under the first name that it takes. `false`: the client has gone before.
async fn join(
    lines: &mut Lines,
    room: RoomHandle,
    me: MemberHandle,
    shard: &ShardCtx,
) -> io::Result<bool> {
    while let Some(line) = lines.next().await? {
        let refused = match line {
            Ok(name) => match room.join(shard, name, me).await {
                Ok(Ok(())) => return Ok(true),
                Ok(Err(refusal)) => refusal.to_string(),
                Err(error) => format!("the room does not answer: {error}"),
            },
            Err(bad) => bad.to_string(),
        };
        hear(me, format!("! {refused}")).await;
    }
    Ok(false)
}

/// Has one client alone hear a line.
async fn hear(member: MemberHandle, line: impl Into<String>) {
    let line = line.into() + "\n";
    deliver(member, MemberMsg::Hear(line.into())).await;
}

/// Sends a message however long it takes to find room: meanwhile nothing more is read from the client.
async fn deliver<H: Handle>(to: H, mut message: H::Msg)
where
    H::Msg: Send,
{
    // Nobody misses what is sent to one that has stopped.
    while let Err(SendError::Full(back)) = to.send(message).await {
        message = back;
    }
}
