//! Bad input gives an error that says what to do, never a panic and never a hang.
//!
//! "Errors: one small enum per operation, lower case, no full stop, likely cause and remedy"; "`SendError<M>`: `Debug`,
//! `Display` and `Error` for every `M: 'static`, whatever `M` implements".

mod common;

use common::{SHARDS, each_backend, has_ring};
use futures::FutureExt;
use spargio::{
    AskError, BackendKind, BuildError, Builder, Carry, Cx, DecodeError, Event, Handle, JoinError,
    Reply, RingMsg, RingVal, Runtime, SendError, ShardCtx, ShutdownError, SpawnError, StartError,
    TicketError, shard_actor,
};
use std::error::Error;
use std::sync::mpsc;
use std::time::{Duration, Instant};

#[derive(RingMsg)]
enum SlowMsg {
    Tell,
    #[ring(reply = u8)]
    Ask,
    #[ring(reply = (), later)]
    Never,
    #[ring(tag = 900)]
    Text(String),
}

#[shard_actor(msg = SlowMsg)]
#[derive(Default)]
struct Slow {
    kept: Vec<Reply<()>>,
}

impl SlowBehavior for Slow {
    async fn tell(&mut self, _: &Cx<Self>) {}
    async fn ask(&mut self, _: &Cx<Self>) -> u8 {
        3
    }
    async fn never(&mut self, _: &Cx<Self>, reply: Reply<()>) {
        self.kept.push(reply);
    }
    async fn text(&mut self, _: &Cx<Self>, _: String) {}
}

/// What building says, which must name these.
#[track_caller]
fn refused(builder: Builder, names: &[&str]) -> BuildError {
    let error = builder.build().expect_err("it cannot be built");
    let text = error.to_string();
    for name in names {
        assert!(text.contains(name), "{text:?} does not say {name:?}");
    }
    assert_style(&error);
    error
}

#[track_caller]
fn assert_style(error: &impl Error) {
    let text = error.to_string();
    let first = text.chars().next().expect("a text");
    assert!(!first.is_uppercase(), "{text:?} begins in upper case");
    assert!(
        !text.ends_with(['.', '!', ' ', '\n']),
        "{text:?} ends like a sentence"
    );
    assert!(!format!("{error:?}").is_empty());
}

fn within_a_minute<T: Send + 'static>(f: impl FnOnce() -> T + Send + 'static) -> T {
    let (sender, receiver) = mpsc::channel();
    let thread = std::thread::spawn(move || sender.send(f()));
    let result = receiver
        .recv_timeout(Duration::from_secs(60))
        .expect("it ends within a minute");
    thread.join().unwrap().unwrap();
    result
}

#[test]
fn a_number_of_shards_out_of_range() {
    let none = refused(Runtime::builder().shards(0), &["0", "at least one"]);
    assert!(
        matches!(
            none,
            BuildError::Shards {
                asked: 0,
                most: 4096
            }
        ),
        "{none:?}"
    );
    for asked in [4097, 5000, usize::MAX] {
        let many = refused(
            Runtime::builder().shards(asked),
            &[&asked.to_string(), "4096"],
        );
        assert!(
            matches!(many, BuildError::Shards { asked: a, most: 4096 } if a == asked),
            "{many:?}"
        );
    }
}

#[test]
fn ring_entries_out_of_range() {
    for (asked, instead) in [
        (0, "1"),
        (3, "4"),
        (1000, "1024"),
        (65_536, "32768"),
        (usize::MAX, "32768"),
    ] {
        let named = [&asked.to_string(), "power of two", "ring_entries", instead];
        let error = refused(Runtime::builder().shards(1).ring_entries(asked), &named);
        assert!(
            matches!(error, BuildError::RingEntries { asked: a } if a == asked),
            "{error:?}"
        );
    }
    for entries in [1, 32_768] {
        assert!(
            Runtime::builder()
                .shards(1)
                .ring_entries(entries)
                .build()
                .is_ok()
        );
    }
}

#[test]
fn a_mailbox_out_of_range() {
    let none = refused(
        Runtime::builder().shards(1).mailbox(0),
        &["0", "at least 1"],
    );
    assert!(
        matches!(none, BuildError::Mailbox { asked: 0, .. }),
        "{none:?}"
    );
    for asked in [1 << 20, usize::MAX] {
        let large = refused(
            Runtime::builder().shards(1).mailbox(asked),
            &[&asked.to_string(), "1048575"],
        );
        assert!(
            matches!(large, BuildError::Mailbox { asked: a, most: 1_048_575 } if a == asked),
            "{large:?}"
        );
    }
    assert!(
        Runtime::builder()
            .shards(1)
            .mailbox(1_048_575)
            .build()
            .is_ok()
    );
}

#[test]
fn a_thread_name_that_no_thread_can_have() {
    let built =
        std::panic::catch_unwind(|| Runtime::builder().shards(2).thread_name("a\0b").build());
    let built = built.expect("bad input is no reason to panic");
    assert!(built.is_err(), "{built:?}");
}

const CARRIES: [Carry; 2] = [Carry::Lane, Carry::Completion];

#[test]
fn io_uring_is_built_or_says_what_to_do() {
    for carry in CARRIES {
        let builder = Runtime::builder().shards(2).carry(carry);
        match builder.backend(BackendKind::IoUring).build() {
            Ok(rt) => {
                assert!(has_ring(carry), "it was built where it cannot be");
                assert_eq!((rt.backend(), rt.carry()), (BackendKind::IoUring, carry));
                assert_eq!(rt.block_on(rt.spawn_on(1, async { 5 }).unwrap()), Ok(5));
            }
            Err(error) => {
                assert!(!has_ring(carry), "it was not built where it can be");
                assert_style(&error);
                let text = error.to_string();
                let BuildError::Backend { cause, remedy } = error else {
                    panic!("{error:?}")
                };
                assert!(!cause.is_empty() && !remedy.is_empty(), "{text}");
                assert!(text.contains(&cause) && text.contains(&remedy), "{text}");
            }
        }
    }
}

#[test]
fn auto_is_built_everywhere_and_says_what_it_came_to() {
    for carry in CARRIES {
        let builder = Runtime::builder().shards(2).carry(carry);
        let rt = builder.backend(BackendKind::Auto).build().unwrap();
        let expected = match has_ring(carry) {
            true => (BackendKind::IoUring, carry),
            false => (BackendKind::Queue, Carry::Lane),
        };
        assert_eq!((rt.backend(), rt.carry()), expected);
        assert_eq!(rt.block_on(rt.spawn_on(1, async { 5 }).unwrap()), Ok(5));
    }
}

#[test]
fn a_shard_that_is_not_there() {
    each_backend(&SHARDS, |setup| {
        let rt = setup.build();
        for shard in [setup.last() + 1, 99, u16::MAX] {
            assert!(rt.remote(shard).is_none() && rt.client().remote(shard).is_none());
            let expected = SpawnError::NoSuchShard {
                shard,
                shards: setup.shards,
            };
            assert_eq!(rt.spawn_on(shard, async {}).unwrap_err(), expected);
            assert_eq!(
                rt.spawn_local_on(shard, |_| async {}).unwrap_err(),
                expected
            );
            let text = expected.to_string();
            assert!(
                text.contains(&shard.to_string()) && text.contains(&setup.shards.to_string()),
                "{text}"
            );
        }
        let here = rt.spawn_local_on(0, |ctx| async move { ctx.remote(99).is_none() });
        assert_eq!(rt.block_on(here.unwrap()), Ok(true));
    });
}

#[test]
fn a_pair_that_is_no_message() {
    let unknown = SlowMsg::decode(77, 0).map(drop).unwrap_err();
    assert_eq!(unknown, DecodeError::UnknownTag { tag: 77 });
    let body = SlowMsg::decode(900, 0).map(drop).unwrap_err();
    assert_eq!(body, DecodeError::HasBody { tag: 900 });
    let bits = SlowMsg::decode(0, 1).map(drop).unwrap_err();
    assert_eq!(bits, DecodeError::BadValue { tag: 0, val: 1 });
    for (error, named) in [(unknown, "77"), (body, "900"), (bits, "0x1")] {
        assert!(error.to_string().contains(named));
        assert_style(&error);
    }
    // It is an event like any other; only its reader can tell.
    each_backend(&SHARDS, |setup| {
        let rt = setup.build();
        drop(rt.remote(setup.last()).unwrap().send_raw(77, 1).unwrap());
        let read = rt.spawn_local_on(setup.last(), |ctx| async move { ctx.next_event().await });
        let Event::RingMsg { tag, val, .. } = rt.block_on(read.unwrap()).unwrap();
        assert!(matches!(
            SlowMsg::decode(tag, val),
            Err(DecodeError::UnknownTag { tag: 77 })
        ));
    });
}

#[test]
fn a_mailbox_of_one_works() {
    each_backend(&SHARDS, |setup| {
        for ring_entries in [1, 1024] {
            let rt = setup
                .builder()
                .mailbox(1)
                .ring_entries(ring_entries)
                .build()
                .unwrap();
            let slow = rt
                .block_on(rt.remote(setup.last()).unwrap().start(Slow::default))
                .unwrap();
            let client = rt.client();
            for shard in 0..setup.shards as u16 {
                let talk = rt.spawn_local_on(shard, move |ctx| async move {
                    for _ in 0..200 {
                        slow.send(SlowMsg::Tell).await.unwrap();
                        slow.send(SlowMsg::Text("x".repeat(300))).await.unwrap();
                        loop {
                            match slow.ask(&ctx).await {
                                Err(AskError::Full) => common::yield_now().await,
                                reply => break assert_eq!(reply, Ok(3)),
                            }
                        }
                    }
                });
                rt.block_on(talk.unwrap()).unwrap();
            }
            rt.block_on(async {
                slow.send(SlowMsg::Tell).await.unwrap();
                while slow.ask(&client).await != Ok(3) {}
            });
            let report = rt.shutdown().unwrap();
            let expected = 600 * setup.shards as u64 + 2;
            assert_eq!((report.accepted, report.handled), (expected, expected));
        }
    });
}

#[test]
fn huge_and_zero_times_do_no_harm() {
    each_backend(&SHARDS, |setup| {
        let huge = [
            Duration::MAX,
            Duration::from_secs(i64::MAX as u64),
            Duration::from_secs(u64::MAX / 4),
        ];
        for time in huge.into_iter().chain([Duration::ZERO]) {
            let rt = setup
                .builder()
                .ask_timeout(time)
                .drain(time)
                .build()
                .unwrap();
            let slow = rt
                .block_on(rt.remote(setup.last()).unwrap().start(Slow::default))
                .unwrap();
            let reply = rt.block_on(slow.ask(&rt.client()).timeout(Duration::MAX));
            assert_eq!(reply, Ok(3));
            let local = rt.spawn_local_on(0, move |ctx| async move {
                let never = slow.never(&ctx).timeout(Duration::ZERO).await;
                (slow.ask(&ctx).timeout(Duration::MAX).await, never)
            });
            let expected = (Ok(3), Err(AskError::Timeout));
            assert_eq!(
                within_a_minute({
                    let local = local.unwrap();
                    move || futures::executor::block_on(local)
                }),
                Ok(expected)
            );
            // By default: at once, or never.
            let mut never = Box::pin(slow.never(&rt.client()));
            let waited = match time {
                Duration::ZERO => Some(rt.block_on(&mut never)),
                _ => (&mut never).now_or_never(),
            };
            assert_eq!(waited, time.is_zero().then_some(Err(AskError::Timeout)));
            within_a_minute(|| rt.shutdown()).unwrap();
        }
    });
}

#[test]
fn a_shard_that_spins_for_long_still_ends() {
    each_backend(&SHARDS, |setup| {
        for spin in [Duration::ZERO, Duration::from_secs(20), Duration::MAX] {
            let rt = setup.builder().spin(spin).build().unwrap();
            let slow = rt
                .block_on(rt.remote(setup.last()).unwrap().start(Slow::default))
                .unwrap();
            assert_eq!(rt.block_on(slow.ask(&rt.client())), Ok(3));
            let begin = Instant::now();
            let report = within_a_minute(|| rt.shutdown()).unwrap();
            assert_eq!(report.stuck(), [], "spin {spin:?}");
            assert!(begin.elapsed() < Duration::from_secs(10), "spin {spin:?}");
        }
    });
}

#[test]
fn a_shard_that_spins_for_long_or_not_at_all_keeps_the_time() {
    each_backend(&SHARDS, |setup| {
        for spin in [Duration::ZERO, Duration::from_secs(5)] {
            let rt = setup.builder().spin(spin).build().unwrap();
            let slow = rt
                .block_on(rt.remote(setup.last()).unwrap().start(Slow::default))
                .unwrap();
            let waited = rt.spawn_local_on(setup.last(), move |ctx| async move {
                let begin = Instant::now();
                let result = slow.never(&ctx).timeout(Duration::from_millis(20)).await;
                (result, begin.elapsed())
            });
            let (result, waited) = rt.block_on(waited.unwrap()).unwrap();
            assert_eq!(result, Err(AskError::Timeout));
            // Ten milliseconds late is the promise; the machine may be busy.
            assert!(waited < Duration::from_secs(2), "{waited:?}, spin {spin:?}");
        }
    });
}

/// Implements nothing.
struct Plain;

fn is_error<E: Error + Send + Sync + 'static>(error: E) -> Box<dyn Error + Send + Sync> {
    Box::new(error)
}

#[test]
fn errors_read_well() {
    for error in [
        SendError::Full(Plain),
        SendError::Dead(Plain),
        SendError::Closed(Plain),
    ] {
        let debug = format!("{error:?}");
        assert!(
            ["Full", "Dead", "Closed"]
                .iter()
                .any(|name| debug.starts_with(name)),
            "{debug}"
        );
        assert_style(&error);
        assert!(is_error(error).to_string().len() > 10);
    }
    let Plain = SendError::Full(Plain).into_inner();
    let asks = [
        AskError::Full,
        AskError::Dead,
        AskError::Closed,
        AskError::Timeout,
        AskError::Unanswered,
        AskError::Panicked,
        AskError::Undeclared,
    ];
    asks.iter().for_each(assert_style);
    [
        StartError::Closed,
        StartError::Panicked,
        StartError::NoSlots,
    ]
    .iter()
    .for_each(assert_style);
    [JoinError::Panicked, JoinError::Aborted, JoinError::Closed]
        .iter()
        .for_each(assert_style);
    assert_style(&TicketError::Closed);
    assert_style(&ShutdownError::OnOwnShard);
    [
        SpawnError::Closed,
        SpawnError::NoSuchShard {
            shard: 9,
            shards: 2,
        },
    ]
    .iter()
    .for_each(assert_style);
    let thread = BuildError::Thread(std::io::Error::from_raw_os_error(11));
    assert_style(&thread);
    assert!(thread.source().is_some(), "the cause is kept");
}

#[derive(RingMsg)]
enum WordMsg {
    #[ring(reply = String)]
    Get,
}

#[derive(RingMsg)]
enum NumberMsg {
    #[ring(reply = u32)]
    Get,
}

#[shard_actor(msg = WordMsg)]
struct Word;

impl WordBehavior for Word {
    async fn get(&mut self, _: &Cx<Self>) -> String {
        "a reply that takes an allocation".into()
    }
}

#[test]
fn a_reply_of_another_protocol_is_no_answer() {
    each_backend(&SHARDS, |setup| {
        let rt = setup.build();
        let word: WordHandle = rt
            .block_on(rt.remote(setup.last()).unwrap().start(|| Word))
            .unwrap();
        let number = NumberHandle::from_bits(word.to_bits()).unwrap();
        let ask = move |ctx: ShardCtx| async move {
            for _ in 0..3 {
                assert_eq!(number.get(&ctx).await, Err(AskError::Unanswered));
                assert!(word.get(&ctx).await.is_ok());
            }
        };
        let asked = rt.spawn_local_on(0, ask).unwrap();
        assert_eq!(rt.block_on(asked), Ok(()));
    });
}
