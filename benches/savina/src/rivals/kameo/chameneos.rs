//! Chameneos on kameo. Creatures are named by their numbers, as on Spargio.

use super::{start, tell};
use crate::finish::{Share, shares};
use crate::params::{Chameneos, Scale, check, mailbox};
use crate::work::color::Color;
use kameo::Actor;
use kameo::actor::ActorRef;
use kameo::message::{Context, Message};
use std::sync::Arc;

type Creatures = Arc<[ActorRef<Creature>]>;

enum MallMsg {
    Open(Creatures),
    Meet { color: Color, creature: u16 },
    Faded { meetings: u64 },
}

enum CreatureMsg {
    Enter(Creatures),
    Meet { color: Color, creature: u16 },
    Change { color: Color },
    Exit,
}

#[derive(Actor)]
struct Mall {
    creatures: Creatures,
    waiting: Option<u16>,
    left: u64,
    faded: usize,
    share: Share,
}

impl Message<MallMsg> for Mall {
    type Reply = ();

    async fn handle(&mut self, message: MallMsg, cx: &mut Context<Self, ()>) {
        match message {
            MallMsg::Open(creatures) => self.creatures = creatures,
            MallMsg::Meet { creature, .. } if self.left == 0 => {
                tell(&self.creatures[usize::from(creature)], CreatureMsg::Exit);
            }
            MallMsg::Meet { color, creature } => match self.waiting.take() {
                Some(first) => {
                    self.left -= 1;
                    let first = &self.creatures[usize::from(first)];
                    tell(first, CreatureMsg::Meet { color, creature });
                }
                None => self.waiting = Some(creature),
            },
            MallMsg::Faded { meetings } => {
                self.share.count(meetings);
                self.faded += 1;
                if self.faded == self.creatures.len() {
                    cx.stop();
                }
            }
        }
    }
}

#[derive(Actor)]
struct Creature {
    number: u16,
    color: Color,
    meetings: u64,
    mall: ActorRef<Mall>,
    others: Creatures,
    _share: Share,
}

impl Creature {
    fn go_to_the_mall(&self) {
        let (color, creature) = (self.color, self.number);
        tell(&self.mall, MallMsg::Meet { color, creature });
    }
}

impl Message<CreatureMsg> for Creature {
    type Reply = ();

    async fn handle(&mut self, message: CreatureMsg, cx: &mut Context<Self, ()>) {
        match message {
            CreatureMsg::Enter(others) => {
                self.others = others;
                self.go_to_the_mall();
            }
            CreatureMsg::Meet { color, creature } => {
                self.color = self.color.complement(color);
                self.meetings += 1;
                let color = self.color;
                let second = &self.others[usize::from(creature)];
                tell(second, CreatureMsg::Change { color });
                self.go_to_the_mall();
            }
            CreatureMsg::Change { color } => {
                self.color = color;
                self.meetings += 1;
                self.go_to_the_mall();
            }
            CreatureMsg::Exit => {
                let meetings = self.meetings;
                tell(&self.mall, MallMsg::Faded { meetings });
                cx.stop();
            }
        }
    }
}

pub(super) async fn run(scale: Scale) {
    let Chameneos {
        creatures,
        meetings,
    } = Chameneos::at(scale);
    let (share, finish) = shares();
    let mall = Mall {
        creatures: Arc::new([]),
        waiting: None,
        left: meetings,
        faded: 0,
        share: share.clone(),
    };
    let mall = start(mall, mailbox::USUAL);
    let creature = |number| Creature {
        number,
        color: Color::of(number),
        meetings: 0,
        mall: mall.clone(),
        others: Arc::new([]),
        _share: share.clone(),
    };
    let creatures: Creatures = (0..creatures)
        .map(|number| start(creature(number), mailbox::USUAL))
        .collect();
    drop(share);
    tell(&mall, MallMsg::Open(creatures.clone()));
    for creature in creatures.iter() {
        tell(creature, CreatureMsg::Enter(creatures.clone()));
    }
    let expected = 2 * meetings;
    check("chameneos, meetings", expected, finish.total().await);
}
