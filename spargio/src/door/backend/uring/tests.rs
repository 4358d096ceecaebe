//! Whatever the kernel answers, nothing is lost and nothing changes its place.

mod accepts;
mod kernels;
mod operations;
mod refusals;
// Skips are said in one way, here and in `tests/`.
#[path = "../../../../../tests/common/skip.rs"]
mod skip;

use super::Offer;
use super::faults::{Fault, Faulty};
use crate::door::clock::{now, until};
use crate::error::{AskError, IoUringRefusal, SendError};
use crate::{
    BackendKind, Carry, Client, Cx, Event, RemoteShard, RingMsg, RingStats, Runtime, ShardCtx,
    ShardId, shard_actor,
};
use skip::skip_unless_required;
use std::cell::Cell;
use std::sync::OnceLock;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

/// How often each fault strikes.
const TIMES: usize = 10_000;

/// Numbers in a row, which come inline, with a body and with a reply.
#[derive(RingMsg)]
enum LogMsg {
    Note(u64),
    Text(u64, [u64; 4]),
    #[ring(reply = u64)]
    Count(u64),
}

#[shard_actor(msg = LogMsg)]
#[derive(Default)]
struct Log {
    next: u64,
}

impl Log {
    fn take(&mut self, number: u64) {
        // The actor stops with a panic, and the ask that follows is `Dead`.
        assert_eq!(number, self.next, "out of order, lost or twice");
        self.next += 1;
    }
}

impl LogBehavior for Log {
    async fn note(&mut self, _: &Cx<Self>, value: u64) {
        self.take(value);
    }

    async fn text(&mut self, _: &Cx<Self>, arg0: u64, arg1: [u64; 4]) {
        assert_eq!(arg1, [arg0; 4]);
        self.take(arg0);
    }

    async fn count(&mut self, _: &Cx<Self>, value: u64) -> u64 {
        self.take(value);
        self.next
    }
}

async fn give_way() {
    let mut given = false;
    std::future::poll_fn(|task| {
        if std::mem::replace(&mut given, true) {
            return std::task::Poll::Ready(());
        }
        task.waker().wake_by_ref();
        std::task::Poll::Pending
    })
    .await;
}

/// Does something until it is not refused for want of room.
async fn insist<R, M>(mut send: impl FnMut() -> Result<R, SendError<M>>) -> R {
    loop {
        match send() {
            Ok(sent) => return sent,
            Err(SendError::Full(_)) => give_way().await,
            Err(refused) => panic!("{refused:?}"),
        }
    }
}

/// Sends in rounds, messages of all kinds and pairs, until `enough`.
async fn send_rounds(
    ctx: ShardCtx,
    to: LogHandle,
    port: RemoteShard,
    enough: impl Fn() -> bool,
) -> u64 {
    let (mut number, mut pair) = (0, 0);
    let mut next = || {
        number += 1;
        number - 1
    };
    while !enough() {
        for _ in 0..20 {
            let value = next();
            insist(|| to.note(value)).await;
        }
        for _ in 0..4 {
            let value = next();
            insist(|| to.text(value, [value; 4])).await;
        }
        let mut ticket = None;
        for _ in 0..64 {
            ticket = Some(insist(|| port.send_raw(7, pair)).await);
            pair += 1;
        }
        let value = next();
        let count = loop {
            match to.count(&ctx, value).timeout(Duration::from_secs(60)).await {
                Err(AskError::Full) => give_way().await,
                count => break count,
            }
        };
        assert_eq!(count, Ok(value + 1));
        ticket
            .expect("there were some")
            .await
            .expect("the shard lives");
    }
    insist(|| port.send_raw(0, pair)).await;
    pair
}

/// Reads pairs in their order, to the last.
async fn read_pairs(ctx: ShardCtx) -> u64 {
    let mut expected = 0;
    loop {
        let Event::RingMsg { from, tag, val } = ctx.next_event().await;
        assert_eq!((from, val), (Some(0), expected));
        if tag == 0 {
            return expected;
        }
        expected += 1;
    }
}

struct Survivor {
    rt: Runtime,
    client: Client,
    log: LogHandle,
}

impl Survivor {
    fn new(carry: Carry, ring_entries: usize, spin: Duration) -> Self {
        let rt = Runtime::builder()
            .shards(2)
            .backend(BackendKind::IoUring)
            .carry(carry)
            .ring_entries(ring_entries)
            .spin(spin)
            .build()
            .expect("io_uring is there");
        let log = rt.remote(1).expect("two shards").start(Log::default);
        let log = rt.block_on(log).expect("it starts");
        Self {
            client: rt.client(),
            rt,
            log,
        }
    }

    fn send_between_shards(&self, enough: impl Fn() -> bool + Send + 'static) {
        let (log, port) = (self.log, self.rt.remote(1).expect("two shards"));
        let pairs = self.rt.spawn_local_on(1, read_pairs).expect("it runs");
        let sent = self
            .rt
            .spawn_local_on(0, move |ctx| send_rounds(ctx, log, port, enough))
            .expect("it runs");
        let sent = self.rt.block_on(sent).expect("it ends");
        assert_eq!(self.rt.block_on(pairs), Ok(sent));
    }

    fn ask_from_outside(&self, enough: impl Fn() -> bool) {
        let mut value = 0;
        while !enough() {
            let count = self.log.count(&self.client, value);
            let count = self.rt.block_on(count.timeout(Duration::from_secs(60)));
            value += 1;
            assert_eq!(count, Ok(value));
        }
    }

    fn ring(&self, shard: ShardId) -> RingStats {
        self.rt.stats().shards[usize::from(shard)].ring.clone()
    }

    /// Ends it; returns what both rings counted.
    fn end(self) -> [RingStats; 2] {
        let rings = [self.ring(0), self.ring(1)];
        let report = self.rt.shutdown().expect("from outside");
        assert_eq!(report.accepted, report.handled);
        assert_eq!((report.undelivered, report.stuck_shards), (0, 0));
        rings
    }
}

/// Whether io_uring is there, for this carry; says so if not, and fails if it must be. Found out once, before any test has
/// anything fail.
fn has_ring(carry: Carry) -> bool {
    static OFFER: OnceLock<Result<Offer, IoUringRefusal>> = OnceLock::new();
    let why = match OFFER.get_or_init(super::offer) {
        Ok(offer) if offer.pass || carry == Carry::Lane => return true,
        Ok(_) => format!("Carry::{carry:?} needs a newer kernel (Linux 6.3)"),
        Err(refusal) => refusal.to_string(),
    };
    skip_unless_required("SPARGIO_REQUIRE_URING", why);
    false
}

/// The carries that can be used here.
fn carries() -> impl Iterator<Item = Carry> {
    let carries = [Carry::Lane, Carry::Completion];
    carries.into_iter().filter(|&carry| has_ring(carry))
}

/// How long a test may take where something lost would have it wait for ever.
const PATIENCE: Duration = Duration::from_secs(100);

/// Runs a test with its fault on a ring, and fails if it does not end.
fn in_time(fault: Fault, every: u64, test: impl FnOnce(fn() -> usize) + Send + 'static) {
    if !has_ring(Carry::Lane) {
        return;
    }
    let faulty = Faulty::new(fault, every);
    let injected = faulty.injections();
    let (done, is_done) = channel();
    #[expect(clippy::disallowed_methods, reason = "a test may have threads")]
    let thread = thread::spawn(move || {
        test(injected);
        // Nobody listens if it is too late.
        _ = done.send(());
    });
    if is_done.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
        panic!("{fault:?}: not within {PATIENCE:?}");
    }
    thread.join().expect("it has said why");
}

/// Survives a fault ten thousand times on each carry; `counted` picks the count that it shows in, of both rings.
fn survive(fault: Fault, every: u64, counted: fn(&RingStats) -> u64) {
    for carry in carries() {
        for spin in [Duration::ZERO, Duration::from_micros(20)] {
            in_time(fault, every, move |injected| {
                let survivor = Survivor::new(carry, 16, spin);
                survivor.send_between_shards(move || injected() >= TIMES / 2);
                let count: u64 = survivor.end().iter().map(counted).sum();
                assert!(count > 0, "{fault:?} on {carry:?} was not counted");
            });
        }
    }
}

#[test]
fn interrupted_enters() {
    survive(Fault::Enter(libc::EINTR), 3, |ring| ring.interrupted);
}

#[test]
fn enters_without_memory_for_requests() {
    survive(Fault::Enter(libc::EAGAIN), 3, |ring| ring.put_off);
}

#[test]
fn enters_while_completions_wait() {
    survive(Fault::Enter(libc::EBUSY), 3, |ring| ring.put_off);
}

#[test]
fn enters_without_memory() {
    survive(Fault::Enter(libc::ENOMEM), 2, |ring| ring.put_off);
}

#[test]
fn enters_that_fail_for_no_known_reason() {
    survive(Fault::Enter(libc::EPERM), 3, |ring| ring.failed);
}

#[test]
fn short_submits() {
    survive(Fault::ShortSubmit, 2, |ring| ring.short_submits);
}

#[test]
fn full_submission_queues() {
    survive(Fault::FullQueue, 2, |ring| ring.sq_full);
}

#[test]
fn messages_that_the_target_has_no_memory_for() {
    survive(Fault::Message(libc::ENOMEM), 3, |ring| {
        ring.resent + ring.bells_retried
    });
}

#[test]
fn messages_that_overflow_their_target() {
    survive(Fault::Message(libc::EOVERFLOW), 2, |ring| {
        ring.resent + ring.bells_retried
    });
}

#[test]
fn bells_from_threads_without_a_ring() {
    for carry in carries() {
        in_time(Fault::Send(libc::ENOMEM), 1, move |injected| {
            let survivor = Survivor::new(carry, 16, Duration::ZERO);
            survivor.ask_from_outside(|| injected() >= TIMES / 2);
            survivor.end();
        });
    }
}

/// Whoever sleeps without a poll on its eventfd hears nobody outside, so it sleeps briefly.
#[test]
fn polls_that_find_no_room() {
    for carry in carries() {
        in_time(Fault::Poll, 1, move |injected| {
            let survivor = Survivor::new(carry, 16, Duration::ZERO);
            survivor.ask_from_outside(|| injected() >= TIMES / 2);
            survivor.end();
        });
    }
}

/// Asks alone, each of which wakes a sleeper: no other message could wake it in the bell's place.
#[test]
fn bells_between_shards() {
    in_time(Fault::Bell(libc::ENOMEM), 2, |injected| {
        let survivor = Survivor::new(Carry::Lane, 16, Duration::ZERO);
        let log = survivor.log;
        let asks = survivor.rt.spawn_local_on(0, move |ctx| async move {
            let mut value = 0;
            while injected() < TIMES {
                // It may fall asleep, for which it takes its time under a sanitizer.
                thread::sleep(Duration::from_micros(20));
                let count = log.count(&ctx, value).timeout(Duration::from_secs(60));
                let start = now();
                assert_eq!(count.await, Ok(value + 1));
                assert!(
                    until(start + Duration::from_secs(5)) > Duration::ZERO,
                    "it slept"
                );
                value += 1;
            }
        });
        let asked = asks.expect("it runs");
        survivor.rt.block_on(asked).expect("it ends");
        let retried: u64 = survivor.end().iter().map(|ring| ring.bells_retried).sum();
        assert!(retried >= TIMES as u64, "{retried}");
    });
}

/// Windows so wide that the kernel must hold completions back.
#[test]
fn completion_queues_that_overflow() {
    for carry in carries() {
        in_time(Fault::WideWindow, 1, move |_| {
            let mut overflows = 0;
            while overflows < TIMES as u64 / 2 {
                let survivor = Survivor::new(carry, 1, Duration::ZERO);
                let rounds = Cell::new(0);
                survivor.send_between_shards(move || rounds.replace(rounds.get() + 1) == 1_000);
                overflows += survivor.end()[1].overflows;
            }
        });
    }
}
