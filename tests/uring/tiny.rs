//! The smallest rings there are.

use crate::common::yield_now;
use crate::ledger::{LedgerHandle, flood, message, noted, open, read};
use crate::{assert_sound, each_carry};
use spargio::{AskError, Handle, ShardCtx, ShardId};

const EACH: u64 = 1_000;

#[test]
fn rings_of_one_two_and_eight_entries_carry_everything() {
    each_carry(&[1, 2, 4], |setup| {
        for ring_entries in [1, 2, 8] {
            let rt = setup.builder().ring_entries(ring_entries).build().unwrap();
            let shards = 0..setup.shards as ShardId;
            let ledgers: Vec<_> = shards.clone().map(|shard| open(&rt, shard)).collect();
            let all = EACH * setup.shards as u64;
            let read_all = |shard| rt.spawn_local_on(shard, move |ctx| read(ctx, all)).unwrap();
            let reads: Vec<_> = shards.clone().map(read_all).collect();
            let talk = |shard| {
                let ledgers = ledgers.clone();
                rt.spawn_local_on(shard, |ctx| talk(ctx, ledgers)).unwrap()
            };
            let talks: Vec<_> = shards.clone().map(talk).collect();
            for talk in talks {
                rt.block_on(talk).unwrap();
            }
            for read in reads {
                rt.block_on(read).unwrap().assert(shards.clone(), EACH);
            }
            for ledger in ledgers {
                noted(&rt, ledger, all).assert(shards.clone(), EACH);
            }
            assert_sound(&rt);
        }
    });
}

/// Events, tells and bodies to all shards at once, then asks and tickets.
async fn talk(ctx: ShardCtx, ledgers: Vec<LedgerHandle>) {
    let floods: Vec<_> = (0..)
        .zip(&ledgers)
        .map(|(to, &ledger)| ctx.spawn_local(flood(ctx.clone(), to, ledger, EACH - 1)))
        .collect();
    for flood in floods {
        flood.await.unwrap();
    }
    for (to, ledger) in (0..).zip(ledgers) {
        let (from, last) = (ctx.shard_id(), EACH - 1);
        ledger.send(message(from, last)).await.unwrap();
        while ledger.order(&ctx).await == Err(AskError::Full) {
            yield_now().await;
        }
        let port = ctx.remote(to).unwrap();
        let ticket = loop {
            match port.send_raw(from, last) {
                Ok(ticket) => break ticket,
                Err(_) => yield_now().await,
            }
        };
        ticket.await.unwrap();
    }
}
