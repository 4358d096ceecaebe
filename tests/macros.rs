//! What the macros generate, seen at run time.
//!
//! "`FooMsg` gives `FooHandle` and `FooBehavior` .. Variants become `snake_case` methods. A tuple variant with one field
//! calls its parameter `value`, with several `arg0`, `arg1` .. Several structs may take one message enum"; "integers,
//! `bool`, `char`, floats, `NonZero*`, handles, `#[derive(RingVal)]` newtypes and fieldless enums travel in `val`".

mod common;

use common::{SHARDS, each_backend};
use spargio::{
    AskError, BackendKind, Cx, DecodeError, Event, Handle, RingMsg, RingVal, Runtime, SendError,
    ShardCtx, shard_actor,
};
use std::cell::Cell;
use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::num::{NonZeroI8, NonZeroU16, NonZeroU32, NonZeroU64, NonZeroUsize};
use std::process::{ExitCode, Termination};
use std::rc::Rc;

/// The first example of the design, on the queue backend.
mod first_example {
    use spargio::{BackendKind, Cx, RingMsg, Runtime, shard_actor};

    /// What a counter understands. Docs are copied to the handle's methods.
    #[derive(RingMsg)]
    pub(crate) enum CounterMsg {
        /// Adds `n`.
        Add { n: u32 },
        /// The sum so far.
        #[ring(reply = u64)]
        Get,
        /// Adds up a whole batch.
        AddAll(Vec<u32>),
    }

    #[shard_actor(msg = CounterMsg)]
    #[derive(Default)]
    pub(crate) struct Counter {
        total: u64,
    }

    #[rustfmt::skip]
    impl CounterBehavior for Counter {
        async fn add(&mut self, _: &Cx<Self>, n: u32) { self.total += u64::from(n); }
        async fn get(&mut self, _: &Cx<Self>) -> u64 { self.total }
        async fn add_all(&mut self, _: &Cx<Self>, value: Vec<u32>) { self.total += value.iter().map(|&n| u64::from(n)).sum::<u64>(); }
    }

    #[test]
    fn the_first_example_runs() -> Result<(), Box<dyn std::error::Error>> {
        let rt = Runtime::builder()
            .shards(2)
            .backend(BackendKind::Queue)
            .build()?;
        let client = rt.client();
        rt.block_on(async {
            let counter: CounterHandle = rt
                .remote(1)
                .ok_or("no shard 1")?
                .start(Counter::default)
                .await?;
            counter.add(5)?;
            counter.add_all(vec![1, 2, 3])?;
            assert_eq!(counter.get(&client).await?, 11);
            Ok(())
        })
    }
}

/// An enum that is called `Msg` keeps its whole name.
mod bare {
    use super::*;

    #[derive(RingMsg)]
    pub(super) enum Msg {
        #[ring(reply = u32)]
        Ping(u32),
    }

    #[shard_actor(msg = Msg)]
    pub(super) struct Pong;

    impl MsgBehavior for Pong {
        async fn ping(&mut self, _: &Cx<Self>, value: u32) -> u32 {
            value + 1
        }
    }

    pub(super) type Bare = MsgHandle;
}

/// One without the suffix keeps its name, too, and an acronym becomes one word.
#[derive(RingMsg)]
enum Door {
    #[ring(reply = &'static str)]
    OpenHTTPGate,
    #[ring(method = renamed, reply = (u8, u16, String))]
    Many(u8, u16, String),
    #[ring(tag = 65_535, reply = u32)]
    Named { first: u32, second: u32 },
    #[ring(tag = 1000)]
    Odd { r#type: u8 },
    #[cfg(any())]
    CutAway(NoSuchType),
}

#[shard_actor(msg = Door)]
struct Porch;

impl DoorBehavior for Porch {
    async fn open_http_gate(&mut self, _: &Cx<Self>) -> &'static str {
        "open"
    }
    async fn renamed(
        &mut self,
        _: &Cx<Self>,
        arg0: u8,
        arg1: u16,
        arg2: String,
    ) -> (u8, u16, String) {
        (arg0, arg1, arg2)
    }
    async fn named(&mut self, _: &Cx<Self>, first: u32, second: u32) -> u32 {
        first - second
    }
    async fn odd(&mut self, _: &Cx<Self>, _: u8) {}
}

/// Names that the user chose.
#[derive(RingMsg)]
#[ring(handle = Bellpush, behavior = Rings)]
enum BellMsg {
    #[ring(reply = &'static str)]
    Ring,
}

#[shard_actor(msg = BellMsg)]
struct Loud;

impl Rings for Loud {
    async fn ring(&mut self, _: &Cx<Self>) -> &'static str {
        "LOUD"
    }
}

#[shard_actor(msg = BellMsg)]
struct Soft {
    /// State need not be `Send`.
    sound: Rc<Cell<&'static str>>,
}

impl Rings for Soft {
    async fn ring(&mut self, _: &Cx<Self>) -> &'static str {
        self.sound.get()
    }
}

#[test]
fn names_are_as_promised() {
    each_backend(&SHARDS, |setup| {
        let rt = setup.build();
        let (client, remote) = (rt.client(), rt.remote(setup.last()).unwrap());
        rt.block_on(async {
            let pong: bare::Bare = remote.start(|| bare::Pong).await.unwrap();
            assert_eq!(pong.ping(&client, 4).await, Ok(5));
            let door: DoorHandle = remote.start(|| Porch).await.unwrap();
            assert_eq!(door.open_http_gate(&client).await, Ok("open"));
            assert_eq!(
                door.renamed(&client, 1, 2, "three".into()).await,
                Ok((1, 2, "three".into()))
            );
            assert_eq!(door.named(&client, 9, 4).await, Ok(5));
            door.odd(3).unwrap();
        });
    });
}

#[test]
fn tags_are_as_promised() {
    assert!(matches!(Door::decode(0, 0), Ok(Door::OpenHTTPGate)));
    assert!(matches!(
        Door::decode(1, 0),
        Err(DecodeError::HasBody { tag: 1 })
    ));
    let named = Door::decode(65_535, 7 << 32 | 6);
    assert!(
        matches!(
            named,
            Ok(Door::Named {
                first: 6,
                second: 7
            })
        ),
        "the first field lies lowest"
    );
    assert!(matches!(
        Door::decode(1000, 200),
        Ok(Door::Odd { r#type: 200 })
    ));
    for tag in [2, 3, 4, 999, 1001] {
        assert!(
            matches!(Door::decode(tag, 0), Err(DecodeError::UnknownTag { .. })),
            "{tag}"
        );
    }
}

#[test]
fn several_structs_share_a_protocol() {
    each_backend(&SHARDS, |setup| {
        let rt = setup.build();
        let remote = rt.remote(setup.last()).unwrap();
        rt.block_on(async {
            let bells: [Bellpush; 2] = [
                remote.start(|| Loud).await.unwrap(),
                remote
                    .start(|| Soft {
                        sound: Rc::new(Cell::new("soft")),
                    })
                    .await
                    .unwrap(),
            ];
            assert_eq!(bells[0].ring(&rt.client()).await, Ok("LOUD"));
            assert_eq!(bells[1].ring(&rt.client()).await, Ok("soft"));
        });
    });
}

#[test]
fn handles_are_small_plain_values() {
    fn is_plain<H: Handle + Copy + Send + Sync + Eq + Hash + std::fmt::Debug + RingVal>(_: H) {}
    each_backend(&SHARDS, |setup| {
        let rt = setup.build();
        let start = || {
            rt.block_on(rt.remote(setup.last()).unwrap().start(|| Loud))
                .unwrap()
        };
        let (one, two) = (start(), start());
        is_plain(one);
        assert_eq!(
            (size_of::<Bellpush>(), size_of::<Option<Bellpush>>()),
            (8, 8)
        );
        assert!(one == one && one != two && one.id() != two.id());
        assert_eq!(HashSet::from([one, two, one]).len(), 2);
        assert!(format!("{one:?}").contains("Bellpush"), "{one:?}");
        assert_eq!(Bellpush::from_bits(one.to_bits()), Some(one));
        assert_eq!((one.shard(), one.is_alive()), (setup.last(), true));
    });
}

#[derive(RingMsg)]
enum StoreMsg<K, V> {
    Put(K, V),
    #[ring(reply = Option<V>)]
    Take(K),
    #[ring(reply = usize)]
    Len,
}

#[shard_actor(msg = StoreMsg<K, V>)]
struct Store<K, V> {
    map: HashMap<K, V>,
}

impl<K: Hash + Eq + Send + 'static, V: Send + 'static> StoreBehavior<K, V> for Store<K, V> {
    async fn put(&mut self, _: &Cx<Self>, arg0: K, arg1: V) {
        self.map.insert(arg0, arg1);
    }
    async fn take(&mut self, _: &Cx<Self>, value: K) -> Option<V> {
        self.map.remove(&value)
    }
    async fn len(&mut self, _: &Cx<Self>) -> usize {
        self.map.len()
    }
}

#[test]
fn generic_protocols_work() {
    each_backend(&SHARDS, |setup| {
        let rt = setup.build();
        let (client, remote) = (rt.client(), rt.remote(setup.last()).unwrap());
        rt.block_on(async {
            let words: StoreHandle<u32, String> = remote
                .start(|| Store {
                    map: HashMap::new(),
                })
                .await
                .unwrap();
            let bytes: StoreHandle<String, [u8; 200]> = remote
                .start(|| Store {
                    map: HashMap::new(),
                })
                .await
                .unwrap();
            words.put(1, "one".into()).unwrap();
            words.put(2, "two".into()).unwrap();
            bytes.put("a".into(), [7; 200]).unwrap();
            assert_eq!(words.take(&client, 2).await, Ok(Some("two".into())));
            assert_eq!(words.take(&client, 2).await, Ok(None));
            assert_eq!(
                (words.len(&client).await, bytes.len(&client).await),
                (Ok(1), Ok(1))
            );
            assert_eq!(bytes.take(&client, "a".into()).await, Ok(Some([7; 200])));
        });
    });
}

#[derive(Clone, Copy, Debug, PartialEq, RingVal)]
enum Side {
    Left,
    Middle,
    Right,
}

#[derive(Clone, Copy, Debug, PartialEq, RingVal)]
struct Price(u32);

#[derive(Clone, Copy, Debug, PartialEq, RingVal)]
struct Tagged<T> {
    value: T,
}

/// Makes a protocol with one inline ask for each type, and the same with a body, that give back what they are given.
macro_rules! round_trips {
    ($($variant:ident, $method:ident, $bulky:ident, $bulky_method:ident: $ty:ty = [$($value:expr),*];)*) => {
        #[derive(RingMsg)]
        enum TripMsg {
            $(
                #[ring(inline, reply = $ty)]
                $variant($ty),
                #[ring(reply = ($ty, String))]
                $bulky($ty, String),
            )*
        }

        #[shard_actor(msg = TripMsg)]
        struct Trip;

        impl TripBehavior for Trip {
            $(
                async fn $method(&mut self, _: &Cx<Self>, value: $ty) -> $ty {
                    value
                }
                async fn $bulky_method(&mut self, _: &Cx<Self>, arg0: $ty, arg1: String) -> ($ty, String) {
                    (arg0, arg1)
                }
            )*
        }

        /// Sends every value both ways, asking from where it is called.
        async fn trips(trip: TripHandle, asker: &impl spargio::Asker<TripMsg>) {
            let text = String::from("text");
            $($(
                let value: $ty = $value;
                assert_eq!(trip.$method(asker, value).await, Ok(value), stringify!($variant));
                let both = (value, text.clone());
                assert_eq!(trip.$bulky_method(asker, value, text.clone()).await, Ok(both), stringify!($bulky));
            )*)*
        }
    };
}

round_trips! {
    U8, u8, U8Body, u8_body: u8 = [0, u8::MAX];
    I8, i8, I8Body, i8_body: i8 = [i8::MIN, -1, i8::MAX];
    U16, u16, U16Body, u16_body: u16 = [u16::MAX];
    I16, i16, I16Body, i16_body: i16 = [i16::MIN, -1];
    U32, u32, U32Body, u32_body: u32 = [u32::MAX];
    I32, i32, I32Body, i32_body: i32 = [i32::MIN, -1];
    U64, u64, U64Body, u64_body: u64 = [0, u64::MAX];
    I64, i64, I64Body, i64_body: i64 = [i64::MIN, -1, i64::MAX];
    Usize, usize, UsizeBody, usize_body: usize = [usize::MAX];
    Isize, isize, IsizeBody, isize_body: isize = [isize::MIN, -1];
    F32, f32, F32Body, f32_body: f32 = [-0.5, f32::MAX, f32::NEG_INFINITY];
    F64, f64, F64Body, f64_body: f64 = [-0.5, f64::MIN_POSITIVE, f64::INFINITY];
    Char, char, CharBody, char_body: char = ['a', '\u{0}', '\u{10FFFF}'];
    Bool, bool, BoolBody, bool_body: bool = [true, false];
    Unit, unit, UnitBody, unit_body: () = [()];
    NzI8, nz_i8, NzI8Body, nz_i8_body: NonZeroI8 = [NonZeroI8::MIN];
    NzU16, nz_u16, NzU16Body, nz_u16_body: NonZeroU16 = [NonZeroU16::MAX];
    NzU64, nz_u64, NzU64Body, nz_u64_body: NonZeroU64 = [NonZeroU64::MIN, NonZeroU64::MAX];
    NzUsize, nz_usize, NzUsizeBody, nz_usize_body: NonZeroUsize = [NonZeroUsize::MAX];
    Side, side, SideBody, side_body: Side = [Side::Left, Side::Middle, Side::Right];
    Price, price, PriceBody, price_body: Price = [Price(u32::MAX)];
    Tagged, tagged, TaggedBody, tagged_body: Tagged<NonZeroU32> = [Tagged { value: NonZeroU32::MAX }];
}

#[test]
fn every_kind_of_value_makes_the_round_trip() {
    each_backend(&SHARDS, |setup| {
        let rt = setup.build();
        let trip = rt
            .block_on(rt.remote(setup.last()).unwrap().start(|| Trip))
            .unwrap();
        rt.block_on(trips(trip, &rt.client()));
        for shard in [0, setup.last()] {
            let local = rt.spawn_local_on(shard, move |ctx| async move { trips(trip, &ctx).await });
            rt.block_on(local.unwrap()).unwrap();
        }
    });
}

/// What packs side by side into one val.
#[derive(RingMsg, Clone, Copy, Debug, PartialEq)]
enum PackedMsg {
    #[ring(inline)]
    Full {
        side: Side,
        ok: bool,
        price: Price,
        tail: i16,
        letter: u8,
    },
    #[ring(inline)]
    Letter(char, u32, Side, bool),
}

#[test]
fn fields_pack_side_by_side() {
    assert_eq!((Side::BITS, Price::BITS, Tagged::<u8>::BITS), (2, 32, 8));
    assert_eq!(Side::from_bits(3), None);
    each_backend(&SHARDS, |setup| {
        let rt = setup.build();
        let messages = [
            PackedMsg::Full {
                side: Side::Right,
                ok: true,
                price: Price(u32::MAX),
                tail: -1,
                letter: 255,
            },
            PackedMsg::Full {
                side: Side::Left,
                ok: false,
                price: Price(0),
                tail: i16::MIN,
                letter: 1,
            },
            PackedMsg::Letter(char::MAX, 1, Side::Middle, true),
        ];
        for message in messages {
            drop(rt.remote(setup.last()).unwrap().send(message).unwrap());
            let read = rt.spawn_local_on(setup.last(), |ctx| async move { ctx.next_event().await });
            let Event::RingMsg { tag, val, .. } = rt.block_on(read.unwrap()).unwrap();
            assert_eq!(PackedMsg::decode(tag, val), Ok(message));
        }
    });
}

#[derive(RingMsg)]
#[ring(asks(BellMsg))]
enum PostMsg {
    /// Keeps a bell to ring later.
    Meet {
        bell: Bellpush,
    },
    Know(Option<Bellpush>, String),
    #[ring(reply = Option<Bellpush>)]
    Known,
    #[ring(reply = Result<&'static str, AskError>)]
    RingIt,
}

#[shard_actor(msg = PostMsg)]
#[derive(Default)]
struct Post {
    bell: Option<Bellpush>,
}

impl PostBehavior for Post {
    async fn meet(&mut self, _: &Cx<Self>, bell: Bellpush) {
        self.bell = Some(bell);
    }
    async fn know(&mut self, _: &Cx<Self>, arg0: Option<Bellpush>, _: String) {
        self.bell = arg0;
    }
    async fn known(&mut self, _: &Cx<Self>) -> Option<Bellpush> {
        self.bell
    }
    async fn ring_it(&mut self, cx: &Cx<Self>) -> Result<&'static str, AskError> {
        match self.bell {
            Some(bell) => bell.ring(cx).await,
            None => Ok("no bell"),
        }
    }
}

#[test]
fn handles_travel_in_messages_and_work_there() {
    each_backend(&SHARDS, |setup| {
        let rt = setup.build();
        let client = rt.client();
        rt.block_on(async {
            let bell = rt.remote(0).unwrap().start(|| Loud).await.unwrap();
            let post: PostHandle = rt
                .remote(setup.last())
                .unwrap()
                .start(Post::default)
                .await
                .unwrap();
            assert_eq!(post.ring_it(&client).await, Ok(Ok("no bell")));
            post.meet(bell).unwrap();
            assert_eq!(post.known(&client).await, Ok(Some(bell)));
            assert_eq!(post.ring_it(&client).await, Ok(Ok("LOUD")));
            post.know(None, "forget".into()).unwrap();
            assert_eq!(post.known(&client).await, Ok(None));
            post.know(Some(bell), "again".into()).unwrap();
            bell.stop();
            bell.wait_stopped().await;
            assert_eq!(post.ring_it(&client).await, Ok(Err(AskError::Dead)));
            let refused = bell.try_send(BellMsg::Ring);
            assert!(matches!(refused, Err(SendError::Dead(BellMsg::Ring))));
        });
    });
}

#[spargio::main(shards = 2, backend = "queue")]
async fn plain_main() {}

#[spargio::main(shards = 2, backend = "auto")]
async fn main_with_context(cx: ShardCtx) -> Result<(), Box<dyn std::error::Error>> {
    assert_eq!((cx.shard_id(), cx.shard_count()), (0, 2));
    let bell = cx.remote(1).ok_or("no shard 1")?.start(|| Loud).await?;
    assert_eq!(bell.ring(&cx).await?, "LOUD");
    Ok(())
}

#[spargio::main(shards = 1)]
async fn main_with_code() -> ExitCode {
    ExitCode::from(42)
}

#[spargio::main(shards = 1)]
async fn failing_main() -> Result<(), Rc<String>> {
    // The error need not be `Send`.
    Err(Rc::new("as it should".into()))
}

#[spargio::main(shards = 1)]
async fn panicking_main() {
    panic!("as it should");
}

#[spargio::main(shards = 1, backend = "io_uring")]
async fn main_on_io_uring() {}

#[test]
fn main_reports_what_it_returns() {
    let code = |code: ExitCode| format!("{:?}", code.report());
    assert_eq!(code(plain_main()), code(ExitCode::SUCCESS));
    assert_eq!(code(main_with_context()), code(ExitCode::SUCCESS));
    assert_eq!(code(main_with_code()), code(ExitCode::from(42)));
    assert_eq!(code(failing_main()), code(ExitCode::FAILURE));
    assert_eq!(
        code(panicking_main()),
        code(ExitCode::from(101)),
        "as any program that panics"
    );
}

#[test]
fn main_runs_on_the_backend_that_it_names_or_fails() {
    let expected = match Runtime::builder().backend(BackendKind::IoUring).build() {
        Ok(_) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    };
    assert_eq!(format!("{:?}", main_on_io_uring()), format!("{expected:?}"));
}
