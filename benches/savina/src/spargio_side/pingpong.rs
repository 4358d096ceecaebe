//! Two actors play ping-pong: each pong makes Ping send itself a message, and that the next ping.

use super::stage::{Stage, told};
use crate::finish::{Share, shares};
use crate::params::{PingPong, Scale, check};
use spargio::{Cx, RingMsg, shard_actor};

#[derive(RingMsg)]
enum PingMsg {
    /// To itself: send the next ping.
    #[ring(inline)]
    Again,
    #[ring(inline)]
    Pong,
}

#[derive(RingMsg)]
enum PongMsg {
    #[ring(inline)]
    Ping { from: PingHandle },
    #[ring(inline)]
    End,
}

#[shard_actor(msg = PingMsg)]
struct Ping {
    pong: PongHandle,
    left: u64,
    _share: Share,
}

impl PingBehavior for Ping {
    async fn again(&mut self, cx: &Cx<Self>) {
        self.left -= 1;
        told(self.pong.ping(cx.handle()));
    }

    async fn pong(&mut self, cx: &Cx<Self>) {
        if self.left > 0 {
            told(cx.handle().again());
        } else {
            told(self.pong.end());
            cx.stop();
        }
    }
}

#[shard_actor(msg = PongMsg)]
struct Pong {
    share: Share,
}

impl PongBehavior for Pong {
    async fn ping(&mut self, _: &Cx<Self>, from: PingHandle) {
        self.share.count(1);
        told(from.pong());
    }

    async fn end(&mut self, cx: &Cx<Self>) {
        cx.stop();
    }
}

pub(super) async fn run(stage: &Stage, scale: Scale) {
    let PingPong { rounds } = PingPong::at(scale);
    let (share, finish) = shares();
    let pong: PongHandle = {
        let share = share.clone();
        stage.start(1, move || Pong { share }).await
    };
    let ping: PingHandle = stage
        .start(0, move || Ping {
            pong,
            left: rounds,
            _share: share,
        })
        .await;
    told(ping.again());
    check("pingpong, pings", rounds, finish.total().await);
}
