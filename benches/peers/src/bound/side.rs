//! One of the two threads: its actors, its ends of the lanes, and its loop.

use crate::bound::bell::Bell;
use crate::bound::message::{ACTORS, ADD, Message, REPLY, STOP, Value};
use crate::bound::sleep::Beds;
use rtrb::{Consumer, Producer, PushError};
use std::collections::VecDeque;
use std::hint::{black_box, spin_loop};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// How long a side looks for messages before it sleeps.
const SPIN: Duration = Duration::from_micros(20);
/// How often it looks before it looks at the clock.
const LOOKS: u32 = 64;
/// How many messages of the lane it handles at a time.
const BATCH: usize = 256;

/// Whom a message is from.
#[derive(Clone, Copy)]
enum Origin {
    Here,
    Peer,
}

pub struct Side<V> {
    me: usize,
    beds: Arc<Beds>,
    bell: Bell,
    to_peer: Producer<Message<V>>,
    from_peer: Consumer<Message<V>>,
    here: VecDeque<Message<V>>,
    sums: Vec<u64>,
    /// By actor.
    pub replies: Vec<u64>,
    /// How many replies came.
    pub replied: u64,
    stopped: bool,
}

impl<V: Value> Side<V> {
    pub fn new(
        me: usize,
        beds: Arc<Beds>,
        to_peer: Producer<Message<V>>,
        from_peer: Consumer<Message<V>>,
    ) -> Self {
        let bell = Bell::new();
        beds.hang(me, bell.address());
        Self {
            me,
            beds,
            bell,
            to_peer,
            from_peer,
            here: VecDeque::with_capacity(4096),
            sums: vec![0; ACTORS],
            replies: vec![0; ACTORS],
            replied: 0,
            stopped: false,
        }
    }

    /// Sends to the peer, and waits for room if there is none.
    #[inline]
    pub fn send(&mut self, message: Message<V>) {
        if let Err(PushError::Full(refused)) = self.to_peer.push(message) {
            self.send_when_there_is_room(refused);
        }
    }

    #[cold]
    fn send_when_there_is_room(&mut self, mut message: Message<V>) {
        loop {
            self.flush();
            spin_loop();
            match self.to_peer.push(message) {
                Ok(()) => return,
                Err(PushError::Full(refused)) => message = refused,
            }
        }
    }

    /// Sees to it that the peer finds what was sent.
    #[inline]
    pub fn flush(&mut self) {
        self.beds.wake(1 - self.me, &mut self.bell);
    }

    /// Sends to an actor of this side.
    #[inline]
    pub fn send_here(&mut self, message: Message<V>) {
        self.here.push_back(message);
    }

    /// Handles what was sent to this side's own actors.
    #[inline]
    pub fn serve_here(&mut self) -> bool {
        let some = !self.here.is_empty();
        while let Some(message) = self.here.pop_front() {
            self.handle(message, Origin::Here);
        }
        some
    }

    /// Handles messages until so many replies have come.
    #[inline]
    pub fn await_replies(&mut self, replied: u64) {
        while self.replied < replied {
            self.turn_or_wait();
        }
    }

    /// Handles messages until the peer stops it.
    pub fn serve(&mut self) {
        while !self.stopped {
            self.turn_or_wait();
        }
    }

    /// Sleeps, without handling messages, until it was called so often.
    pub fn sleep_until_called(&mut self, called: &AtomicU64, calls: u64) {
        // Acquire: what the caller did before is seen.
        let is_called = || called.load(Ordering::Acquire) >= calls;
        while !is_called() {
            self.beds.sleep_unless(self.me, &mut self.bell, is_called);
        }
    }

    #[inline]
    fn turn_or_wait(&mut self) {
        let peer = self.serve_peer();
        if self.serve_here() || peer {
            self.flush();
        } else {
            self.wait();
        }
    }

    #[inline]
    fn serve_peer(&mut self) -> bool {
        let count = self.from_peer.slots().min(BATCH);
        for _ in 0..count {
            let message = self.from_peer.pop().expect("it was counted");
            self.handle(message, Origin::Peer);
        }
        count > 0
    }

    // Always: as a call of its own it takes as long as all the rest of a tell.
    #[inline(always)]
    fn handle(&mut self, message: Message<V>, from: Origin) {
        let Message { actor, kind, value } = message;
        // The mask spares a check; the number of actors is a power of two.
        let place = actor as usize & (ACTORS - 1);
        match kind {
            STOP => self.stopped = true,
            REPLY => {
                self.replies[place] = value.number();
                self.replied += 1;
            }
            _ => {
                // The black box keeps it a call through the table.
                let table = const { &V::TABLE };
                let handler = table[black_box(kind as usize)];
                let answer = handler(&mut self.sums[place], value);
                if kind != ADD {
                    let reply = Message::new(actor, REPLY, V::reply(answer));
                    match from {
                        Origin::Here => self.send_here(reply),
                        Origin::Peer => self.send(reply),
                    }
                }
            }
        }
    }

    /// Waits for the peer: looks for a while, then sleeps.
    fn wait(&mut self) {
        let mut since = None;
        loop {
            for _ in 0..LOOKS {
                if self.from_peer.slots() > 0 {
                    return;
                }
                spin_loop();
            }
            if since.get_or_insert_with(Instant::now).elapsed() > SPIN {
                break;
            }
        }
        let lane = &self.from_peer;
        self.beds
            .sleep_unless(self.me, &mut self.bell, || lane.slots() > 0);
    }
}
