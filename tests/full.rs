//! The promise: accepted and not yet begun never exceeds the mailbox's N, and one sender alone can fill all N; what finds
//! no room is handed back as `Full`, or waits in `send` for its turn.

mod common;

use common::{Gate, OpenAtEnd, SHARDS, Setup, Tally, Token, each_backend, eventually, yield_now};
use futures::FutureExt;
use futures::channel::oneshot;
use spargio::{
    AskError, Asker, Cx, Handle, RingMsg, Runtime, SendError, ShardCtx, ShardId, shard_actor,
};
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

#[derive(RingMsg)]
enum DeskMsg {
    Note(u32),
    Wide {
        number: u32,
        ballast: [u64; 9],
    },
    #[ring(reply = u32)]
    Query(u32),
    Keep(u32, Token),
    /// Holds the actor; its shard goes on.
    Hold(oneshot::Receiver<()>),
    /// Sends itself a note, and then holds the actor.
    NoteAndHold(oneshot::Receiver<()>),
    /// Holds the actor and its whole shard.
    Block(Gate),
    /// Sends to itself until there is no room, with tells and with waits: how many were accepted.
    #[ring(reply = (u32, u32))]
    FillYourself,
}

/// What a desk has begun, and the most that was ever seen to be accepted and not begun.
#[derive(Default)]
struct Seen {
    numbers: Mutex<Vec<u32>>,
    begun: AtomicU64,
    accepted: AtomicU64,
    most: AtomicU64,
}

impl Seen {
    fn count(&self) -> usize {
        self.numbers.lock().unwrap().len()
    }
    fn take(&self) -> Vec<u32> {
        std::mem::take(&mut self.numbers.lock().unwrap())
    }
}

#[shard_actor(msg = DeskMsg)]
struct Desk(Arc<Seen>);

impl Desk {
    fn note(&self, number: u32) {
        self.0.numbers.lock().unwrap().push(number);
        // Senders count after `Ok`, so what is seen here is at most what was accepted; and exactly so many are begun.
        let begun = self.0.begun.fetch_add(1, SeqCst) + 1;
        let open = self.0.accepted.load(SeqCst).saturating_sub(begun);
        self.0.most.fetch_max(open, SeqCst);
    }
}

impl DeskBehavior for Desk {
    async fn note(&mut self, _: &Cx<Self>, value: u32) {
        Desk::note(self, value);
    }
    async fn wide(&mut self, _: &Cx<Self>, number: u32, ballast: [u64; 9]) {
        assert_eq!(ballast, [u64::from(number); 9]);
        Desk::note(self, number);
    }
    async fn query(&mut self, _: &Cx<Self>, value: u32) -> u32 {
        Desk::note(self, value);
        value
    }
    async fn keep(&mut self, _: &Cx<Self>, arg0: u32, _: Token) {
        Desk::note(self, arg0);
    }
    async fn hold(&mut self, _: &Cx<Self>, value: oneshot::Receiver<()>) {
        _ = value.await;
    }
    async fn note_and_hold(&mut self, cx: &Cx<Self>, value: oneshot::Receiver<()>) {
        cx.handle().note(0).unwrap();
        _ = value.await;
    }
    async fn block(&mut self, _: &Cx<Self>, value: Gate) {
        value.pass();
    }
    async fn fill_yourself(&mut self, cx: &Cx<Self>) -> (u32, u32) {
        let (me, mut told, mut waited) = (cx.handle(), 0, 0);
        while me
            .send(DeskMsg::Note(waited))
            .now_or_never()
            .expect("at once")
            .is_ok()
        {
            waited += 1;
        }
        while me.note(told).is_ok() {
            told += 1;
        }
        (waited, told)
    }
}

fn start(rt: &Runtime, shard: ShardId) -> (DeskHandle, Arc<Seen>) {
    let seen = Arc::new(Seen::default());
    let desk = seen.clone();
    (
        rt.block_on(rt.remote(shard).unwrap().start(|| Desk(desk)))
            .unwrap(),
        seen,
    )
}

/// Has the desk wait in its handler, with an empty mailbox and all credits home. Dropping what it returns lets it go on.
fn hold(rt: &Runtime, desk: DeskHandle) -> oneshot::Sender<()> {
    let depth = || {
        rt.stats()
            .actors
            .iter()
            .find(|actor| actor.id == desk.id())
            .map(|actor| actor.depth)
    };
    eventually("all credits are home", || depth() == Some(0));
    let (sender, receiver) = oneshot::channel();
    desk.try_send(DeskMsg::Hold(receiver)).unwrap();
    eventually("the handler waits", || depth() == Some(0));
    sender
}

/// Sends notes until there is no room; how many were accepted.
fn fill(desk: DeskHandle) -> u32 {
    (0..).take_while(|&n| accepts(desk, n)).count() as u32
}

fn accepts(desk: DeskHandle, number: u32) -> bool {
    match desk.note(number) {
        Ok(()) => true,
        Err(SendError::Full(DeskMsg::Note(back))) if back == number => false,
        Err(other) => panic!("note {number} gave {other:?}"),
    }
}

#[test]
fn a_mailbox_of_four_never_holds_more() {
    each_backend(&SHARDS, |setup| {
        let rt = setup.builder().mailbox(4).build().unwrap();
        let (desk, seen) = start(&rt, setup.last());
        for _ in 0..20 {
            let held = hold(&rt, desk);
            let fill_on = |shard| rt.spawn_on(shard, async move { fill(desk) }).unwrap();
            let tasks: Vec<_> = (0..setup.shards.min(3) as ShardId).map(fill_on).collect();
            let outside = [(); 2].map(|()| thread::spawn(move || fill(desk)));
            let mut accepted: u32 = tasks
                .into_iter()
                .map(|task| rt.block_on(task).unwrap())
                .sum();
            accepted += outside
                .map(|thread| thread.join().unwrap())
                .iter()
                .sum::<u32>();
            assert_eq!(accepted, 4);
            drop(held);
            eventually("they are handled", || seen.count() == 4);
            seen.take();
        }
        rt.shutdown().unwrap();
    });
}

#[test]
fn in_traffic_from_three_shards_a_mailbox_of_four_never_holds_more() {
    each_backend(&SHARDS, |setup| {
        let rt = setup.builder().mailbox(4).build().unwrap();
        let (desk, seen) = start(&rt, setup.last());
        let flood = |seen: Arc<Seen>| async move {
            for n in 0..20_000 {
                while !accepts(desk, n) {
                    yield_now().await;
                    thread::yield_now();
                }
                seen.accepted.fetch_add(1, SeqCst);
            }
        };
        let tasks: Vec<_> = (0..setup.shards.min(3) as ShardId)
            .map(|shard| rt.spawn_on(shard, flood(seen.clone())).unwrap())
            .collect();
        rt.block_on(flood(seen.clone()));
        for task in tasks {
            rt.block_on(task).unwrap();
        }
        let sent = 20_000 * (1 + setup.shards.min(3));
        eventually("all are handled", || seen.count() == sent);
        assert!(
            seen.most.load(SeqCst) <= 4,
            "{} accepted and not begun",
            seen.most.load(SeqCst)
        );
    });
}

/// Fills a mailbox alone, with tells, wide tells or asks.
async fn fill_alone(desk: DeskHandle, asker: impl Asker<DeskMsg>, kind: u32) -> u32 {
    let mut asks = Vec::new();
    for number in 0.. {
        let sent = match kind {
            0 => desk.note(number),
            1 => desk.wide(number, [number.into(); 9]),
            _ => {
                let mut ask = Box::pin(desk.query(&asker, number));
                match ask.as_mut().now_or_never() {
                    None => {
                        asks.push(ask);
                        continue;
                    }
                    Some(result) => assert_eq!(result, Err(AskError::Full)),
                }
                return number;
            }
        };
        match sent {
            Ok(()) => {}
            Err(refused) => {
                assert!(matches!(refused, SendError::Full(_)));
                return number;
            }
        }
    }
    unreachable!("a mailbox has an end")
}

fn fills_exactly(setup: &Setup, mailbox: u32) {
    let rt = setup.builder().mailbox(mailbox as usize).build().unwrap();
    let (desk, seen) = start(&rt, setup.last());
    for kind in 0..3 {
        for shard in 0..setup.shards as ShardId {
            let held = hold(&rt, desk);
            let filled = rt
                .spawn_local_on(shard, move |ctx| fill_alone(desk, ctx, kind))
                .unwrap();
            assert_eq!(
                rt.block_on(filled).unwrap(),
                mailbox,
                "kind {kind} from shard {shard}"
            );
            drop(held);
            eventually("they are handled", || seen.count() == mailbox as usize);
            assert_eq!(seen.take(), (0..mailbox).collect::<Vec<_>>());
        }
        let held = hold(&rt, desk);
        assert_eq!(
            rt.block_on(fill_alone(desk, rt.client(), kind)),
            mailbox,
            "kind {kind} from outside"
        );
        drop(held);
        eventually("they are handled", || seen.count() == mailbox as usize);
        seen.take();
    }
}

#[test]
fn one_sender_alone_fills_all_of_it() {
    each_backend(&SHARDS, |setup| {
        [1, 4, 7, 8, 1024]
            .into_iter()
            .for_each(|n| fills_exactly(setup, n))
    });
}

#[test]
fn one_sender_alone_fills_all_of_it_while_a_handler_computes() {
    each_backend(&SHARDS, |setup| {
        for mailbox in [1, 4, 8, 64, 1024] {
            let rt = setup.builder().mailbox(mailbox as usize).build().unwrap();
            let (desk, gates) = (
                start(&rt, setup.last()).0,
                [Gate::default(), Gate::default()],
            );
            let _open = gates.clone().map(OpenAtEnd);
            desk.block(gates[0].clone()).unwrap();
            gates[0].await_waiting(1);
            // Some are begun in the same turn as the one that computes.
            (1..mailbox / 2).for_each(|number| desk.note(number).unwrap());
            desk.block(gates[1].clone()).unwrap();
            gates[0].open();
            gates[1].await_waiting(1);
            assert_eq!(
                fill(desk),
                mailbox,
                "what is being handled, or was, takes no room"
            );
        }
    });
}

#[test]
fn after_bursts_from_everywhere_all_of_it_can_be_filled_again() {
    each_backend(&[2, 4, 128], |setup| {
        let rt = setup.builder().mailbox(256).build().unwrap();
        let (desk, seen) = start(&rt, setup.last());
        for _ in 0..3 {
            let burst = move || async move {
                for n in 0..1000 {
                    desk.send(DeskMsg::Note(n)).await.unwrap();
                }
            };
            let tasks: Vec<_> = (0..setup.shards as ShardId)
                .map(|shard| rt.spawn_on(shard, burst()).unwrap())
                .collect();
            for task in tasks {
                rt.block_on(task).unwrap();
            }
            eventually("the burst is handled", || {
                seen.count() == 1000 * setup.shards
            });
            let held = hold(&rt, desk);
            assert_eq!(fill(desk), 256);
            drop(held);
            eventually("what filled it is handled", || {
                seen.count() == 1000 * setup.shards + 256
            });
            seen.take();
        }
    });
}

#[test]
fn a_full_lane_gives_full_and_recovers() {
    each_backend(&[2, 4], |setup| {
        for entries in [1, 2, 16] {
            let rt = setup
                .builder()
                .ring_entries(entries)
                .mailbox(4096)
                .build()
                .unwrap();
            let (desk, seen) = start(&rt, setup.last());
            let gate = Gate::default();
            let _open = OpenAtEnd(gate.clone());
            desk.block(gate.clone()).unwrap();
            gate.await_waiting(1);
            let sender = rt.spawn_on(0, async move {
                let sent = fill(desk);
                gate.open();
                for number in sent..sent + 1000 {
                    desk.send(DeskMsg::Note(number)).await.unwrap();
                }
                sent
            });
            let sent = rt.block_on(sender.unwrap()).unwrap();
            assert!(
                (1..4096).contains(&sent),
                "{sent} found room in a lane of {entries}"
            );
            eventually("all are handled", || seen.count() == sent as usize + 1000);
            assert_eq!(seen.take(), (0..sent + 1000).collect::<Vec<_>>());
        }
    });
}

#[test]
fn an_actor_that_sends_to_itself_in_its_handler_gets_full_at_once() {
    each_backend(&SHARDS, |setup| {
        let rt = setup.builder().mailbox(4).build().unwrap();
        let (desk, seen) = start(&rt, setup.last());
        let filled = rt.block_on(desk.fill_yourself(&rt.client()));
        assert_eq!(filled, Ok((4, 0)));
        eventually("they are handled", || seen.count() == 4);
    });
}

#[test]
fn waiting_sends_are_served_in_turn() {
    each_backend(&SHARDS, |setup| {
        let rt = setup.builder().mailbox(4).build().unwrap();
        let (desk, seen) = start(&rt, setup.last());
        let turns = move || async move {
            assert_eq!(fill(desk), 4);
            let mut sends: Vec<_> = (4..40).map(|n| desk.send(DeskMsg::Note(n))).collect();
            for send in &mut sends {
                assert!(send.now_or_never().is_none(), "there is no room");
            }
            sends
        };
        let held = hold(&rt, desk);
        let mut sends = rt.block_on(turns());
        drop(held);
        // Awaited the other way round: the turn is that of the first poll.
        while let Some(send) = sends.pop() {
            rt.block_on(send).unwrap();
        }
        eventually("all are handled", || seen.count() == 40);
        assert_eq!(seen.take(), (0..40).collect::<Vec<_>>(), "from outside");

        let held = hold(&rt, desk);
        let task = rt.spawn_local_on(0, move |_| async move {
            let mut sends = turns().await;
            drop(held);
            while let Some(send) = sends.pop() {
                send.await.unwrap();
            }
        });
        rt.block_on(task.unwrap()).unwrap();
        eventually("all are handled", || seen.count() == 40);
        assert_eq!(seen.take(), (0..40).collect::<Vec<_>>(), "from a shard");
    });
}

#[test]
fn while_a_send_waits_others_of_its_shard_find_no_room() {
    each_backend(&SHARDS, |setup| {
        let rt = setup.builder().mailbox(4).build().unwrap();
        let (desk, seen) = start(&rt, setup.last());
        let (held, seen_too, apart) = (hold(&rt, desk), seen.clone(), setup.shards > 1);
        let task = rt.spawn_local_on(0, move |ctx| async move {
            assert_eq!(fill(desk), 4);
            yield_now().await;
            let mut waiting = desk.send(DeskMsg::Note(4));
            assert!((&mut waiting).now_or_never().is_none());
            // From outside, for what this shard says is published when its turn ends.
            thread::spawn(|| drop(held)).join().unwrap();
            // On another shard the desk makes room now, before it hears of the one who waits.
            while apart && seen_too.count() < 4 {
                thread::yield_now();
            }
            assert!(!accepts(desk, 5), "it overtook the one who waits");
            assert_eq!(
                desk.query(&ctx, 5).now_or_never(),
                Some(Err(AskError::Full))
            );
            waiting.await.unwrap();
            assert_eq!(desk.query(&ctx, 5).await, Ok(5));
        });
        rt.block_on(task.unwrap()).unwrap();
        assert_eq!(seen.take(), (0..6).collect::<Vec<_>>());
    });
}

/// Waits for room in vain; how long.
async fn wait_in_vain(desk: DeskHandle, tally: Tally) -> Duration {
    let start = Instant::now();
    match desk.send(DeskMsg::Keep(7, tally.token())).await {
        Err(SendError::Full(DeskMsg::Keep(7, token))) => {
            assert_eq!(
                tally.dropped(),
                tally.made() - 1,
                "it is handed back, not dropped"
            );
            drop(token);
        }
        other => panic!("waiting gave {other:?}"),
    }
    start.elapsed()
}

#[test]
fn a_waiting_send_times_out_and_hands_its_message_back() {
    const PATIENCE: Duration = Duration::from_millis(60);
    each_backend(&SHARDS, |setup| {
        let rt = setup
            .builder()
            .mailbox(4)
            .ask_timeout(PATIENCE)
            .build()
            .unwrap();
        let ((desk, seen), tally) = (start(&rt, setup.last()), Tally::default());
        let held = hold(&rt, desk);
        assert_eq!(fill(desk), 4);
        let (first, second) = (
            wait_in_vain(desk, tally.clone()),
            wait_in_vain(desk, tally.clone()),
        );
        let waited = rt.block_on(first);
        assert!(waited >= PATIENCE, "{waited:?} outside");
        let waited = rt.block_on(rt.spawn_on(0, second).unwrap()).unwrap();
        assert!(waited >= PATIENCE, "{waited:?} on a shard");
        drop(held);
        rt.block_on(desk.send(DeskMsg::Note(4)))
            .expect("there is room again");
        eventually("all are handled", || seen.count() == 5);
        assert_eq!(seen.take(), [0, 1, 2, 3, 4]);
        tally.assert_even();
    });
}

#[test]
fn a_waiting_send_that_is_dropped_was_never_accepted() {
    each_backend(&SHARDS, |setup| {
        let rt = setup.builder().mailbox(4).build().unwrap();
        let ((desk, seen), tally) = (start(&rt, setup.last()), Tally::default());
        #[expect(
            clippy::async_yields_async,
            reason = "the caller makes room before it awaits the send"
        )]
        let give_up = |tally: Tally| async move {
            assert_eq!(fill(desk), 4);
            let mut given_up = desk.send(DeskMsg::Keep(8, tally.token()));
            assert!((&mut given_up).now_or_never().is_none());
            let mut waiting = desk.send(DeskMsg::Note(4));
            assert!((&mut waiting).now_or_never().is_none());
            yield_now().await;
            drop(given_up);
            tally.assert_even();
            waiting
        };
        let held = hold(&rt, desk);
        let waiting = rt.block_on(give_up(tally.clone()));
        drop(held);
        rt.block_on(waiting).unwrap();
        let (held, on_shard) = (hold(&rt, desk), give_up(tally.clone()));
        let task = rt.spawn_local_on(0, move |_| async move {
            let waiting = on_shard.await;
            drop(held);
            waiting.await.unwrap();
        });
        rt.block_on(task.unwrap()).unwrap();
        eventually("all are handled", || seen.count() == 10);
        assert_eq!(seen.take(), [0, 1, 2, 3, 4, 0, 1, 2, 3, 4]);
        let report = rt.shutdown().unwrap();
        assert_eq!(
            (report.accepted, report.undelivered),
            (12, 0),
            "ten notes and two holds"
        );
    });
}

#[test]
fn a_waiting_send_is_given_room_while_a_later_handler_waits() {
    each_backend(&SHARDS, |setup| {
        let rt = setup.builder().mailbox(8).build().unwrap();
        let (desk, _) = start(&rt, setup.last());
        let first = hold(&rt, desk);
        let (second, held) = oneshot::channel();
        desk.note(1).unwrap();
        desk.note(2).unwrap();
        desk.try_send(DeskMsg::NoteAndHold(held)).unwrap();
        assert_eq!(fill(desk), 5);
        let mut waiting = desk.send(DeskMsg::Note(99));
        assert!((&mut waiting).now_or_never().is_none(), "there is no room");
        // What the shard was sent before has come when this is done.
        rt.block_on(rt.spawn_on(setup.last(), async {}).unwrap())
            .unwrap();
        drop(first);
        // Three are begun, and their actor has used the room of one.
        assert!(rt.block_on(waiting).is_ok());
        drop(second);
    });
}

#[test]
fn nothing_overtakes_a_send_that_waits_for_the_lane() {
    each_backend(&[2, 4], |setup| {
        for _ in 0..20 {
            let rt = setup.builder().ring_entries(4).build().unwrap();
            let (desk, _) = start(&rt, setup.last());
            let work = move |_: ShardCtx| async move {
                // Often enough that the shard has credits in reserve.
                for n in 0..200 {
                    desk.send(DeskMsg::Note(n)).await.unwrap();
                }
                let gate = Gate::default();
                let _open = OpenAtEnd(gate.clone());
                desk.send(DeskMsg::Block(gate.clone())).await.unwrap();
                // A blocked shard sends nothing more: a small ring may take turns until the message has gone.
                while gate.waiting() == 0 {
                    yield_now().await;
                }
                fill(desk);
                let mut waiting = desk.send(DeskMsg::Note(0));
                assert!((&mut waiting).now_or_never().is_none(), "there is no room");
                gate.open();
                // Not one turn of this shard passes here, so what waits may not even be on its way.
                for _ in 0..10_000 {
                    if accepts(desk, 1) {
                        let first = (&mut waiting).now_or_never();
                        assert!(matches!(first, Some(Ok(()))), "it was overtaken");
                        return;
                    }
                }
                assert!(waiting.await.is_ok());
            };
            let done = rt.spawn_local_on(0, work).unwrap();
            assert_eq!(rt.block_on(done), Ok(()));
        }
    });
}
