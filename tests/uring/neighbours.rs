//! Runtimes side by side: one that goes takes nothing of the other with it, and what is sent to it late reaches no
//! stranger, though new descriptors have its numbers.

use crate::common::{Gate, Setup, eventually, yield_now};
use crate::ledger::{LedgerHandle, Order, fits, message, noted, open};
use crate::{assert_sound, each_carry};
use spargio::{Event, Handle, JoinHandle, RemoteShard, Runtime, SendError, ShardCtx, ShardId};
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// The tag of a sender's last event.
const END: u16 = u16::MAX;

/// The tag of events that come where they must not.
const STRAY: u16 = 0xBAD;

/// Two shards that send to each other until they are told to stop.
struct Talkers {
    rt: Runtime,
    stop: Arc<AtomicBool>,
    ledgers: [LedgerHandle; 2],
    senders: [JoinHandle<u64>; 2],
    readers: [JoinHandle<Order>; 2],
}

impl Talkers {
    fn new(setup: &Setup) -> Self {
        let rt = setup.build();
        let stop = Arc::new(AtomicBool::new(false));
        let ledgers = [0, 1].map(|shard| open(&rt, shard));
        let senders = [(0, 1), (1, 0)].map(|(from, to)| {
            let (ledger, stop) = (ledgers[usize::from(to)], stop.clone());
            rt.spawn_local_on(from, move |ctx| talk(ctx, to, ledger, stop))
                .unwrap()
        });
        let readers = [0, 1].map(|shard| rt.spawn_local_on(shard, listen).unwrap());
        let talkers = Self {
            rt,
            stop,
            ledgers,
            senders,
            readers,
        };
        talkers.go_on();
        talkers
    }

    /// Waits until some more was said, enough for every number in a completion to come again.
    fn go_on(&self) {
        let handled = |shard: usize| self.rt.stats().shards[shard].handled;
        let goals = [0, 1].map(|shard| (shard, handled(shard) + 500));
        let reached = || goals.iter().all(|&(shard, goal)| handled(shard) >= goal);
        eventually("they talk", reached);
    }

    /// Fails unless all that was said was heard, and nothing else.
    fn end(self) {
        self.go_on();
        self.stop.store(true, Ordering::Relaxed);
        let said = self.senders.map(|sender| self.rt.block_on(sender).unwrap());
        let heard = self.readers.map(|reader| self.rt.block_on(reader).unwrap());
        for (from, to) in [(0, 1), (1, 0)] {
            heard[to].assert([from as ShardId], said[from]);
            let noted = noted(&self.rt, self.ledgers[to], said[from]);
            noted.assert([from as ShardId], said[from]);
        }
        assert_sound(&self.rt);
    }
}

/// Sends events and messages to another shard until it is told to stop; returns how many of each.
async fn talk(ctx: ShardCtx, to: ShardId, ledger: LedgerHandle, stop: Arc<AtomicBool>) -> u64 {
    let (from, port) = (ctx.shard_id(), ctx.remote(to).unwrap());
    let mut number = 0;
    while !stop.load(Ordering::Relaxed) {
        while !fits(port.send_raw(from, number)) {
            yield_now().await;
        }
        while !fits(ledger.try_send(message(from, number))) {
            yield_now().await;
        }
        number += 1;
        if number % 64 == 0 {
            yield_now().await;
        }
    }
    while !fits(port.send_raw(END, 0)) {
        yield_now().await;
    }
    number
}

async fn listen(ctx: ShardCtx) -> Order {
    let mut order = Order::default();
    loop {
        match ctx.next_event().await {
            Event::RingMsg { tag: END, .. } => return order,
            event => order.note_event(event),
        }
    }
}

/// The process's descriptors that are rings.
fn rings() -> BTreeSet<String> {
    let is_ring = |number: &String| {
        let path = fs::read_link(format!("/proc/self/fd/{number}"));
        path.is_ok_and(|path| path.to_string_lossy().contains("io_uring"))
    };
    fs::read_dir("/proc/self/fd")
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .filter(is_ring)
        .collect()
}

/// Sends to a shard of another runtime until that is closed.
async fn pester(port: RemoteShard, ledger: LedgerHandle) {
    loop {
        let sent = [
            port.send_raw(STRAY, 0).map(drop).map_err(drop_what),
            ledger.note(STRAY, 0).map_err(drop_what),
        ];
        match sent {
            [
                Err(SendError::Full(())) | Ok(()),
                Err(SendError::Full(())) | Ok(()),
            ] => {
                yield_now().await;
            }
            _ => return,
        }
    }
}

fn drop_what<M>(error: SendError<M>) -> SendError<()> {
    match error {
        SendError::Full(_) => SendError::Full(()),
        SendError::Dead(_) => SendError::Dead(()),
        SendError::Closed(_) => SendError::Closed(()),
    }
}

fn is_dead(port: &RemoteShard, ledger: LedgerHandle) -> bool {
    matches!(port.send_raw(STRAY, 1), Err(SendError::Dead(_)))
        && matches!(ledger.note(STRAY, 1), Err(SendError::Dead(_)))
        && !ledger.is_alive()
}

#[test]
fn a_runtime_outlives_its_neighbours() {
    each_carry(&[2], |setup| {
        let survivor = Talkers::new(setup);
        let mut reused = 0;
        for round in 0..25 {
            let before = rings();
            let neighbour = setup.build();
            let theirs: BTreeSet<_> = rings().difference(&before).cloned().collect();
            let to = neighbour.remote(round % 2).unwrap();
            let ledger = open(&neighbour, round % 2);
            let port = to.clone();
            let pester = survivor.rt.spawn_on(0, pester(port, ledger)).unwrap();
            eventually("it is pestered", || {
                neighbour.stats().shards[usize::from(round % 2)].handled > 100
            });
            drop(neighbour);
            survivor.rt.block_on(pester).unwrap();

            // Files and rings with the same numbers, and shards with the same seats.
            let files = (0..round % 4).map(|_| File::open("/dev/null").unwrap());
            let files: Vec<_> = files.collect();
            let next = Talkers::new(setup);
            reused += theirs.intersection(&rings()).count();
            assert!(is_dead(&to, ledger));
            let on_shard = async move { is_dead(&to, ledger) };
            let on_shard = survivor.rt.spawn_on(1, on_shard).unwrap();
            assert_eq!(survivor.rt.block_on(on_shard), Ok(true));
            survivor.go_on();
            next.end();
            drop(files);
        }
        assert!(reused > 0, "numbers of rings came again");
        survivor.end();
    });
}

/// How many threads have a name that begins so.
fn threads_named(start: &str) -> usize {
    let tasks = fs::read_dir("/proc/self/task").unwrap();
    // A thread may end while it is looked at.
    let names = tasks.filter_map(|task| fs::read_to_string(task.ok()?.path().join("comm")).ok());
    names.filter(|name| name.starts_with(start)).count()
}

/// A shard that is stuck sends to one that has ended when it is stuck no more.
#[test]
fn what_a_stuck_shard_sends_late_reaches_no_stranger() {
    each_carry(&[2], |setup| {
        let rt = setup.builder().thread_name("stuck").build().unwrap();
        let (gate, ledger) = (Gate::default(), open(&rt, 0));
        let (port, held) = (rt.remote(0).unwrap(), gate.clone());
        let stuck = rt.spawn_on(1, async move {
            // Fewer than are published before the turn ends.
            for number in 0..20 {
                drop(port.send_raw(STRAY, number).unwrap());
                ledger.note(STRAY, number as u32).unwrap();
            }
            held.pass();
        });
        drop(stuck.unwrap());
        gate.await_waiting(1);
        // Gives shard 1 up after a while; shard 0 has ended by then.
        drop(rt);
        let strangers: Vec<_> = (0..4).map(|_| Talkers::new(setup)).collect();
        gate.open();
        eventually("it has ended", || threads_named("stuck") == 0);
        strangers.into_iter().for_each(Talkers::end);
    });
}
