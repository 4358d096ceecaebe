//! Chameneos on ractor. Creatures are named by their numbers, as on Spargio.

use super::{Handled, keeps, start};
use crate::finish::{Share, shares};
use crate::params::{Chameneos, Scale, check};
use crate::work::color::Color;
use ractor::{Actor, ActorRef};
use std::sync::Arc;

type Creatures = Arc<[ActorRef<CreatureMsg>]>;

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

struct Mall;

struct MallState {
    creatures: Creatures,
    waiting: Option<u16>,
    left: u64,
    faded: usize,
    share: Share,
}

impl Actor for Mall {
    keeps!(MallState, MallMsg);

    async fn handle(&self, me: ActorRef<MallMsg>, message: MallMsg, at: &mut MallState) -> Handled {
        match message {
            MallMsg::Open(creatures) => at.creatures = creatures,
            MallMsg::Meet { creature, .. } if at.left == 0 => {
                at.creatures[usize::from(creature)].cast(CreatureMsg::Exit)?;
            }
            MallMsg::Meet { color, creature } => match at.waiting.take() {
                Some(first) => {
                    at.left -= 1;
                    let first = &at.creatures[usize::from(first)];
                    first.cast(CreatureMsg::Meet { color, creature })?;
                }
                None => at.waiting = Some(creature),
            },
            MallMsg::Faded { meetings } => {
                at.share.count(meetings);
                at.faded += 1;
                if at.faded == at.creatures.len() {
                    me.stop(None);
                }
            }
        }
        Ok(())
    }
}

struct Creature;

struct CreatureState {
    number: u16,
    color: Color,
    meetings: u64,
    mall: ActorRef<MallMsg>,
    others: Creatures,
    _share: Share,
}

impl CreatureState {
    fn go_to_the_mall(&self) -> Handled {
        let (color, creature) = (self.color, self.number);
        self.mall.cast(MallMsg::Meet { color, creature })?;
        Ok(())
    }
}

impl Actor for Creature {
    keeps!(CreatureState, CreatureMsg);

    async fn handle(
        &self,
        me: ActorRef<CreatureMsg>,
        message: CreatureMsg,
        at: &mut CreatureState,
    ) -> Handled {
        match message {
            CreatureMsg::Enter(others) => {
                at.others = others;
                at.go_to_the_mall()?;
            }
            CreatureMsg::Meet { color, creature } => {
                at.color = at.color.complement(color);
                at.meetings += 1;
                let color = at.color;
                at.others[usize::from(creature)].cast(CreatureMsg::Change { color })?;
                at.go_to_the_mall()?;
            }
            CreatureMsg::Change { color } => {
                at.color = color;
                at.meetings += 1;
                at.go_to_the_mall()?;
            }
            CreatureMsg::Exit => {
                let meetings = at.meetings;
                at.mall.cast(MallMsg::Faded { meetings })?;
                me.stop(None);
            }
        }
        Ok(())
    }
}

pub(super) async fn run(scale: Scale) -> Handled {
    let Chameneos {
        creatures,
        meetings,
    } = Chameneos::at(scale);
    let (share, finish) = shares();
    let mall = MallState {
        creatures: Arc::new([]),
        waiting: None,
        left: meetings,
        faded: 0,
        share: share.clone(),
    };
    let mall = start(Mall, mall).await?;
    let mut handles = Vec::new();
    for number in 0..creatures {
        let creature = CreatureState {
            number,
            color: Color::of(number),
            meetings: 0,
            mall: mall.clone(),
            others: Arc::new([]),
            _share: share.clone(),
        };
        handles.push(start(Creature, creature).await?);
    }
    drop(share);
    let creatures: Creatures = handles.into();
    mall.cast(MallMsg::Open(creatures.clone()))?;
    for creature in creatures.iter() {
        creature.cast(CreatureMsg::Enter(creatures.clone()))?;
    }
    let expected = 2 * meetings;
    check("chameneos, meetings", expected, finish.total().await);
    Ok(())
}
