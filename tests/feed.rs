//! What an actor has sent to itself: later, again and again, or from a stream.

mod common;

use common::{Gate, OpenAtEnd, SHARDS, each_backend, eventually};
use futures::channel::mpsc;
use futures::{FutureExt, StreamExt, stream};
use spargio::{Cx, Feed, Handle, RingMsg, Runtime, ShardId, shard_actor};
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

const MS: Duration = Duration::from_millis(1);

#[derive(RingMsg, Clone)]
enum DeskMsg {
    /// Notes a number when it is handled.
    Note(u64),
    /// Has itself told a number later.
    Later(u64, Duration),
    /// Has itself told something much later.
    MuchLater(Arc<()>),
    /// Has itself told a number again and again.
    Again(u64, Duration),
    /// Has itself told what comes out of a channel.
    Listen,
    /// Lets go of what is going on.
    Drop,
    /// Lets what is going on go on by itself.
    Detach,
    Block(Gate),
}

#[shard_actor(msg = DeskMsg, mailbox = 8)]
struct Desk {
    noted: Arc<Mutex<Vec<u64>>>,
    going_on: Vec<Feed>,
    source: Option<mpsc::Receiver<u64>>,
}

impl DeskBehavior for Desk {
    async fn note(&mut self, _: &Cx<Self>, value: u64) {
        self.noted.lock().unwrap().push(value);
    }
    async fn later(&mut self, cx: &Cx<Self>, arg0: u64, arg1: Duration) {
        self.going_on.push(cx.after(arg1, DeskMsg::Note(arg0)));
    }
    async fn much_later(&mut self, cx: &Cx<Self>, value: Arc<()>) {
        let hour = Duration::from_secs(3600);
        self.going_on
            .push(cx.after(hour, DeskMsg::MuchLater(value)));
    }
    async fn again(&mut self, cx: &Cx<Self>, arg0: u64, arg1: Duration) {
        self.going_on.push(cx.every(arg1, DeskMsg::Note(arg0)));
    }
    async fn listen(&mut self, cx: &Cx<Self>) {
        if let Some(source) = self.source.take() {
            self.going_on.push(cx.feed(source, DeskMsg::Note));
        }
    }
    async fn drop(&mut self, _: &Cx<Self>) {
        self.going_on.clear();
    }
    async fn detach(&mut self, _: &Cx<Self>) {
        self.going_on.drain(..).for_each(Feed::detach);
    }
    async fn block(&mut self, _: &Cx<Self>, value: Gate) {
        value.pass();
    }
}

struct Office {
    rt: Runtime,
    desk: DeskHandle,
    noted: Arc<Mutex<Vec<u64>>>,
    source: mpsc::Sender<u64>,
}

fn office(setup: &common::Setup) -> Office {
    office_of(setup.build(), setup.last())
}

fn office_of(rt: Runtime, shard: ShardId) -> Office {
    let noted = Arc::<Mutex<Vec<u64>>>::default();
    let (source, receiver) = mpsc::channel(0);
    let desk = {
        let noted = noted.clone();
        rt.block_on(rt.remote(shard).unwrap().start(move || Desk {
            noted,
            going_on: Vec::new(),
            source: Some(receiver),
        }))
        .unwrap()
    };
    Office {
        rt,
        desk,
        noted,
        source,
    }
}

impl Office {
    fn noted(&self) -> usize {
        self.noted.lock().unwrap().len()
    }
}

#[test]
fn a_message_comes_later_and_not_early() {
    each_backend(&SHARDS, |setup| {
        let office = office(setup);
        let start = Instant::now();
        for n in [3, 1, 2] {
            office.desk.later(n, MS * 4 * n as u32).unwrap();
        }
        eventually("all have come", || office.noted() == 3);
        assert!(start.elapsed() >= 12 * MS);
        assert_eq!(*office.noted.lock().unwrap(), [1, 2, 3]);
    });
}

#[test]
fn a_message_comes_again_until_its_guard_is_dropped() {
    each_backend(&SHARDS, |setup| {
        let office = office(setup);
        let start = Instant::now();
        office.desk.again(7, MS).unwrap();
        eventually("it comes again", || office.noted() >= 10);
        assert!(start.elapsed() >= 10 * MS, "the first comes after a period");
        office.desk.drop().unwrap();
        // One may have been in the mailbox already.
        office
            .rt
            .block_on(office.desk.send(DeskMsg::Note(0)))
            .unwrap();
        eventually("it was dropped", || {
            office.noted.lock().unwrap().contains(&0)
        });
        let after = office.noted();
        office.rt.block_on(spargio::time::sleep(20 * MS));
        assert!(office.noted() <= after + 1);
    });
}

#[test]
fn a_dropped_guard_cancels_and_a_detached_one_does_not() {
    each_backend(&[1, 2], |setup| {
        let office = office(setup);
        // Seen by what becomes of the message.
        let (dropped, detached) = (Arc::new(()), Arc::new(()));
        office.desk.much_later(detached.clone()).unwrap();
        office.desk.detach().unwrap();
        office.desk.much_later(dropped.clone()).unwrap();
        office.desk.drop().unwrap();
        eventually("it is cancelled", || Arc::strong_count(&dropped) == 1);
        assert_eq!(Arc::strong_count(&detached), 2);
        office.desk.stop();
        eventually("it ends with the actor", || {
            Arc::strong_count(&detached) == 1
        });
    });
}

#[test]
fn what_goes_on_ends_with_the_actor() {
    each_backend(&SHARDS, |setup| {
        let mut office = office(setup);
        office.desk.listen().unwrap();
        office.desk.again(1, MS).unwrap();
        office.desk.detach().unwrap();
        office.desk.stop();
        office.rt.block_on(office.desk.wait_stopped());
        eventually("the stream is dropped", || {
            office
                .source
                .try_send(1)
                .is_err_and(|error| error.is_disconnected())
        });
        let after = office.noted();
        office.rt.block_on(spargio::time::sleep(10 * MS));
        assert_eq!(office.noted(), after);
    });
}

#[test]
fn a_stream_is_fed_in_order_and_asked_no_faster_than_the_mailbox_takes_it() {
    each_backend(&SHARDS, |setup| {
        let office = office(setup);
        let gate = OpenAtEnd(Gate::default());
        office.desk.listen().unwrap();
        office.desk.block(gate.0.clone()).unwrap();
        gate.0.await_waiting(1);
        let taken = Arc::<AtomicU64>::default();
        let sending = {
            let (source, taken) = (office.source.clone(), taken.clone());
            let numbers = stream::iter(0..200_u64).map(move |n| {
                taken.fetch_add(1, SeqCst);
                Ok(n)
            });
            std::thread::spawn(move || futures::executor::block_on(numbers.forward(source)))
        };
        // The shard is blocked: nothing is fed. What stands in the channel is all that was taken.
        assert!(taken.load(SeqCst) <= 4);
        gate.0.open();
        sending.join().unwrap().unwrap();
        eventually("all are noted", || office.noted() == 200);
        let noted = office.noted.lock().unwrap();
        assert!(noted.iter().copied().eq(0..200), "{noted:?}");
    });
}

#[test]
fn a_full_mailbox_holds_a_stream_back() {
    each_backend(&[1, 2], |setup| {
        let office = office(setup);
        let given = Arc::<AtomicU64>::default();
        let counter = given.clone();
        let desk = office.desk;
        // An actor that awaits in its handler lets the feed run, and takes nothing.
        let (open, closed) = futures::channel::oneshot::channel::<()>();
        let closed = closed.shared();
        let holder =
            office.rt.block_on(
                office
                    .rt
                    .remote(setup.last())
                    .unwrap()
                    .start(move || Holder {
                        given: counter,
                        closed,
                        feed: None,
                    }),
            );
        let holder: HoldHandle = holder.unwrap();
        holder.begin().unwrap();
        eventually("the mailbox is full", || given.load(SeqCst) >= 8);
        office.rt.block_on(spargio::time::sleep(5 * MS));
        let most = given.load(SeqCst);
        assert!(
            most <= 10,
            "{most} were taken from the stream for a mailbox of 8"
        );
        open.send(()).unwrap();
        eventually("the rest comes", || given.load(SeqCst) == 100);
        assert!(desk.is_alive());
    });
}

#[derive(RingMsg)]
enum HoldMsg {
    Begin,
    Item(u64),
}

#[shard_actor(msg = HoldMsg, mailbox = 8)]
struct Holder {
    given: Arc<AtomicU64>,
    closed: futures::future::Shared<futures::channel::oneshot::Receiver<()>>,
    feed: Option<Feed>,
}

impl HoldBehavior for Holder {
    async fn begin(&mut self, cx: &Cx<Self>) {
        let given = self.given.clone();
        let numbers = stream::iter(0..100_u64).inspect(move |_| _ = given.fetch_add(1, SeqCst));
        self.feed = Some(cx.feed(numbers, HoldMsg::Item));
        _ = self.closed.clone().await;
    }
    async fn item(&mut self, _: &Cx<Self>, value: u64) {
        assert!(value < 100);
    }
}

#[test]
fn a_full_mailbox_is_waited_for_however_short_a_send_may_take() {
    each_backend(&SHARDS, |setup| {
        let builder = setup.builder().ask_timeout(Duration::ZERO);
        let office = office_of(builder.build().unwrap(), setup.last());
        // There is always one more than there is room for.
        office.desk.again(7, Duration::ZERO).unwrap();
        eventually("it comes again", || office.noted() >= 100);
        eventually("it ends", || {
            // The mailbox is full, most of the time.
            _ = office.desk.drop();
            let noted = office.noted();
            office.rt.block_on(spargio::time::sleep(10 * MS));
            office.noted() == noted
        });
    });
}
