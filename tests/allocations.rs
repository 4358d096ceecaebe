//! Messages and replies allocate nothing, once queues have grown: inline ones and those with a body of up to 96 bytes, on
//! one shard and between two. What an actor allocates stays within its bound.
//!
//! A program of its own, whose tests run one at a time: every allocation of the process is counted.

mod common;

use common::each_backend;
use spargio::{AskError, Cx, RingMsg, SendError, ShardCtx, shard_actor};
use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};

struct Counting;

static ALLOCATIONS: AtomicU64 = AtomicU64::new(0);
/// Bytes that are allocated now. It wraps.
static BYTES: AtomicU64 = AtomicU64::new(0);

/// Held by the test that runs.
static ALONE: Mutex<()> = Mutex::new(());

#[global_allocator]
static COUNTING: Counting = Counting;

// SAFETY: every call is handed on as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Relaxed);
        BYTES.fetch_add(layout.size() as u64, Relaxed);
        // SAFETY: the caller keeps the promises of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        BYTES.fetch_sub(layout.size() as u64, Relaxed);
        // SAFETY: the caller keeps the promises of `dealloc`.
        unsafe { System.dealloc(place, layout) }
    }

    unsafe fn realloc(&self, place: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Relaxed);
        BYTES.fetch_add((size as u64).wrapping_sub(layout.size() as u64), Relaxed);
        // SAFETY: the caller keeps the promises of `realloc`.
        unsafe { System.realloc(place, layout, size) }
    }
}

/// The largest body that takes no allocation.
type Body = [u64; 12];

#[derive(RingMsg)]
pub enum LeanMsg {
    Tell {
        n: u32,
    },
    #[ring(reply = u64)]
    Ask {
        n: u64,
    },
    TellBody(Body),
    #[ring(reply = Body)]
    AskBody(Body),
    #[ring(reply = u64, later)]
    AskLater,
}

#[shard_actor(msg = LeanMsg)]
#[derive(Default)]
struct Lean {
    told: u64,
}

impl LeanBehavior for Lean {
    async fn tell(&mut self, _: &Cx<Self>, n: u32) {
        self.told += u64::from(n);
    }
    async fn ask(&mut self, _: &Cx<Self>, n: u64) -> u64 {
        self.told + n
    }
    async fn tell_body(&mut self, _: &Cx<Self>, value: Body) {
        self.told += value[0];
    }
    async fn ask_body(&mut self, _: &Cx<Self>, value: Body) -> Body {
        value
    }
    async fn ask_later(&mut self, _: &Cx<Self>, reply: spargio::Reply<u64>) {
        reply.send(self.told);
    }
}

/// Fewer than the mailbox holds: a send that waits for room does allocate.
const BURST: u32 = 500;

const WINDOWS: usize = 20;

async fn exchange(lean: LeanHandle, ctx: &ShardCtx) -> Result<(), AskError> {
    for n in 0..BURST {
        assert!(matches!(lean.tell(n), Ok(())));
    }
    lean.ask(ctx, 1).await?;
    for n in 0..BURST {
        let told = lean.tell_body([u64::from(n); 12]);
        assert!(!matches!(told, Err(SendError::Full(_))), "told {n}");
    }
    lean.ask(ctx, 1).await?;
    for n in 0..u64::from(BURST) {
        lean.ask(ctx, n).await?;
        lean.ask_later(ctx).await?;
        assert_eq!(lean.ask_body(ctx, [n; 12]).await?, [n; 12]);
    }
    Ok(())
}

#[test]
fn messages_and_replies_allocate_nothing() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    each_backend(&[1, 2], |setup| {
        let rt = setup.build();
        let lean: LeanHandle = rt
            .block_on(rt.remote(setup.last()).unwrap().start(Lean::default))
            .unwrap();
        // A queue may still grow in the first windows, where chance has it longer than before; what allocates for a message
        // does so in all.
        let work = move |ctx: ShardCtx| async move {
            let mut windows = Vec::with_capacity(WINDOWS);
            for _ in 0..WINDOWS {
                let before = ALLOCATIONS.load(Relaxed);
                for _ in 0..10 {
                    exchange(lean, &ctx).await?;
                }
                windows.push(ALLOCATIONS.load(Relaxed) - before);
            }
            Ok::<_, AskError>(windows)
        };
        let windows = rt.block_on(rt.spawn_local_on(0, work).unwrap());
        let windows = windows.unwrap().unwrap();
        assert!(windows.contains(&0), "allocations: {windows:?}");
    });
}

#[derive(RingMsg)]
pub enum SmallMsg {
    Add {
        n: u64,
    },
    #[ring(reply = u64)]
    Get,
}

#[shard_actor(msg = SmallMsg)]
#[derive(Default)]
struct Small {
    sum: u64,
}

impl SmallBehavior for Small {
    async fn add(&mut self, _: &Cx<Self>, n: u64) {
        self.sum += n;
    }
    async fn get(&mut self, _: &Cx<Self>) -> u64 {
        self.sum
    }
}

const ACTORS: u64 = 20_000;

/// Its slot, its entry and its future; the state of this one is eight bytes.
const MOST_BYTES: u64 = 300;

#[test]
fn an_actor_takes_few_bytes() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    each_backend(&[1], |setup| {
        let rt = setup.build();
        let work = |ctx: ShardCtx| async move {
            let mut small: Vec<SmallHandle> = Vec::with_capacity(ACTORS as usize);
            let before = BYTES.load(Relaxed);
            for _ in 0..ACTORS {
                small.push(ctx.start(Small::default()).unwrap());
            }
            // All have run once by the time that the last one answers.
            assert_eq!(small[small.len() - 1].get(&ctx).await, Ok(0));
            BYTES.load(Relaxed).wrapping_sub(before) / ACTORS
        };
        let bytes = rt.block_on(rt.spawn_local_on(0, work).unwrap()).unwrap();
        assert!(bytes <= MOST_BYTES, "{bytes} bytes for each actor");
    });
}
