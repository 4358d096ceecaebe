//! Radix sort: a pipeline with a stage for each bit, the lowest first. A stage passes on at once the values whose bit is
//! 0, and the others when all have come.

use super::stage::{Stage, send, told};
use crate::finish::{Share, shares};
use crate::params::{RadixSort, Scale, check, mailbox};
use crate::work::dice::Dice;
use spargio::{Actor, Cx, RingMsg, shard_actor};

/// What goes down the pipeline. Stages and the validator at its end take the same messages.
#[derive(RingMsg)]
enum ValueMsg {
    #[ring(inline)]
    Value { value: u64 },
}

#[derive(RingMsg)]
enum SourceMsg {
    #[ring(inline)]
    Start,
}

#[shard_actor(msg = SourceMsg)]
struct Source {
    todo: RadixSort,
    first: ValueHandle,
    _share: Share,
}

impl SourceBehavior for Source {
    async fn start(&mut self, cx: &Cx<Self>) {
        for value in values(&self.todo) {
            send(self.first, ValueMsg::Value { value }).await;
        }
        cx.stop();
    }
}

/// Waits only for who comes after it, so there is no circle.
#[shard_actor(msg = ValueMsg, mailbox = 100_000)]
struct Sorter {
    bit: u32,
    left: u64,
    ones: Vec<u64>,
    next: ValueHandle,
    _share: Share,
}

const _: () = assert!(matches!(Sorter::MAILBOX, Some(mailbox::RADIX)));

impl ValueBehavior for Sorter {
    async fn value(&mut self, cx: &Cx<Self>, value: u64) {
        match value >> self.bit & 1 {
            0 => send(self.next, ValueMsg::Value { value }).await,
            _ => self.ones.push(value),
        }
        self.left -= 1;
        if self.left == 0 {
            for &value in &self.ones {
                send(self.next, ValueMsg::Value { value }).await;
            }
            cx.stop();
        }
    }
}

#[shard_actor(msg = ValueMsg, mailbox = 100_000)]
struct Validator {
    left: u64,
    last: u64,
    /// Of all values that are to come, less those that have.
    sum: u64,
    share: Share,
}

const _: () = assert!(matches!(Validator::MAILBOX, Some(mailbox::RADIX)));

impl ValueBehavior for Validator {
    async fn value(&mut self, cx: &Cx<Self>, value: u64) {
        self.share.count(u64::from(value >= self.last));
        self.last = value;
        self.sum = self.sum.wrapping_sub(value);
        self.left -= 1;
        if self.left == 0 {
            check("radixsort, sum", 0, self.sum);
            cx.stop();
        }
    }
}

fn values(todo: &RadixSort) -> impl Iterator<Item = u64> + use<> {
    let (mut dice, mask) = (Dice::new(todo.seed), (1 << todo.bits) - 1);
    std::iter::repeat_with(move || dice.bits() & mask).take(todo.values as usize)
}

pub(super) async fn run(stage: &Stage, scale: Scale) {
    let todo = RadixSort::at(scale);
    let (share, finish) = shares();
    let sum = values(&todo).fold(0, u64::wrapping_add);
    let mut next: ValueHandle = {
        let share = share.clone();
        let validator = move || Validator {
            left: todo.values,
            last: 0,
            sum,
            share,
        };
        stage.start(1 + todo.bits as usize, validator).await
    };
    for bit in (0..todo.bits).rev() {
        let share = share.clone();
        let sorter = move || Sorter {
            bit,
            left: todo.values,
            ones: Vec::new(),
            next,
            _share: share,
        };
        next = stage.start(1 + bit as usize, sorter).await;
    }
    let source: SourceHandle = {
        let source = move || Source {
            todo,
            first: next,
            _share: share,
        };
        stage.start(0, source).await
    };
    told(source.start());
    let actual = finish.total().await;
    check("radixsort, values in order", todo.values, actual);
}
