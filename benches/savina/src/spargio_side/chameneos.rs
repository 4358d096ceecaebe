//! Chameneos: creatures meet in a mall, in pairs, and change their colors. The mall forwards the second's Meet to the
//! first; the first changes and tells the second its new color; both return to the mall.
//!
//! Creatures are named by their numbers, so that a Meet is 18 bits and travels inline.

use super::stage::{Stage, told};
use crate::finish::{Share, shares};
use crate::params::{Chameneos, Scale, check};
use crate::work::color::Color;
use spargio::{Cx, RingMsg, shard_actor};
use std::sync::Arc;

#[derive(RingMsg)]
enum MallMsg {
    Open(Arc<[CreatureHandle]>),
    #[ring(inline)]
    Meet {
        color: Color,
        creature: u16,
    },
    #[ring(inline)]
    Faded {
        meetings: u64,
    },
}

#[derive(RingMsg)]
enum CreatureMsg {
    Enter(Arc<[CreatureHandle]>),
    #[ring(inline)]
    Meet {
        color: Color,
        creature: u16,
    },
    #[ring(inline)]
    Change {
        color: Color,
    },
    #[ring(inline)]
    Exit,
}

#[shard_actor(msg = MallMsg)]
struct Mall {
    creatures: Arc<[CreatureHandle]>,
    waiting: Option<CreatureHandle>,
    left: u64,
    faded: usize,
    share: Share,
}

impl MallBehavior for Mall {
    async fn open(&mut self, _: &Cx<Self>, value: Arc<[CreatureHandle]>) {
        self.creatures = value;
    }

    async fn meet(&mut self, _: &Cx<Self>, color: Color, creature: u16) {
        let second = self.creatures[usize::from(creature)];
        if self.left == 0 {
            told(second.exit());
        } else if let Some(first) = self.waiting.take() {
            self.left -= 1;
            told(first.meet(color, creature));
        } else {
            self.waiting = Some(second);
        }
    }

    async fn faded(&mut self, cx: &Cx<Self>, meetings: u64) {
        self.share.count(meetings);
        self.faded += 1;
        if self.faded == self.creatures.len() {
            cx.stop();
        }
    }
}

#[shard_actor(msg = CreatureMsg)]
struct Creature {
    number: u16,
    color: Color,
    meetings: u64,
    mall: MallHandle,
    others: Arc<[CreatureHandle]>,
    _share: Share,
}

impl Creature {
    fn go_to_the_mall(&self) {
        told(self.mall.meet(self.color, self.number));
    }
}

impl CreatureBehavior for Creature {
    async fn enter(&mut self, _: &Cx<Self>, value: Arc<[CreatureHandle]>) {
        self.others = value;
        self.go_to_the_mall();
    }

    async fn meet(&mut self, _: &Cx<Self>, color: Color, creature: u16) {
        self.color = self.color.complement(color);
        self.meetings += 1;
        told(self.others[usize::from(creature)].change(self.color));
        self.go_to_the_mall();
    }

    async fn change(&mut self, _: &Cx<Self>, color: Color) {
        self.color = color;
        self.meetings += 1;
        self.go_to_the_mall();
    }

    async fn exit(&mut self, cx: &Cx<Self>) {
        told(self.mall.faded(self.meetings));
        cx.stop();
    }
}

pub(super) async fn run(stage: &Stage, scale: Scale) {
    let Chameneos {
        creatures,
        meetings,
    } = Chameneos::at(scale);
    let (share, finish) = shares();
    let mall: MallHandle = {
        let share = share.clone();
        stage
            .start(0, move || Mall {
                creatures: Arc::default(),
                waiting: None,
                left: meetings,
                faded: 0,
                share,
            })
            .await
    };
    let handles: Vec<CreatureHandle> = stage
        .start_all(1, usize::from(creatures), |i| {
            let (number, share) = (i as u16, share.clone());
            move || Creature {
                number,
                color: Color::of(number),
                meetings: 0,
                mall,
                others: Arc::default(),
                _share: share,
            }
        })
        .await;
    drop(share);
    let handles: Arc<[CreatureHandle]> = handles.into();
    // The mall is on this shard: it has its list before any creature hears of the others.
    told(mall.open(handles.clone()));
    for creature in handles.iter() {
        told(creature.enter(handles.clone()));
    }
    let expected = 2 * meetings;
    check("chameneos, meetings", expected, finish.total().await);
}
