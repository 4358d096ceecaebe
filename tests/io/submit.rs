//! "Operations on the shard's own ring, one submit for I/O and doorbells together", and timers without a system call each.

use crate::common::{Gate, OpenAtEnd, Setup, eventually, has_ring, yield_now};
use futures::future::join_all;
use futures::poll;
use spargio::net::{TcpListener, TcpStream};
use spargio::time::sleep;
use spargio::{BackendKind, Carry, Cx, RingMsg, Runtime, shard_actor};
use std::io;
use std::pin::pin;
use std::time::Duration;

const READS: u64 = 4;

#[derive(RingMsg)]
enum HeardMsg {
    Hear,
}

#[shard_actor(msg = HeardMsg)]
struct Heard;

impl HeardBehavior for Heard {
    async fn hear(&mut self, _: &Cx<Self>) {}
}

/// What the kernel was asked by shard 0: how often, and for how much.
fn asked(rt: &Runtime) -> (u64, u64) {
    let ring = &rt.stats().shards[0].ring;
    (ring.enters, ring.submitted)
}

/// Shards on rings, if they can be had.
fn on_rings(shards: usize) -> Option<Runtime> {
    let setup = Setup {
        backend: BackendKind::IoUring,
        carry: Carry::Lane,
        shards,
    };
    has_ring(setup.carry).then(|| setup.build())
}

/// Waits until shard 1 sleeps, to which nobody sends anything.
fn await_sleep(rt: &Runtime) {
    let gate = OpenAtEnd(Gate::default());
    let held = gate.0.clone();
    let holding = rt.spawn_on(1, async move { held.pass() }).unwrap();
    gate.0.await_waiting(1);
    let parks = || rt.stats().shards[1].parks;
    let before = parks();
    gate.0.open();
    rt.block_on(holding).unwrap();
    eventually("it sleeps", || parks() > before);
}

/// Begins reads and tells an actor, in one turn, between two gates.
async fn read_and_tell(heard: HeardHandle, gates: [Gate; 2]) -> io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let mut streams = Vec::new();
    for _ in 0..READS {
        let near = TcpStream::connect(listener.local_addr()?).await?;
        streams.push((near, listener.accept().await?));
    }
    // The lane between the two is made with the first.
    heard.hear().unwrap();
    yield_now().await;
    gates[0].pass();
    let reads = streams.iter().map(|(near, _)| near.read(vec![0; 8]));
    let mut reads = pin!(join_all(reads));
    assert!(poll!(&mut reads).is_pending());
    heard.hear().unwrap();
    yield_now().await;
    gates[1].pass();
    Ok(())
}

#[test]
fn a_turn_submits_its_operations_and_its_bells_at_once() {
    let Some(rt) = on_rings(2) else { return };
    let gates = [(); 2].map(|()| OpenAtEnd(Gate::default()));
    let [first, last] = [0, 1].map(|gate: usize| gates[gate].0.clone());
    let both = [first.clone(), last.clone()];
    let heard = rt.block_on(rt.remote(1).unwrap().start(|| Heard)).unwrap();
    let done = rt.spawn_local_on(0, move |_| read_and_tell(heard, both));
    first.await_waiting(1);
    await_sleep(&rt);
    let (enters, submitted) = asked(&rt);
    first.open();
    last.await_waiting(1);
    assert_eq!(asked(&rt), (enters + 1, submitted + READS + 1));
    last.open();
    rt.block_on(done.unwrap()).unwrap().unwrap();
}

#[test]
fn timers_need_no_system_call_each() {
    const TIMERS: u64 = 50_000;
    let Some(rt) = on_rings(1) else { return };
    let before = asked(&rt);
    let sleeps = rt.spawn_on(0, async {
        let sleeps = (0..TIMERS).map(|number| sleep(Duration::from_millis(20 + number % 30)));
        join_all(sleeps).await;
    });
    rt.block_on(sleeps.unwrap()).unwrap();
    let after = asked(&rt);
    assert!(after.0 - before.0 < TIMERS / 10, "{before:?}, {after:?}");
    assert!(after.1 - before.1 < TIMERS / 10, "{before:?}, {after:?}");
}
