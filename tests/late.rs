//! A shard whose user code returns only after the others have given it up: it ends all the same, and what was sent to it
//! is counted and dropped there.
//!
//! "A thread whose user code never returns is left and reported"; "`accepted == handled + undelivered`, exactly".

mod common;

use common::{Gate, OpenAtEnd, Tally, Token, each_backend, eventually, yield_now};
use spargio::{Cx, Handle, Reply, RingMsg, Runtime, SendError, shard_actor};
use std::cell::RefCell;
use std::fs;
use std::panic::resume_unwind;
use std::thread;
use std::time::Duration;

#[derive(RingMsg)]
enum BusyMsg {
    Note(u64),
    Keep(Token),
    Block(Gate, Duration),
}

#[shard_actor(msg = BusyMsg)]
#[derive(Default)]
struct Busy;

impl BusyBehavior for Busy {
    async fn note(&mut self, _: &Cx<Self>, _: u64) {}

    async fn keep(&mut self, _: &Cx<Self>, _: Token) {}

    async fn block(&mut self, _: &Cx<Self>, arg0: Gate, arg1: Duration) {
        arg0.pass();
        thread::sleep(arg1);
    }
}

/// Whether it was sent; else there was no room.
fn sent<R, M>(result: Result<R, SendError<M>>) -> bool {
    match result {
        Ok(_) => true,
        Err(SendError::Full(_)) => false,
        Err(refused) => panic!("{refused:?}"),
    }
}

/// Threads of this process whose names begin so.
fn threads_named(start: &str) -> usize {
    let tasks = fs::read_dir("/proc/self/task").unwrap();
    let names = tasks.filter_map(|task| fs::read_to_string(task.ok()?.path().join("comm")).ok());
    names.filter(|name| name.starts_with(start)).count()
}

fn send_from_shard_0(rt: &Runtime, send: impl FnOnce() -> usize + Send + 'static) -> usize {
    let sent = rt.spawn_on(0, async move { send() });
    rt.block_on(sent.unwrap()).unwrap()
}

#[test]
#[cfg(target_os = "linux")]
fn a_shard_that_comes_back_late_ends_though_much_was_sent_to_it() {
    each_backend(&[2], |setup| {
        let name = format!("late{}{}", setup.backend as u8, setup.carry as u8);
        let rt = setup.builder().thread_name(&*name).build().unwrap();
        let gate = OpenAtEnd(Gate::default());
        let held = gate.0.clone();
        drop(rt.spawn_on(1, async move { held.pass() }).unwrap());
        gate.0.await_waiting(1);
        let port = rt.remote(1).unwrap();
        let events = send_from_shard_0(&rt, move || {
            (0..200).filter(|&n| sent(port.send_raw(1, n))).count()
        });
        assert_eq!(events, 200);
        // Gives the shard up after a while.
        drop(rt);
        assert_eq!(threads_named(&name), 1);
        gate.0.open();
        eventually("its thread ends", || threads_named(&name) == 0);
    });
}

#[test]
fn what_was_sent_to_a_slow_shard_is_counted_and_dropped_there() {
    each_backend(&[2], |setup| {
        let tally = Tally::default();
        let rt = setup.builder().drain(Duration::ZERO).build().unwrap();
        let busy: BusyHandle = rt
            .block_on(rt.remote(1).unwrap().start(Busy::default))
            .unwrap();
        let gate = OpenAtEnd(Gate::default());
        // Longer than the `stopped` hooks may take, and not so long that it is reported.
        let block = Duration::from_millis(1200);
        busy.block(gate.0.clone(), block).unwrap();
        gate.0.await_waiting(1);
        let tokens = tally.clone();
        let messages = send_from_shard_0(&rt, move || {
            let notes = (0..400).filter(|&n| sent(busy.note(n))).count();
            notes + (0..100).filter(|_| sent(busy.keep(tokens.token()))).count()
        });
        assert_eq!(messages, 500);
        gate.0.open();
        let report = rt.shutdown().unwrap();
        assert_eq!(report.stuck_shards, 0, "{report:?}");
        assert_eq!(
            (report.accepted, report.handled, report.undelivered),
            (501, 1, 500)
        );
        tally.assert_even();
    });
}

/// A reply whose drop may panic.
struct Debt {
    panics: bool,
    _token: Token,
}

impl Drop for Debt {
    fn drop(&mut self) {
        if self.panics {
            // Without a word on the standard error output.
            resume_unwind(Box::new("meant to happen"));
        }
    }
}

#[derive(RingMsg)]
enum DebtorMsg {
    #[ring(reply = Debt, later)]
    Owe,
    #[ring(reply = usize)]
    Owed,
    /// Sends twice as many messages, and waits.
    Tell(BusyHandle, u64, Gate),
}

/// Pays when it stops, and not before the gate is opened.
#[shard_actor(msg = DebtorMsg)]
struct Debtor {
    owed: Vec<Reply<Debt>>,
    gate: Gate,
    tally: Tally,
}

impl DebtorBehavior for Debtor {
    async fn stopped(&mut self, _: &Cx<Self>) {
        self.gate.pass();
        for (paid, reply) in self.owed.drain(..).enumerate() {
            reply.send(Debt {
                panics: paid % 3 == 1,
                _token: self.tally.token(),
            });
        }
    }

    async fn owe(&mut self, _: &Cx<Self>, reply: Reply<Debt>) {
        self.owed.push(reply);
    }

    async fn owed(&mut self, _: &Cx<Self>) -> usize {
        self.owed.len()
    }

    async fn tell(&mut self, _: &Cx<Self>, arg0: BusyHandle, arg1: u64, arg2: Gate) {
        for _ in 0..arg1 {
            arg0.keep(self.tally.token()).unwrap();
            arg0.note(arg1).unwrap();
        }
        arg2.pass();
    }
}

thread_local! {
    static AT_END: RefCell<Option<OpenAtEnd>> = const { RefCell::new(None) };
}

/// A gate that is opened when a shard's thread ends.
fn gate_at_end_of(rt: &Runtime, shard: u16) -> Gate {
    let gate = Gate::default();
    let at_end = OpenAtEnd(gate.clone());
    let set = rt.spawn_on(shard, async move {
        AT_END.with_borrow_mut(|held| *held = Some(at_end));
    });
    rt.block_on(set.unwrap()).unwrap();
    gate
}

#[test]
fn replies_to_a_shard_that_has_ended_are_dropped() {
    each_backend(&[2], |setup| {
        let tally = Tally::default();
        let rt = setup
            .builder()
            .ring_entries(1)
            .drain(Duration::ZERO)
            .build()
            .unwrap();
        let debtor = Debtor {
            owed: Vec::new(),
            gate: gate_at_end_of(&rt, 0),
            tally: tally.clone(),
        };
        let debtor: DebtorHandle = rt.block_on(rt.remote(1).unwrap().start(|| debtor)).unwrap();
        let asked = rt.spawn_local_on(0, move |ctx| async move {
            let mut asks = Vec::new();
            while asks.len() < 100 {
                asks.push(debtor.owe(&ctx));
                while debtor.owed(&ctx).await != Ok(asks.len()) {
                    yield_now().await;
                }
            }
            // They are open until the shard ends.
            ctx.spawn_local(async move { futures::future::join_all(asks).await });
        });
        rt.block_on(asked.unwrap()).unwrap();
        let report = rt.shutdown().unwrap();
        assert_eq!(report.stuck_shards, 0, "{report:?}");
        assert_eq!(tally.made(), 100);
        tally.assert_even();
    });
}

#[test]
fn messages_to_a_shard_that_has_ended_are_counted() {
    each_backend(&[2], |setup| {
        let tally = Tally::default();
        let rt = setup.builder().drain(Duration::ZERO).build().unwrap();
        let busy: BusyHandle = rt
            .block_on(rt.remote(0).unwrap().start(Busy::default))
            .unwrap();
        let debtor = Debtor {
            owed: Vec::new(),
            gate: Gate::default(),
            tally: tally.clone(),
        };
        debtor.gate.open();
        let debtor: DebtorHandle = rt.block_on(rt.remote(1).unwrap().start(|| debtor)).unwrap();
        // Accepted, and not on their way before the handler has ended.
        let gate = gate_at_end_of(&rt, 0);
        debtor.tell(busy, 10, gate.clone()).unwrap();
        gate.await_waiting(1);
        let report = rt.shutdown().unwrap();
        assert_eq!(report.stuck_shards, 0, "{report:?}");
        assert_eq!(
            (report.accepted, report.handled, report.undelivered),
            (21, 1, 20)
        );
        assert!(!busy.is_alive());
        tally.assert_even();
    });
}
