//! What a message costs, by where its actor lives: tells with a barrier behind them, and asks, on one shard and across
//! two, and from a thread that is no shard. `cargo bench --bench messages`; on a machine whose cores share no cache, or come and go, take the ratios only.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use spargio::{AskError, Asker, BackendKind, Cx, Handle, RingMsg, Runtime, ShardCtx, shard_actor};
use std::time::{Duration, Instant};

#[derive(RingMsg)]
enum SumMsg {
    Add(u64),
    #[ring(reply = u64)]
    Get,
}

#[shard_actor(msg = SumMsg, mailbox = 8192)]
#[derive(Default)]
struct Sum(u64);

impl SumBehavior for Sum {
    async fn add(&mut self, _: &Cx<Self>, value: u64) {
        self.0 += value;
    }
    async fn get(&mut self, _: &Cx<Self>) -> u64 {
        self.0
    }
}

/// Runs `work` on shard 0, with an actor on shard `at`, and returns how long it took.
fn on_shard<F>(
    rt: &Runtime,
    at: u16,
    work: impl FnOnce(ShardCtx, SumHandle) -> F + Send + 'static,
) -> Duration
where
    F: Future<Output = ()> + 'static,
{
    rt.block_on(async {
        let sum = rt
            .remote(at)
            .expect("two shards")
            .start(Sum::default)
            .await
            .expect("a slot");
        let run = rt.spawn_local_on(0, move |ctx| async move {
            let start = Instant::now();
            work(ctx, sum).await;
            let took = start.elapsed();
            sum.stop();
            took
        });
        run.expect("two shards").await.expect("the work ends")
    })
}

async fn asks(asker: impl Asker<SumMsg>, sum: SumHandle, rounds: u64) {
    for _ in 0..rounds {
        sum.get(&asker).await.expect("a reply");
    }
}

async fn tells(asker: impl Asker<SumMsg>, sum: SumHandle, rounds: u64) {
    for n in 0..rounds {
        if sum.add(n).is_err() {
            sum.send(SumMsg::Add(n)).await.expect("room in time");
        }
    }
    // The barrier: an ask, which needs room as the tells do.
    while sum.get(&asker).await == Err(AskError::Full) {
        sum.send(SumMsg::Add(0)).await.expect("room in time");
    }
}

fn messages(c: &mut Criterion) {
    let rt = Runtime::builder().shards(2).build().expect("two shards");
    for (place, at) in [("one shard", 0), ("across", 1)] {
        let mut group = c.benchmark_group(place);
        group.throughput(Throughput::Elements(1));
        group.bench_function("ask", |b| {
            b.iter_custom(|rounds| on_shard(&rt, at, move |ctx, sum| asks(ctx, sum, rounds)));
        });
        group.bench_function("tell", |b| {
            b.iter_custom(|rounds| on_shard(&rt, at, move |ctx, sum| tells(ctx, sum, rounds)));
        });
        group.finish();
    }
}

fn timed(rt: &Runtime, work: impl Future<Output = ()>) -> Duration {
    let start = Instant::now();
    rt.block_on(work);
    start.elapsed()
}

/// Through the injector, and with a bell if the shard sleeps. Whoever asks sleeps until there is a reply, so an ask is two
/// threads that wake each other.
fn outside(c: &mut Criterion) {
    for backend in [BackendKind::Queue, BackendKind::IoUring] {
        let rt = match Runtime::builder().shards(1).backend(backend).build() {
            Ok(rt) => rt,
            Err(refusal) => {
                println!("outside, {backend:?} is left out: {refusal}");
                continue;
            }
        };
        let start = rt.remote(0).expect("a shard").start(Sum::default);
        let sum = rt.block_on(start).expect("a slot");
        let mut group = c.benchmark_group(format!("outside, {backend:?}"));
        group.throughput(Throughput::Elements(1));
        group.bench_function("ask", |b| {
            b.iter_custom(|rounds| timed(&rt, asks(rt.client(), sum, rounds)));
        });
        group.bench_function("tell", |b| {
            b.iter_custom(|rounds| timed(&rt, tells(rt.client(), sum, rounds)));
        });
        group.finish();
    }
}

criterion_group!(benches, messages, outside);
criterion_main!(benches);
