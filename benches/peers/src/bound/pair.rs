//! The two sides, and whoever calls near from outside.

use crate::bound::bell::Bell;
use crate::bound::message::{Message, STOP, Value};
use crate::bound::side::Side;
use crate::bound::sleep::Beds;
use crate::measure::pin;
use crate::workload::ROOM;
use rtrb::RingBuffer;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;

const NEAR: usize = 0;
const FAR: usize = 1;

/// Calls near, from a thread that is neither side.
pub struct Caller<'a> {
    beds: &'a Beds,
    bell: Bell,
    called: &'a AtomicU64,
}

impl Caller<'_> {
    pub fn call(&mut self) {
        // Release: near sees what was done before the call.
        self.called.fetch_add(1, Ordering::Release);
        self.beds.wake(NEAR, &mut self.bell);
    }
}

/// Runs near's work and, on the calling thread, the caller's, with a far side that serves meanwhile. Returns what both
/// come to.
pub fn with_caller<V: Value, R: Send, C>(
    near: impl FnOnce(&mut Side<V>, &AtomicU64) -> R + Send,
    caller: impl FnOnce(&mut Caller<'_>) -> C,
) -> (R, C) {
    let (to_far, from_near) = RingBuffer::new(ROOM);
    let (to_near, from_far) = RingBuffer::new(ROOM);
    let (beds, called, both) = (
        &Arc::new(Beds::default()),
        &AtomicU64::new(0),
        &Barrier::new(2),
    );
    thread::scope(|scope| {
        scope.spawn(move || {
            pin(FAR);
            let mut side: Side<V> = Side::new(FAR, beds.clone(), to_near, from_near);
            both.wait();
            side.serve();
            // Near may still ring this side's bell.
            both.wait();
        });
        let near = scope.spawn(move || {
            pin(NEAR);
            let mut side = Side::new(NEAR, beds.clone(), to_far, from_far);
            both.wait();
            let result = near(&mut side, called);
            side.send(Message::new(0, STOP, V::reply(0)));
            side.flush();
            both.wait();
            result
        });
        let from_caller = caller(&mut Caller {
            beds,
            bell: Bell::new(),
            called,
        });
        let from_near = near.join().expect("near ends its work");
        (from_near, from_caller)
    })
}

/// Runs near's work with a far side that serves meanwhile.
pub fn run<V: Value, R: Send>(near: impl FnOnce(&mut Side<V>) -> R + Send) -> R {
    with_caller(|side, _| near(side), |_| ()).0
}
