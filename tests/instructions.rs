//! How many instructions a message costs, counted by valgrind: a figure that does not depend on the machine's load, so a
//! change that makes the path longer is seen here.
//!
//! Where valgrind is missing the test says SKIP; with `SPARGIO_REQUIRE_VALGRIND=1` it fails. The bounds are those of
//! this suite's test profile, with its debug assertions, and a sixth above what was counted when they were set.

mod common;

use common::skip::skip_unless_required;
use spargio::{AskError, Cx, Handle, RingMsg, Runtime, ShardCtx, shard_actor};
use std::process::Command;

#[derive(RingMsg)]
pub enum MeterMsg {
    Add {
        n: u64,
    },
    #[ring(reply = u64)]
    Sum,
}

#[shard_actor(msg = MeterMsg)]
#[derive(Default)]
struct Meter {
    sum: u64,
}

impl MeterBehavior for Meter {
    async fn add(&mut self, _: &Cx<Self>, n: u64) {
        self.sum += n;
    }
    async fn sum(&mut self, _: &Cx<Self>) -> u64 {
        self.sum
    }
}

/// Says to this program, when it runs under valgrind, what to do and how often.
const WORK: &str = "SPARGIO_METERED_WORK";

/// Messages that fit into the mailbox together, so that nobody waits for room.
const BURST: u64 = 1000;

async fn tells(meter: MeterHandle, ctx: ShardCtx, bursts: u64) -> Result<(), AskError> {
    for _ in 0..bursts {
        for n in 0..BURST {
            assert!(meter.add(n).is_ok());
        }
        meter.sum(&ctx).await?;
    }
    Ok(())
}

async fn asks(meter: MeterHandle, ctx: ShardCtx, bursts: u64) -> Result<(), AskError> {
    for _ in 0..bursts * BURST {
        meter.sum(&ctx).await?;
    }
    Ok(())
}

/// Not a test of its own: what the others have valgrind run.
#[test]
fn metered() {
    let Ok(work) = std::env::var(WORK) else {
        return;
    };
    let (name, bursts) = work.split_once(' ').unwrap();
    let (is_ask, bursts) = (name == "ask", bursts.parse().unwrap());
    let rt = Runtime::builder().shards(1).build().unwrap();
    let run = rt.spawn_local_on(0, move |ctx: ShardCtx| async move {
        let meter: MeterHandle = ctx.start(Meter::default()).unwrap();
        match is_ask {
            true => asks(meter, ctx, bursts).await?,
            false => tells(meter, ctx, bursts).await?,
        }
        meter.stop();
        Ok::<_, AskError>(())
    });
    assert_eq!(rt.block_on(run.unwrap()), Ok(Ok(())));
}

/// Counts the instructions of a run.
fn count(work: &str, bursts: u64) -> Option<u64> {
    let counted = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "metered"])
        .env(WORK, format!("{work} {bursts}"))
        .output();
    let Ok(output) = counted else {
        let why = "there is no valgrind; .ci/run installs it";
        skip_unless_required("SPARGIO_REQUIRE_VALGRIND", why);
        return None;
    };
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{text}");
    let collected = text.lines().find_map(|line| line.split_once("Collected :"));
    let (_, count) = collected.expect("callgrind says what it has counted");
    Some(count.trim().parse().unwrap())
}

/// The instructions of one message: the difference between a longer run and a shorter one.
fn each(work: &str) -> Option<u64> {
    let (short, long) = (20, 120);
    let more = count(work, long)?.checked_sub(count(work, short)?)?;
    Some(more / ((long - short) * BURST))
}

fn at_most(work: &str, bound: u64) {
    if let Some(instructions) = each(work) {
        println!("{work}: {instructions} instructions");
        assert!(
            instructions <= bound,
            "{work}: {instructions} instructions, and {bound} are allowed"
        );
    }
}

#[test]
fn a_tell_on_one_shard_takes_few_instructions() {
    at_most("tell", 390);
}

#[test]
fn an_ask_on_one_shard_takes_few_instructions() {
    at_most("ask", 1730);
}
