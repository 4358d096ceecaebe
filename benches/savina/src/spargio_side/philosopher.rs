//! Dining philosophers: an arbiter has the forks, and a philosopher who is denied them tries again.

use super::stage::{Stage, told};
use crate::finish::{Share, shares};
use crate::params::{Philosopher as Dinner, Scale, check};
use spargio::{Cx, RingMsg, shard_actor};

#[derive(RingMsg)]
enum ArbiterMsg {
    Open {
        philosophers: Vec<PhilosopherHandle>,
    },
    #[ring(inline)]
    Hungry { philosopher: u16 },
    #[ring(inline)]
    Done { philosopher: u16 },
    /// A philosopher has gone.
    #[ring(inline)]
    Left,
}

#[derive(RingMsg)]
enum PhilosopherMsg {
    /// To itself, too: the next round.
    #[ring(inline)]
    Start,
    #[ring(inline)]
    Eat,
    #[ring(inline)]
    Denied,
}

#[shard_actor(msg = ArbiterMsg)]
struct Arbiter {
    philosophers: Vec<PhilosopherHandle>,
    taken: Vec<bool>,
    left: usize,
    share: Share,
}

impl Arbiter {
    fn forks(&self, philosopher: u16) -> [usize; 2] {
        let first = usize::from(philosopher);
        [first, (first + 1) % self.taken.len()]
    }
}

impl ArbiterBehavior for Arbiter {
    async fn open(&mut self, _: &Cx<Self>, philosophers: Vec<PhilosopherHandle>) {
        self.taken = vec![false; philosophers.len()];
        self.philosophers = philosophers;
    }

    async fn hungry(&mut self, _: &Cx<Self>, philosopher: u16) {
        let forks = self.forks(philosopher);
        let philosopher = self.philosophers[usize::from(philosopher)];
        if forks.iter().any(|&fork| self.taken[fork]) {
            told(philosopher.denied());
        } else {
            for fork in forks {
                self.taken[fork] = true;
            }
            self.share.count(1);
            told(philosopher.eat());
        }
    }

    async fn done(&mut self, _: &Cx<Self>, philosopher: u16) {
        for fork in self.forks(philosopher) {
            self.taken[fork] = false;
        }
    }

    async fn left(&mut self, cx: &Cx<Self>) {
        self.left += 1;
        if self.left == self.philosophers.len() {
            cx.stop();
        }
    }
}

#[shard_actor(msg = PhilosopherMsg)]
struct Philosopher {
    number: u16,
    rounds: u64,
    arbiter: ArbiterHandle,
    _share: Share,
}

impl PhilosopherBehavior for Philosopher {
    async fn start(&mut self, _: &Cx<Self>) {
        told(self.arbiter.hungry(self.number));
    }

    async fn eat(&mut self, cx: &Cx<Self>) {
        told(self.arbiter.done(self.number));
        self.rounds -= 1;
        if self.rounds > 0 {
            told(cx.handle().start());
        } else {
            told(self.arbiter.left());
            cx.stop();
        }
    }

    async fn denied(&mut self, _: &Cx<Self>) {
        told(self.arbiter.hungry(self.number));
    }
}

pub(super) async fn run(stage: &Stage, scale: Scale) {
    let Dinner {
        philosophers,
        rounds,
    } = Dinner::at(scale);
    let (share, finish) = shares();
    let arbiter: ArbiterHandle = {
        let share = share.clone();
        stage
            .start(0, move || Arbiter {
                philosophers: Vec::new(),
                taken: Vec::new(),
                left: 0,
                share,
            })
            .await
    };
    let handles: Vec<PhilosopherHandle> = stage
        .start_all(1, usize::from(philosophers), |i| {
            let share = share.clone();
            move || Philosopher {
                number: i as u16,
                rounds,
                arbiter,
                _share: share,
            }
        })
        .await;
    drop(share);
    // The arbiter is on this shard: it has its list before any philosopher is hungry.
    told(arbiter.open(handles.clone()));
    for philosopher in handles {
        told(philosopher.start());
    }
    let expected = u64::from(philosophers) * rounds;
    check("philosopher, meals", expected, finish.total().await);
}
