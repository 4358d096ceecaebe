//! The promise: a stop is ordered like a tell and needs no room: what its sender sent before it is handled, what others
//! send after it is undelivered; `cx.stop()` stops after the present handler.

mod common;

use common::{Gate, OpenAtEnd, SHARDS, Tally, Token, each_backend, eventually, yield_now};
use futures::FutureExt;
use futures::channel::oneshot;
use futures::future::join_all;
use spargio::{
    AskError, Cx, Handle, JoinError, JoinHandle, RingMsg, Runtime, SendError, ShardCtx, ShardId,
    shard_actor,
};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;

#[derive(RingMsg)]
enum ClerkMsg {
    Work(u32),
    Carry(u32, Token),
    #[ring(reply = u32)]
    Sign(u32),
    Block(Gate),
    Hold(oneshot::Receiver<()>),
    /// Stops within the handler, which then goes on for a while.
    StopHere(u32),
    /// Starts a child task that holds the token for ever; the reply is its handle's.
    Employ(Token, mpsc::Sender<JoinHandle<()>>),
    Quit,
}

#[derive(Clone, Default)]
struct Diary(Arc<Mutex<Vec<String>>>);

impl Diary {
    fn note(&self, entry: impl ToString) {
        self.0.lock().unwrap().push(entry.to_string());
    }
    fn read(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}

#[shard_actor(msg = ClerkMsg)]
struct Clerk(Diary);

impl ClerkBehavior for Clerk {
    async fn started(&mut self, _: &Cx<Self>) {
        self.0.note("starting");
        yield_now().await;
        self.0.note("started");
    }
    async fn stopped(&mut self, cx: &Cx<Self>) {
        self.0.note("stopping");
        assert!(
            matches!(cx.handle().work(0), Err(SendError::Dead(_))),
            "a stopped actor takes nothing"
        );
        yield_now().await;
        self.0.note("stopped");
    }
    async fn work(&mut self, _: &Cx<Self>, value: u32) {
        self.0.note(value);
    }
    async fn carry(&mut self, _: &Cx<Self>, arg0: u32, _: Token) {
        self.0.note(arg0);
    }
    async fn sign(&mut self, _: &Cx<Self>, value: u32) -> u32 {
        self.0.note(value);
        value
    }
    async fn block(&mut self, _: &Cx<Self>, value: Gate) {
        value.pass();
    }
    async fn hold(&mut self, _: &Cx<Self>, value: oneshot::Receiver<()>) {
        _ = value.await;
    }
    async fn stop_here(&mut self, cx: &Cx<Self>, value: u32) {
        cx.stop();
        assert!(matches!(cx.handle().work(0), Err(SendError::Dead(_))));
        assert!(!cx.handle().is_alive());
        yield_now().await;
        self.0.note(value);
    }
    async fn employ(&mut self, cx: &Cx<Self>, arg0: Token, arg1: mpsc::Sender<JoinHandle<()>>) {
        let child = cx.spawn_local(async move {
            let _held = arg0;
            std::future::pending::<()>().await;
        });
        arg1.send(child).unwrap();
    }
    async fn quit(&mut self, cx: &Cx<Self>) {
        cx.handle().stop();
        // Sent after the stop by the same sender: accepted or not, it is not handled.
        _ = cx.handle().work(99);
    }
}

impl Drop for Clerk {
    fn drop(&mut self) {
        self.0.note("dropped");
    }
}

fn start(rt: &Runtime, shard: ShardId) -> (ClerkHandle, Diary) {
    let diary = Diary::default();
    let clerk = Clerk(diary.clone());
    (
        rt.block_on(rt.remote(shard).unwrap().start(|| clerk))
            .unwrap(),
        diary,
    )
}

/// A life with this work in it.
fn life(work: impl IntoIterator<Item = u32>) -> Vec<String> {
    let work = work.into_iter().map(|n| n.to_string());
    let begin = ["starting", "started"].map(String::from);
    begin
        .into_iter()
        .chain(work)
        .chain(["stopping", "stopped", "dropped"].map(String::from))
        .collect()
}

#[test]
fn hooks_stand_around_the_work_and_what_was_sent_before_the_stop_is_handled() {
    each_backend(&SHARDS, |setup| {
        let rt = setup.build();
        for shard in 0..setup.shards as ShardId {
            let (clerk, diary) = start(&rt, setup.last());
            let sender = rt.spawn_local_on(shard, move |ctx| async move {
                // At once, before `started` has run.
                let own = ctx.start(Clerk(Diary::default())).unwrap();
                assert_eq!(own.sign(&ctx, 1).await, Ok(1));
                (0..300).for_each(|n| clerk.work(n).unwrap());
                let asked = clerk.sign(&ctx, 300);
                clerk.stop();
                clerk.stop();
                asked.await
            });
            assert_eq!(rt.block_on(sender.unwrap()), Ok(Ok(300)));
            rt.block_on(clerk.wait_stopped());
            assert_eq!(diary.read(), life(0..=300));
        }
        let (clerk, diary) = start(&rt, setup.last());
        (0..300).for_each(|n| clerk.work(n).unwrap());
        clerk.stop();
        rt.block_on(clerk.wait_stopped());
        assert_eq!(diary.read(), life(0..300));
        assert_eq!(rt.shutdown().unwrap().undelivered, 0);
    });
}

#[test]
fn messages_are_handled_after_started_has_ended() {
    each_backend(&SHARDS, |setup| {
        let rt = setup.build();
        let diary = Diary::default();
        let clerk = Clerk(diary.clone());
        let early = rt.spawn_local_on(setup.last(), |ctx: ShardCtx| async move {
            let clerk = ctx.start(clerk).unwrap();
            clerk.work(7).unwrap();
            clerk.stop();
            clerk.wait_stopped().await;
        });
        rt.block_on(early.unwrap()).unwrap();
        assert_eq!(diary.read(), life([7]));
    });
}

#[test]
fn what_is_queued_behind_a_stop_is_undelivered_and_each_ask_gets_dead_once() {
    each_backend(&SHARDS, |setup| {
        let rt = setup.build();
        let ((clerk, diary), gate, tally) =
            (start(&rt, setup.last()), Gate::default(), Tally::default());
        let _open = OpenAtEnd(gate.clone());
        let client = rt.client();
        clerk.block(gate.clone()).unwrap();
        gate.await_waiting(1);
        let before = clerk.sign(&client, 0);
        clerk.stop();
        let asks: Vec<_> = (0..100).map(|n| clerk.sign(&client, n)).collect();
        (0..100).for_each(|n| clerk.carry(n, tally.token()).unwrap());
        // Shards that are free have sent, and published, before the gate opens.
        let (sent, all_sent) = mpsc::channel();
        let free = 0..setup.shards as ShardId - 1;
        let tasks: Vec<_> = free
            .clone()
            .map(|shard| {
                let (sent, tally) = (sent.clone(), tally.clone());
                let others = move |ctx: ShardCtx| async move {
                    let asks: Vec<_> = (0..100).map(|n| clerk.sign(&ctx, n)).collect();
                    (0..100).for_each(|n| clerk.carry(n, tally.token()).unwrap());
                    yield_now().await;
                    sent.send(()).unwrap();
                    join_all(asks).await
                };
                rt.spawn_local_on(shard, others).unwrap()
            })
            .collect();
        free.clone().for_each(|_| all_sent.recv().unwrap());
        gate.open();
        assert_eq!(rt.block_on(before), Ok(0));
        assert_eq!(rt.block_on(join_all(asks)), vec![Err(AskError::Dead); 100]);
        let others = free.len() as u64;
        // Two ways in have no order between them: before the stop all are handled, behind it none.
        for task in tasks {
            let replies = rt.block_on(task).unwrap();
            let dead = replies
                .iter()
                .filter(|reply| **reply == Err(AskError::Dead))
                .count();
            assert_eq!(
                dead + replies.iter().filter(|reply| reply.is_ok()).count(),
                100
            );
        }
        rt.block_on(clerk.wait_stopped());
        let worked = diary.read().len() as u64 - 6;
        let report = rt.shutdown().unwrap();
        tally.assert_even();
        assert_eq!(report.accepted, 2 + 200 + 200 * others);
        assert_eq!(report.handled, 2 + worked);
        assert_eq!(report.undelivered, 200 + 200 * others - worked);
    });
}

#[test]
fn cx_stop_lets_the_present_handler_end_and_no_other_begin() {
    each_backend(&SHARDS, |setup| {
        let rt = setup.build();
        let ((clerk, diary), gate) = (start(&rt, setup.last()), Gate::default());
        let _open = OpenAtEnd(gate.clone());
        let client = rt.client();
        clerk.block(gate.clone()).unwrap();
        gate.await_waiting(1);
        clerk.work(1).unwrap();
        clerk.stop_here(2).unwrap();
        clerk.work(3).unwrap();
        let asked = clerk.sign(&client, 4);
        gate.open();
        assert_eq!(rt.block_on(asked), Err(AskError::Dead));
        rt.block_on(clerk.wait_stopped());
        assert_eq!(diary.read(), life([1, 2]));

        let (clerk, diary) = start(&rt, setup.last());
        clerk.quit().unwrap();
        rt.block_on(clerk.wait_stopped());
        assert_eq!(diary.read(), life([]));
        // 3 and 4 behind the stop, and what the clerk told itself, if that was accepted.
        let report = rt.shutdown().unwrap();
        assert_eq!(report.handled, 4);
        assert_eq!(report.accepted, report.handled + report.undelivered);
    });
}

#[test]
fn a_stop_needs_no_room_in_the_mailbox_nor_in_the_lane() {
    each_backend(&SHARDS, |setup| {
        for (mailbox, entries) in [(4, 1024), (1024, 1)] {
            let rt = setup
                .builder()
                .mailbox(mailbox)
                .ring_entries(entries)
                .build()
                .unwrap();
            let ((clerk, diary), gate) = (start(&rt, setup.last()), Gate::default());
            let _open = OpenAtEnd(gate.clone());
            clerk.block(gate.clone()).unwrap();
            gate.await_waiting(1);
            let fill = move || (0..5000).take_while(|&n| clerk.work(n).is_ok()).count() as u32;
            let sent = if setup.shards == 1 {
                let sent = fill();
                clerk.stop();
                sent
            } else {
                let stop = async move {
                    let sent = fill();
                    clerk.stop();
                    sent
                };
                rt.block_on(rt.spawn_on(0, stop).unwrap()).unwrap()
            };
            assert!((1..5000).contains(&sent), "{sent} found room");
            gate.open();
            rt.block_on(clerk.wait_stopped());
            assert_eq!(diary.read(), life(0..sent));
        }
    });
}

#[test]
fn a_send_that_waits_when_the_actor_stops_gets_its_message_back() {
    each_backend(&SHARDS, |setup| {
        let rt = setup.builder().mailbox(4).build().unwrap();
        let ((clerk, diary), tally) = (start(&rt, setup.last()), Tally::default());
        let (release, held) = oneshot::channel();
        clerk.try_send(ClerkMsg::Hold(held)).unwrap();
        let mut sent = 0;
        // The first that is refused may be so because the handler is not entered yet: then it waits its turn.
        let waiting = loop {
            let mut send = clerk.send(ClerkMsg::Carry(sent, tally.token()));
            match (&mut send).now_or_never() {
                Some(result) => result.unwrap(),
                None if sent == 4 => break send,
                None => rt.block_on(send).unwrap(),
            }
            sent += 1;
        };
        clerk.stop();
        eventually("the stop is seen", || !clerk.is_alive());
        drop(release);
        rt.block_on(clerk.wait_stopped());
        let Err(SendError::Dead(ClerkMsg::Carry(4, token))) = rt.block_on(waiting) else {
            panic!("it was accepted after the stop was seen");
        };
        assert_eq!(tally.dropped(), 4);
        drop(token);
        tally.assert_even();
        assert_eq!(diary.read(), life(0..4));
    });
}

#[test]
fn child_tasks_end_with_their_actor() {
    each_backend(&SHARDS, |setup| {
        let (rt, tally) = (setup.build(), Tally::default());
        for _ in 0..3 {
            let (clerk, _) = start(&rt, setup.last());
            let (children, employed) = mpsc::channel();
            (0..200).for_each(|_| clerk.employ(tally.token(), children.clone()).unwrap());
            let children: Vec<_> = employed.iter().take(200).collect();
            assert_eq!(tally.made() - tally.dropped(), 200);
            clerk.stop();
            rt.block_on(clerk.wait_stopped());
            tally.assert_even();
            assert_eq!(
                rt.block_on(join_all(children)),
                vec![Err(JoinError::Closed); 200]
            );
        }
    });
}

#[test]
fn many_threads_may_stop_one_actor() {
    each_backend(&SHARDS, |setup| {
        let rt = setup.build();
        for _ in 0..100 {
            let (clerk, diary) = start(&rt, setup.last());
            let task = rt.spawn_on(0, async move { clerk.stop() }).unwrap();
            thread::scope(|scope| (0..3).for_each(|_| drop(scope.spawn(|| clerk.stop()))));
            rt.block_on(task).unwrap();
            rt.block_on(clerk.wait_stopped());
            assert_eq!(diary.read(), life([]));
        }
    });
}
