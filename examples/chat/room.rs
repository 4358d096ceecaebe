//! The room: one actor, through which all lines go, so that all members hear them in one order.

use crate::member::MemberHandle;
use spargio::{Cx, Handle, RingMsg, SendError, shard_actor};
use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;

/// The longest name, in characters.
const LONGEST_NAME: usize = 20;

/// What the room understands.
#[derive(RingMsg)]
pub(crate) enum RoomMsg {
    /// Takes a member in under a name.
    #[ring(reply = Result<(), Refusal>)]
    Join { name: String, member: MemberHandle },
    /// Has all members hear what one of them says.
    Say { member: MemberHandle, line: String },
    /// Says goodbye to somebody who goes, whether a member yet or not.
    Leave { member: MemberHandle, why: Why },
    /// Says goodbye to all members, who are handed out, and takes in nobody any more.
    #[ring(reply = Vec<MemberHandle>)]
    Close,
}

/// Why somebody was not taken in.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Refusal {
    NoName,
    Taken,
    Closed,
}

/// Why a member goes.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Why {
    Left,
    TooSlow,
}

#[shard_actor(msg = RoomMsg)]
#[derive(Default)]
pub(crate) struct Room {
    members: Vec<(MemberHandle, String)>,
    closed: bool,
}

impl Room {
    /// Has all members hear a line, and waits for none of them: one who has no room for it goes.
    fn tell_all(&mut self, line: String) {
        let mut lines = VecDeque::from([line]);
        while let Some(line) = lines.pop_front() {
            let line: Arc<str> = line.into();
            self.members.retain(|(member, name)| {
                let heard = member.hear(line.clone());
                let is_full = matches!(heard, Err(SendError::Full(_)));
                if is_full {
                    member.stop();
                    lines.push_back(gone(name, Why::TooSlow));
                }
                // One who has stopped says so with a message of its own.
                !is_full
            });
        }
    }
}

impl RoomBehavior for Room {
    async fn join(
        &mut self,
        _: &Cx<Self>,
        name: String,
        member: MemberHandle,
    ) -> Result<(), Refusal> {
        let is_sign = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
        if name.is_empty() || name.chars().count() > LONGEST_NAME || !name.chars().all(is_sign) {
            return Err(Refusal::NoName);
        }
        if self.members.iter().any(|(_, taken)| *taken == name) {
            return Err(Refusal::Taken);
        }
        if self.closed {
            return Err(Refusal::Closed);
        }
        let joined = format!("* {name} has joined\n");
        self.members.push((member, name));
        self.tell_all(joined);
        Ok(())
    }

    async fn say(&mut self, _: &Cx<Self>, member: MemberHandle, line: String) {
        // Not a member: gone before it was heard.
        if let Some((_, name)) = self.members.iter().find(|(of, _)| *of == member) {
            self.tell_all(format!("{name}: {line}\n"));
        }
    }

    async fn leave(&mut self, _: &Cx<Self>, member: MemberHandle, why: Why) {
        // Behind all that it is to hear. Where it has stopped or has no room, there is nothing to wait for.
        if member.goodbye().is_err() {
            member.stop();
        }
        if let Some(place) = self.members.iter().position(|(of, _)| *of == member) {
            let (_, name) = self.members.remove(place);
            self.tell_all(gone(&name, why));
        }
    }

    async fn close(&mut self, _: &Cx<Self>) -> Vec<MemberHandle> {
        self.closed = true;
        self.tell_all("* the server ends\n".to_owned());
        let members: Vec<_> = self.members.drain(..).map(|(member, _)| member).collect();
        for member in &members {
            if member.goodbye().is_err() {
                member.stop();
            }
        }
        members
    }
}

fn gone(name: &str, why: Why) -> String {
    match why {
        Why::Left => format!("* {name} has left\n"),
        Why::TooSlow => format!("* {name} was dropped: it reads too slowly\n"),
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoName => write!(
                f,
                "a name has 1 to {LONGEST_NAME} letters, digits, - and _: send another"
            ),
            Self::Taken => f.write_str("that name is taken: send another"),
            Self::Closed => f.write_str("the server ends: come back later"),
        }
    }
}
