//! Ping-pong on kameo.

use super::{start, tell};
use crate::finish::{Share, shares};
use crate::params::{PingPong, Scale, check, mailbox};
use kameo::Actor;
use kameo::actor::ActorRef;
use kameo::message::{Context, Message};

enum PingMsg {
    Again,
    Pong,
}

enum PongMsg {
    Ping { from: ActorRef<Ping> },
    End,
}

#[derive(Actor)]
struct Ping {
    pong: ActorRef<Pong>,
    left: u64,
    _share: Share,
}

impl Message<PingMsg> for Ping {
    type Reply = ();

    async fn handle(&mut self, message: PingMsg, cx: &mut Context<Self, ()>) {
        match message {
            PingMsg::Again => {
                self.left -= 1;
                let from = cx.actor_ref().clone();
                tell(&self.pong, PongMsg::Ping { from });
            }
            PingMsg::Pong if self.left > 0 => tell(cx.actor_ref(), PingMsg::Again),
            PingMsg::Pong => {
                tell(&self.pong, PongMsg::End);
                cx.stop();
            }
        }
    }
}

#[derive(Actor)]
struct Pong {
    share: Share,
}

impl Message<PongMsg> for Pong {
    type Reply = ();

    async fn handle(&mut self, message: PongMsg, cx: &mut Context<Self, ()>) {
        match message {
            PongMsg::Ping { from } => {
                self.share.count(1);
                tell(&from, PingMsg::Pong);
            }
            PongMsg::End => cx.stop(),
        }
    }
}

pub(super) async fn run(scale: Scale) {
    let PingPong { rounds } = PingPong::at(scale);
    let (share, finish) = shares();
    let pong = Pong {
        share: share.clone(),
    };
    let ping = Ping {
        pong: start(pong, mailbox::USUAL),
        left: rounds,
        _share: share,
    };
    tell(&start(ping, mailbox::USUAL), PingMsg::Again);
    check("pingpong, pings", rounds, finish.total().await);
}
