//! The largest number of shards that is promised to work, on two cores, and the largest rings.

use crate::common::LONG;
use crate::ledger::{LedgerHandle, flood, noted, open, read};
use crate::{assert_sound, each_carry};
use spargio::{AskError, ShardCtx, ShardId};

const EACH: u64 = 8;

#[test]
fn all_of_128_shards_send_to_all() {
    each_carry(&[128], |setup| {
        // Small rings, so that those who may lock little memory can have so many.
        let builder = setup
            .builder()
            .ring_entries(64)
            .mailbox(4096)
            .ask_timeout(LONG);
        let rt = builder.build().unwrap();
        let shards = || 0..setup.shards as ShardId;
        let ledgers: Vec<_> = shards().map(|shard| open(&rt, shard)).collect();
        let all = EACH * setup.shards as u64;
        let reads: Vec<_> = shards()
            .map(|shard| rt.spawn_local_on(shard, move |ctx| read(ctx, all)))
            .collect();
        let talks: Vec<_> = shards()
            .map(|shard| {
                let ledgers = ledgers.clone();
                rt.spawn_local_on(shard, |ctx| talk(ctx, ledgers))
            })
            .collect();
        for talk in talks {
            rt.block_on(talk.unwrap()).unwrap();
        }
        for read in reads {
            rt.block_on(read.unwrap()).unwrap().assert(shards(), EACH);
        }
        for ledger in ledgers {
            noted(&rt, ledger, all).assert(shards(), EACH);
        }
        assert_sound(&rt);
    });
}

/// Sends events and messages to all, and asks each.
async fn talk(ctx: ShardCtx, ledgers: Vec<LedgerHandle>) {
    for (to, &ledger) in (0..).zip(&ledgers) {
        flood(ctx.clone(), to, ledger, EACH).await;
    }
    for ledger in ledgers {
        let asked = ledger.order(&ctx).await;
        assert!(matches!(asked, Ok(_) | Err(AskError::Full)), "{asked:?}");
    }
}

#[test]
fn the_largest_rings_carry_everything() {
    each_carry(&[2], |setup| {
        let rt = setup.builder().ring_entries(32_768).build().unwrap();
        let (to, each) = (setup.last(), 10_000);
        let ledger = open(&rt, to);
        let sent = rt.spawn_local_on(0, move |ctx| flood(ctx, to, ledger, each));
        let read = rt.spawn_local_on(to, move |ctx| read(ctx, each)).unwrap();
        rt.block_on(read).unwrap().assert([0], each);
        rt.block_on(sent.unwrap()).unwrap();
        noted(&rt, ledger, each).assert([0], each);
        assert_sound(&rt);
    });
}
