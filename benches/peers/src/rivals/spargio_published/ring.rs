//! By its rings: `send_raw` and `next_event`.
//!
//! A message is a tag of 16 bits and a value of 32, and goes to a shard, not to a task: so one task of each shard takes
//! all that comes, and keeps the states of the actors of its shard; the tag says which of them is meant. A driver takes
//! what comes for its shard while it waits for its answers.

use crate::measure::{Measured, Stopwatch, current_cpu};
use crate::rivals::channels::Orders;
use crate::rivals::conduct::{Body, Driver, FAN, Order};
use crate::workload::{ROOM, Workload};
use futures::future::{Either, select};
use spargio_published::{Event, Runtime, ShardCtx, ShardId};
use std::pin::pin;

/// What is meant for an actor has its number in the upper bits.
const KINDS: u16 = 8;
const TELL: u16 = 0;
const ASK: u16 = 1;
/// The sum comes back in its lower 32 bits.
const SUM: u16 = 2;
const WHERE: u16 = 3;
const ANSWER: u16 = 4;

/// `None` where messages would have to carry more than 48 bits, or which have nothing to do with messages.
pub fn drivers(runtime: &Runtime, workload: Workload) -> Option<Vec<Driver>> {
    let drivers = match workload {
        Workload::AskAcross | Workload::Wake | Workload::Idle => {
            serve(runtime, 1);
            vec![drive(runtime, 0, async |shard, operations| {
                asks(shard, 1, operations).await
            })]
        }
        Workload::TellAcross => {
            serve(runtime, 1);
            vec![drive(runtime, 0, async |shard, operations| {
                tells(shard, 1, operations).await
            })]
        }
        Workload::Fan => {
            serve(runtime, 1);
            vec![drive(runtime, 0, async |shard, operations| {
                rounds(shard, operations).await
            })]
        }
        Workload::TellHere => vec![drive(runtime, 0, async |shard, operations| {
            tells(shard, 0, operations).await
        })],
        Workload::AskHere => vec![drive(runtime, 0, async |shard, operations| {
            asks(shard, 0, operations).await
        })],
        Workload::FourOnTwo => (0..4)
            .map(|thread| {
                drive(runtime, thread, async move |shard, operations| {
                    asks(shard, (thread + 1) % 4, operations).await
                })
            })
            .collect(),
        _ => return None,
    };
    Some(drivers)
}

/// The actors of a shard.
struct Shard {
    ctx: ShardCtx,
    sums: [u32; FAN as usize],
}

impl Shard {
    fn new(ctx: ShardCtx) -> Self {
        Self {
            ctx,
            sums: [0; FAN as usize],
        }
    }

    fn send(&self, to: ShardId, tag: u16, value: u32) {
        self.ctx
            .send_raw_nowait(to, tag, value)
            .expect("the shard lives");
    }

    /// Takes what comes for the actors; returns an answer if it is one.
    async fn take(&mut self) -> Option<u32> {
        let Event::RingMsg { from, tag, val, .. } = self.ctx.next_event().await;
        let sum = &mut self.sums[usize::from(tag / KINDS)];
        let answer = match tag % KINDS {
            ANSWER => return Some(val),
            TELL => {
                *sum = sum.wrapping_add(val);
                return None;
            }
            ASK => val + 1,
            SUM => std::mem::take(sum),
            WHERE => current_cpu(),
            _ => unreachable!("there is no such tag"),
        };
        self.send(from, ANSWER, answer);
        None
    }

    async fn answer(&mut self) -> u32 {
        loop {
            if let Some(answer) = self.take().await {
                return answer;
            }
        }
    }

    async fn serve(&mut self) {
        loop {
            self.take().await;
        }
    }
}

fn serve(runtime: &Runtime, shard: ShardId) {
    let served = runtime
        .handle()
        .spawn_local_on(shard, async |ctx| Shard::new(ctx).serve().await);
    drop(served.expect("the shard lives"));
}

fn drive(
    runtime: &Runtime,
    shard: ShardId,
    mut work: impl AsyncFnMut(&mut Shard, u64) -> Measured + Send + 'static,
) -> Driver {
    let (mut orders, driver) = Orders::new();
    let driven = runtime.handle().spawn_local_on(shard, async move |ctx| {
        let mut shard = Shard::new(ctx);
        loop {
            // Between two orders others may still ask the actors of this shard.
            let order = match select(pin!(orders.next()), pin!(shard.serve())).await {
                Either::Left((order, _)) => order,
                Either::Right(_) => unreachable!("it serves for ever"),
            };
            orders.report(match order {
                Order::Do(operations) => work(&mut shard, operations).await,
                Order::Where => whereabouts(&mut shard).await,
            });
        }
    });
    drop(driven.expect("the shard lives"));
    driver
}

async fn asks(shard: &mut Shard, to: ShardId, operations: u64) -> Measured {
    let stopwatch = Stopwatch::start();
    for n in 0..operations as u32 {
        shard.send(to, ASK, n);
        assert_eq!(shard.answer().await, n + 1);
    }
    stopwatch.stop(operations)
}

/// Tells go in batches, as in the crate's own bench: one by one costs twice as much. A queue that is full drops what is
/// sent, without an error that the sender would see: so half of its room is filled, and the other half only after the actor
/// has answered a question that was sent behind the half before.
async fn tells(shard: &mut Shard, to: ShardId, operations: u64) -> Measured {
    const HALF: u64 = ROOM as u64 / 2;
    let stopwatch = Stopwatch::start();
    let mut told = 0;
    while told < operations {
        let next = operations.min(told + HALF);
        let batch = (told..next).map(|n| (TELL, n as u32));
        shard
            .ctx
            .send_many_raw_nowait(to, batch)
            .expect("the shard lives");
        shard.send(to, ASK, next as u32);
        if told > 0 {
            assert_eq!(shard.answer().await, told as u32 + 1);
        }
        told = next;
    }
    assert_eq!(shard.answer().await, told as u32 + 1);
    shard.send(to, SUM, 0);
    assert_eq!(shard.answer().await, u64::total(operations) as u32);
    stopwatch.stop(operations)
}

async fn rounds(shard: &mut Shard, operations: u64) -> Measured {
    let stopwatch = Stopwatch::start();
    for round in 0..(operations / (2 * FAN)) as u32 {
        for actor in 0..FAN as u16 {
            shard.send(1, ASK + actor * KINDS, round);
        }
        for actor in 0..FAN as u16 {
            shard.send(0, ASK + actor * KINDS, round);
        }
        for _ in 0..2 * FAN {
            assert_eq!(shard.answer().await, round + 1);
        }
    }
    stopwatch.stop(operations)
}

async fn whereabouts(shard: &mut Shard) -> Measured {
    shard.send(1, WHERE, 0);
    let far = shard.answer().await;
    Measured {
        cpus: Some((current_cpu(), far)),
        ..Measured::default()
    }
}
