//! The workloads that tell. The ask for the sum at the end is the barrier.

use crate::measure::{Measured, Stopwatch};
use crate::ours::Spargio;
use crate::ours::actors::{Bodies, BodiesHandle, BodiesMsg, Bytes, BytesHandle, BytesMsg};
use crate::ours::actors::{CounterHandle, CounterMsg};
use crate::ours::setup::{FAR, NEAR, counter, drive};
use spargio::{AskError, Handle, Runtime, SendError, ShardCtx, ShardId};

pub fn across(spargio: &Spargio, operations: u64) -> Measured {
    numbers(spargio, FAR, operations)
}

pub fn here(spargio: &Spargio, operations: u64) -> Measured {
    numbers(spargio, NEAR, operations)
}

fn numbers(spargio: &Spargio, shard: ShardId, operations: u64) -> Measured {
    let start = async move |rt: &Runtime| counter(rt, shard).await;
    drive(spargio, start, move |ctx, counter| async move {
        let before = tell_numbers(&ctx, counter, operations / 10).await;
        let watch = Stopwatch::start();
        let after = tell_numbers(&ctx, counter, operations).await;
        let measured = watch.stop(operations);
        assert_eq!(after - before, (0..operations).sum::<u64>());
        measured
    })
}

async fn tell_numbers(ctx: &ShardCtx, counter: CounterHandle, operations: u64) -> u64 {
    for n in 0..operations {
        if let Err(refused) = counter.add(n) {
            wait_for_room(counter, refused).await;
        }
    }
    sum(
        async || counter.sum(ctx).await,
        counter,
        || CounterMsg::Add(0),
    )
    .await
}

pub fn bodies(spargio: &Spargio, operations: u64) -> Measured {
    let start = async |rt: &Runtime| {
        rt.remote(FAR)
            .expect("two shards")
            .start(Bodies::default)
            .await
    };
    drive(spargio, start, move |ctx, bodies| async move {
        let before = tell_bodies(&ctx, bodies, operations / 10).await;
        let watch = Stopwatch::start();
        let after = tell_bodies(&ctx, bodies, operations).await;
        let measured = watch.stop(operations);
        assert_eq!(after - before, (0..operations).sum::<u64>());
        measured
    })
}

async fn tell_bodies(ctx: &ShardCtx, bodies: BodiesHandle, operations: u64) -> u64 {
    for n in 0..operations {
        if let Err(refused) = bodies.add([n; 6]) {
            wait_for_room(bodies, refused).await;
        }
    }
    sum(
        async || bodies.sum(ctx).await,
        bodies,
        || BodiesMsg::Add([0; 6]),
    )
    .await
}

pub fn vecs(spargio: &Spargio, operations: u64) -> Measured {
    let start = async |rt: &Runtime| {
        rt.remote(FAR)
            .expect("two shards")
            .start(Bytes::default)
            .await
    };
    drive(spargio, start, move |ctx, bytes| async move {
        let before = tell_vecs(&ctx, bytes, operations / 10).await;
        let watch = Stopwatch::start();
        let after = tell_vecs(&ctx, bytes, operations).await;
        let measured = watch.stop(operations);
        assert_eq!(after - before, operations * 1024);
        measured
    })
}

async fn tell_vecs(ctx: &ShardCtx, bytes: BytesHandle, operations: u64) -> u64 {
    for n in 0..operations {
        if let Err(refused) = bytes.add(vec![n as u8; 1024]) {
            wait_for_room(bytes, refused).await;
        }
    }
    sum(
        async || bytes.sum(ctx).await,
        bytes,
        || BytesMsg::Add(Vec::new()),
    )
    .await
}

/// Sends what was refused once there is room.
async fn wait_for_room<H: Handle<Msg: Send>>(actor: H, refused: SendError<H::Msg>) {
    let sent = actor.send(refused.into_inner()).await;
    sent.expect("room in time");
}

/// Asks for the sum. An ask does not wait for room: a tell that adds nothing does, in its place.
async fn sum<H: Handle<Msg: Send>>(
    ask: impl AsyncFn() -> Result<u64, AskError>,
    actor: H,
    nothing: impl Fn() -> H::Msg,
) -> u64 {
    loop {
        match ask().await {
            Err(AskError::Full) => actor.send(nothing()).await.expect("room in time"),
            answer => return answer.expect("an answer"),
        }
    }
}
