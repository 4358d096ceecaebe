//! Ping-pong on ractor.

use super::{Handled, keeps, start};
use crate::finish::{Share, shares};
use crate::params::{PingPong, Scale, check};
use ractor::{Actor, ActorRef};

enum PingMsg {
    Again,
    Pong,
}

enum PongMsg {
    Ping { from: ActorRef<PingMsg> },
    End,
}

struct Ping;

struct PingState {
    pong: ActorRef<PongMsg>,
    left: u64,
    _share: Share,
}

impl Actor for Ping {
    keeps!(PingState, PingMsg);

    async fn handle(&self, me: ActorRef<PingMsg>, message: PingMsg, at: &mut PingState) -> Handled {
        match message {
            PingMsg::Again => {
                at.left -= 1;
                at.pong.cast(PongMsg::Ping { from: me })?;
            }
            PingMsg::Pong if at.left > 0 => me.cast(PingMsg::Again)?,
            PingMsg::Pong => {
                at.pong.cast(PongMsg::End)?;
                me.stop(None);
            }
        }
        Ok(())
    }
}

struct Pong;

impl Actor for Pong {
    keeps!(Share, PongMsg);

    async fn handle(&self, me: ActorRef<PongMsg>, message: PongMsg, share: &mut Share) -> Handled {
        match message {
            PongMsg::Ping { from } => {
                share.count(1);
                from.cast(PingMsg::Pong)?;
            }
            PongMsg::End => me.stop(None),
        }
        Ok(())
    }
}

pub(super) async fn run(scale: Scale) -> Handled {
    let PingPong { rounds } = PingPong::at(scale);
    let (share, finish) = shares();
    let ping = PingState {
        pong: start(Pong, share.clone()).await?,
        left: rounds,
        _share: share,
    };
    start(Ping, ping).await?.cast(PingMsg::Again)?;
    check("pingpong, pings", rounds, finish.total().await);
    Ok(())
}
