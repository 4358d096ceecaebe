//! What tells the carries apart: a message is a completion of the target's ring, or no business of the kernel's.

use crate::common::LONG;
use crate::ledger::{fits, noted, open};
use crate::{assert_sound, each_carry};
use spargio::{Carry, Runtime};

const MESSAGES: u64 = 1_000;

/// What shard 0 has asked of the kernel: how often, and for how much.
fn asked(rt: &Runtime) -> (u64, u64) {
    let ring = &rt.stats().shards[0].ring;
    (ring.enters, ring.submitted)
}

/// Each shard's sleeps.
fn parks(rt: &Runtime) -> Vec<u64> {
    rt.stats().shards.iter().map(|shard| shard.parks).collect()
}

#[test]
fn tells_between_shards_that_are_awake_are_completions_or_no_system_calls() {
    each_carry(&[2], |setup| {
        // Both look for work all the time.
        let builder = setup.builder().spin(LONG).mailbox(MESSAGES as usize);
        let rt = builder.build().unwrap();
        let ledger = open(&rt, 1);
        let (enters, submitted) = asked(&rt);
        let sent = rt.spawn_on(0, async move {
            let sent = (0..MESSAGES).filter(|&number| fits(ledger.note(0, number as u32)));
            sent.count() as u64
        });
        assert_eq!(rt.block_on(sent.unwrap()), Ok(MESSAGES));
        noted(&rt, ledger, MESSAGES).assert([0], MESSAGES);
        let (enters, submitted) = (asked(&rt).0 - enters, asked(&rt).1 - submitted);
        eprintln!("{:?}: {enters} enters for {submitted}", setup.carry);
        match setup.carry {
            // All that a turn sends is one call, however little that is.
            Carry::Completion => assert!(submitted >= MESSAGES && enters < submitted / 2),
            // What goes through a lane is none.
            _ => assert!(submitted.max(enters) < MESSAGES / 10),
        }
        assert_eq!(parks(&rt), [0, 0], "they never slept");
        assert_sound(&rt);
    });
}
