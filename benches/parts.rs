//! What each part of the message path costs on its own, so that a change shows where it costs: packing a message, the
//! lane, the mailbox, the reply slot of an ask, and dispatch, from a mailbox to the handler.
//!
//! `cargo bench --bench parts --features parts`. One thread does it all: what it costs to get a cache line from another
//! core is in `ping_pong` and in the package `benches/peers`.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use spargio::parts::{AskSlots, Lane, Mailbox};
use spargio::{Cx, Handle, RingMsg, Runtime, shard_actor};
use std::hint::black_box;
use std::time::{Duration, Instant};

#[derive(RingMsg)]
enum CountMsg {
    Add {
        n: u32,
        up: bool,
    },
    /// Tells itself so many messages, and then takes the time until it has handled them.
    #[ring(reply = u64, later)]
    Run {
        messages: u32,
    },
}

#[shard_actor(msg = CountMsg)]
#[derive(Default)]
struct Count {
    left: u32,
    run: Option<(Instant, spargio::Reply<u64>)>,
}

impl CountBehavior for Count {
    async fn add(&mut self, _: &Cx<Self>, n: u32, up: bool) {
        self.left -= u32::from(up) * n;
        if self.left == 0
            && let Some((start, reply)) = self.run.take()
        {
            reply.send(start.elapsed().as_nanos() as u64);
        }
    }

    async fn run(&mut self, cx: &Cx<Self>, messages: u32, reply: spargio::Reply<u64>) {
        self.left = messages;
        for _ in 0..messages {
            cx.handle().add(1, true).expect("the mailbox has room");
        }
        self.run = Some((Instant::now(), reply));
    }
}

/// Fewer than a mailbox holds.
const MESSAGES: u32 = 1000;

fn packing(c: &mut Criterion) {
    let mut group = c.benchmark_group("packing");
    group.bench_function("decode", |b| {
        b.iter(|| CountMsg::decode(black_box(0), black_box(7 | 1 << 32)));
    });
    group.finish();
}

fn mailbox(c: &mut Criterion) {
    let mut group = c.benchmark_group("mailbox");
    group.throughput(Throughput::Elements(64));
    let mut mailbox = Mailbox::default();
    group.bench_function("push_and_pop_64_heads", |b| {
        b.iter(|| {
            (0..64).for_each(|n| mailbox.push(black_box(n)));
            (0..64).filter_map(|_| mailbox.pop()).sum::<u64>()
        });
    });
    group.bench_function("push_and_pop_64_bodies_of_48_bytes", |b| {
        b.iter(|| {
            (0..64).for_each(|n| mailbox.push_body(black_box([n; 6])));
            (0..64)
                .filter_map(|_| mailbox.pop_body())
                .map(|body| body[5])
                .sum::<u64>()
        });
    });
    group.finish();
}

fn lane(c: &mut Criterion) {
    let mut group = c.benchmark_group("lane");
    let mut lane = Lane::new(1024);
    for records in [1, 64] {
        group.throughput(Throughput::Elements(records));
        group.bench_function(format!("stage_publish_read_{records}"), |b| {
            b.iter(|| lane.pass(black_box(records)));
        });
    }
    group.finish();
}

fn ask_slot(c: &mut Criterion) {
    let slots = AskSlots::default();
    let mut asked = 0_u32;
    c.bench_function("ask_slot/open_wait_resolve_take", |b| {
        b.iter(|| {
            asked += 1;
            if asked.is_multiple_of(8) {
                slots.sweep();
            }
            slots.ask(black_box(7))
        });
    });
}

fn dispatch(c: &mut Criterion) {
    let rt = Runtime::builder()
        .shards(1)
        .build()
        .expect("a shard of the queue backend");
    let client = rt.client();
    let count: CountHandle = rt
        .block_on(rt.remote(0).expect("a shard").start(Count::default))
        .expect("a slot");
    let mut group = c.benchmark_group("dispatch");
    group.throughput(Throughput::Elements(u64::from(MESSAGES)));
    group.bench_function("1000_waiting_messages", |b| {
        b.iter_custom(|rounds| {
            let run = || rt.block_on(count.run(&client, MESSAGES)).expect("a reply");
            Duration::from_nanos((0..rounds).map(|_| run()).sum())
        });
    });
    group.finish();
    count.stop();
}

criterion_group!(benches, packing, mailbox, lane, ask_slot, dispatch);
criterion_main!(benches);
