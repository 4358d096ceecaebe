//! The actors, one for each kind of message.

use crate::measure::current_cpu;
use spargio::{Cx, RingMsg, shard_actor};

/// What a counter understands.
#[derive(RingMsg)]
pub enum CounterMsg {
    /// Adds to the sum.
    Add(u64),
    /// The number after this one.
    #[ring(reply = u64)]
    Next(u64),
    /// The sum.
    #[ring(reply = u64)]
    Sum,
    /// The CPU that the actor runs on.
    #[ring(reply = u32)]
    Cpu,
}

/// Adds up numbers.
#[shard_actor(msg = CounterMsg)]
#[derive(Default)]
pub struct Counter(u64);

impl CounterBehavior for Counter {
    async fn add(&mut self, _: &Cx<Self>, value: u64) {
        self.0 += value;
    }
    async fn next(&mut self, _: &Cx<Self>, value: u64) -> u64 {
        value + 1
    }
    async fn sum(&mut self, _: &Cx<Self>) -> u64 {
        self.0
    }
    async fn cpu(&mut self, _: &Cx<Self>) -> u32 {
        current_cpu()
    }
}

/// What a counter of bodies understands.
#[derive(RingMsg)]
pub enum BodiesMsg {
    /// Adds the first number to the sum.
    Add([u64; 6]),
    /// The sum.
    #[ring(reply = u64)]
    Sum,
}

/// Adds up the first numbers of bodies.
#[shard_actor(msg = BodiesMsg)]
#[derive(Default)]
pub struct Bodies(u64);

impl BodiesBehavior for Bodies {
    async fn add(&mut self, _: &Cx<Self>, value: [u64; 6]) {
        self.0 += value[0];
    }
    async fn sum(&mut self, _: &Cx<Self>) -> u64 {
        self.0
    }
}

/// What a counter of bytes understands.
#[derive(RingMsg)]
pub enum BytesMsg {
    /// Adds the length to the sum.
    Add(Vec<u8>),
    /// The sum.
    #[ring(reply = u64)]
    Sum,
}

/// Adds up the lengths of vectors.
#[shard_actor(msg = BytesMsg)]
#[derive(Default)]
pub struct Bytes(u64);

impl BytesBehavior for Bytes {
    async fn add(&mut self, _: &Cx<Self>, value: Vec<u8>) {
        self.0 += value.len() as u64;
    }
    async fn sum(&mut self, _: &Cx<Self>) -> u64 {
        self.0
    }
}
