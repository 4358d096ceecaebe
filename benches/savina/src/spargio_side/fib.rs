//! Fibonacci: an actor for each call, which makes two more and adds up their answers.
//!
//! The calls of the first five levels put their second child on the next shard; all others stay where they are.

use super::stage::{Stage, start, told};
use crate::finish::{Share, shares};
use crate::params::{Fib, Scale, check};
use spargio::{Cx, RingMsg, shard_actor};

/// How many levels of calls spread over the shards: 32 subtrees are enough for a few shards to be busy alike.
const SPREADING: u32 = 5;

#[derive(RingMsg)]
enum CallMsg {
    #[ring(inline)]
    Request { n: u32 },
    #[ring(inline)]
    Response { value: u64 },
}

#[shard_actor(msg = CallMsg)]
struct Call {
    /// None for the first call.
    caller: Option<CallHandle>,
    spreading: u32,
    open: u32,
    value: u64,
    share: Share,
}

impl Call {
    fn answer(&mut self, cx: &Cx<Self>) {
        match self.caller {
            Some(caller) => told(caller.response(self.value)),
            None => self.share.count(self.value),
        }
        cx.stop();
    }
}

impl CallBehavior for Call {
    async fn request(&mut self, cx: &Cx<Self>, n: u32) {
        if n <= 2 {
            self.value = 1;
            return self.answer(cx);
        }
        let here = usize::from(cx.shard().shard_id());
        let there = here + usize::from(self.spreading > 0);
        self.open = 2;
        for (place, n) in [(here, n - 1), (there, n - 2)] {
            let caller = Some(cx.handle());
            let spreading = self.spreading.saturating_sub(1);
            let share = self.share.clone();
            let call: CallHandle = start(cx.shard(), place, move || Call {
                caller,
                spreading,
                open: 0,
                value: 0,
                share,
            })
            .await;
            told(call.request(n));
        }
    }

    async fn response(&mut self, cx: &Cx<Self>, value: u64) {
        self.value += value;
        self.open -= 1;
        if self.open == 0 {
            self.answer(cx);
        }
    }
}

pub(super) async fn run(stage: &Stage, scale: Scale) {
    let Fib { n, value } = Fib::at(scale);
    let (share, finish) = shares();
    let call: CallHandle = stage
        .start(0, move || Call {
            caller: None,
            spreading: SPREADING,
            open: 0,
            value: 0,
            share,
        })
        .await;
    told(call.request(n));
    check("fib", value, finish.total().await);
}
