//! What travels, and the table of functions that handle it.

use crate::measure::current_cpu;

/// How many actors each side has.
pub const ACTORS: usize = 64;

/// The kinds that the table handles, by their place in it: an ask for the next number, a tell that adds, an ask for the
/// sum, and one for the CPU.
pub const NEXT: u32 = 0;
pub const ADD: u32 = 1;
pub const SUM: u32 = 2;
pub const CPU: u32 = 3;
/// The kinds that the side itself handles.
pub const REPLY: u32 = 4;
pub const STOP: u32 = 5;

/// A message to an actor of the other side or the own one: 16 bytes, where the value is a number.
pub struct Message<V> {
    pub actor: u32,
    pub kind: u32,
    pub value: V,
}

impl<V> Message<V> {
    pub fn new(actor: u32, kind: u32, value: V) -> Self {
        Self { actor, kind, value }
    }
}

/// Handles a message; the state of an actor is its sum.
pub type Handler<V> = fn(&mut u64, V) -> u64;

/// What a message brings.
pub trait Value: Send + Sized + 'static {
    /// The `n`-th value that is told.
    fn nth(n: u64) -> Self;

    /// A reply.
    fn reply(number: u64) -> Self;

    /// The number that a reply brings, or that an ask brings.
    fn number(&self) -> u64;

    /// What a tell adds to the sum.
    fn summand(self) -> u64;

    /// By kind.
    const TABLE: [Handler<Self>; 4] = [
        |_, value| value.number() + 1,
        |sum, value| {
            *sum += value.summand();
            0
        },
        |sum, _| *sum,
        |_, _| current_cpu().into(),
    ];
}

impl Value for u64 {
    fn nth(n: u64) -> Self {
        n
    }
    fn reply(number: u64) -> Self {
        number
    }
    fn number(&self) -> u64 {
        *self
    }
    fn summand(self) -> u64 {
        self
    }
}

impl Value for [u64; 6] {
    fn nth(n: u64) -> Self {
        [n; 6]
    }
    fn reply(number: u64) -> Self {
        [number; 6]
    }
    fn number(&self) -> u64 {
        self[0]
    }
    fn summand(self) -> u64 {
        self[0]
    }
}

impl Value for Vec<u8> {
    fn nth(n: u64) -> Self {
        vec![n as u8; 1024]
    }
    /// Once in a run, so that its allocation does not count.
    fn reply(number: u64) -> Self {
        number.to_le_bytes().to_vec()
    }
    fn number(&self) -> u64 {
        let bytes = self.as_slice().try_into();
        u64::from_le_bytes(bytes.expect("a reply has eight bytes"))
    }
    fn summand(self) -> u64 {
        self.len() as u64
    }
}
