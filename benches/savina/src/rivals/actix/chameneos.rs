//! Chameneos on actix. Creatures are named by their numbers, as on Spargio.

use super::Arbiters;
use crate::finish::{Share, shares};
use crate::params::{Chameneos, Scale, check};
use crate::work::color::Color;
use actix::{Actor, ActorContext, Addr, Context, Handler, Message};
use std::sync::Arc;

type Creatures = Arc<[Addr<Creature>]>;

#[derive(Message)]
#[rtype(result = "()")]
enum MallMsg {
    Open(Creatures),
    Meet { color: Color, creature: u16 },
    Faded { meetings: u64 },
}

#[derive(Message)]
#[rtype(result = "()")]
enum CreatureMsg {
    Enter(Creatures),
    Meet { color: Color, creature: u16 },
    Change { color: Color },
    Exit,
}

struct Mall {
    creatures: Creatures,
    waiting: Option<u16>,
    left: u64,
    faded: usize,
    share: Share,
}

impl Actor for Mall {
    type Context = Context<Self>;
}

impl Handler<MallMsg> for Mall {
    type Result = ();

    fn handle(&mut self, message: MallMsg, cx: &mut Context<Self>) {
        match message {
            MallMsg::Open(creatures) => self.creatures = creatures,
            MallMsg::Meet { creature, .. } if self.left == 0 => {
                self.creatures[usize::from(creature)].do_send(CreatureMsg::Exit);
            }
            MallMsg::Meet { color, creature } => match self.waiting.take() {
                Some(first) => {
                    self.left -= 1;
                    let first = &self.creatures[usize::from(first)];
                    first.do_send(CreatureMsg::Meet { color, creature });
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

struct Creature {
    number: u16,
    color: Color,
    meetings: u64,
    mall: Addr<Mall>,
    others: Creatures,
    _share: Share,
}

impl Creature {
    fn go_to_the_mall(&self) {
        let (color, creature) = (self.color, self.number);
        self.mall.do_send(MallMsg::Meet { color, creature });
    }
}

impl Actor for Creature {
    type Context = Context<Self>;
}

impl Handler<CreatureMsg> for Creature {
    type Result = ();

    fn handle(&mut self, message: CreatureMsg, cx: &mut Context<Self>) {
        match message {
            CreatureMsg::Enter(others) => {
                self.others = others;
                self.go_to_the_mall();
            }
            CreatureMsg::Meet { color, creature } => {
                self.color = self.color.complement(color);
                self.meetings += 1;
                let color = self.color;
                self.others[usize::from(creature)].do_send(CreatureMsg::Change { color });
                self.go_to_the_mall();
            }
            CreatureMsg::Change { color } => {
                self.color = color;
                self.meetings += 1;
                self.go_to_the_mall();
            }
            CreatureMsg::Exit => {
                let meetings = self.meetings;
                self.mall.do_send(MallMsg::Faded { meetings });
                cx.stop();
            }
        }
    }
}

pub(super) async fn run(arbiters: &Arbiters, scale: Scale) {
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
    let mall = arbiters.start(0, mall);
    let creature = |number| Creature {
        number,
        color: Color::of(number),
        meetings: 0,
        mall: mall.clone(),
        others: Arc::new([]),
        _share: share.clone(),
    };
    let creatures: Creatures = (0..creatures)
        .map(|number| arbiters.start(1 + usize::from(number), creature(number)))
        .collect();
    drop(share);
    mall.do_send(MallMsg::Open(creatures.clone()));
    for creature in creatures.iter() {
        creature.do_send(CreatureMsg::Enter(creatures.clone()));
    }
    let expected = 2 * meetings;
    check("chameneos, meetings", expected, finish.total().await);
}
