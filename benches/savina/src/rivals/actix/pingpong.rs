//! Ping-pong on actix.

use super::Arbiters;
use crate::finish::{Share, shares};
use crate::params::{PingPong, Scale, check};
use actix::{Actor, ActorContext, Addr, AsyncContext, Context, Handler, Message};

#[derive(Message)]
#[rtype(result = "()")]
enum PingMsg {
    Again,
    Pong,
}

#[derive(Message)]
#[rtype(result = "()")]
enum PongMsg {
    Ping { from: Addr<Ping> },
    End,
}

struct Ping {
    pong: Addr<Pong>,
    left: u64,
    _share: Share,
}

impl Actor for Ping {
    type Context = Context<Self>;
}

impl Handler<PingMsg> for Ping {
    type Result = ();

    fn handle(&mut self, message: PingMsg, cx: &mut Context<Self>) {
        match message {
            PingMsg::Again => {
                self.left -= 1;
                let from = cx.address();
                self.pong.do_send(PongMsg::Ping { from });
            }
            PingMsg::Pong if self.left > 0 => cx.address().do_send(PingMsg::Again),
            PingMsg::Pong => {
                self.pong.do_send(PongMsg::End);
                cx.stop();
            }
        }
    }
}

struct Pong {
    share: Share,
}

impl Actor for Pong {
    type Context = Context<Self>;
}

impl Handler<PongMsg> for Pong {
    type Result = ();

    fn handle(&mut self, message: PongMsg, cx: &mut Context<Self>) {
        match message {
            PongMsg::Ping { from } => {
                self.share.count(1);
                from.do_send(PingMsg::Pong);
            }
            PongMsg::End => cx.stop(),
        }
    }
}

pub(super) async fn run(arbiters: &Arbiters, scale: Scale) {
    let PingPong { rounds } = PingPong::at(scale);
    let (share, finish) = shares();
    let pong = Pong {
        share: share.clone(),
    };
    let ping = Ping {
        pong: arbiters.start(1, pong),
        left: rounds,
        _share: share,
    };
    // Held to the end: an actor ends when nobody has its address and its mailbox is empty, which may be so for a moment
    // while its last message is under way from another thread.
    let ping = arbiters.start(0, ping);
    ping.do_send(PingMsg::Again);
    check("pingpong, pings", rounds, finish.total().await);
}
