//! Closures that block, on threads where they may.
//!
//! "Runs a closure on a thread that may block"; "`JoinError::Panicked` if the closure panics"; "once it runs, it runs to
//! its end".

mod common;

use common::{Gate, LONG, OpenAtEnd, SHARDS, Tally, each_backend, run, run_watched, yield_now};
use spargio::{JoinError, blocking};
use std::sync::mpsc;

#[test]
fn a_closure_that_blocks_does_not_hold_its_shard_up() {
    each_backend(&SHARDS, |setup| {
        let rt = setup.build();
        let gate = Gate::default();
        let _open = OpenAtEnd(gate.clone());
        let passed = run_watched(&rt, setup.last(), async move |ctx| {
            let held = gate.clone();
            let passed = blocking(move || {
                held.pass();
                7
            });
            // While it is held, another task of the shard has its turns, and lets it go.
            let opens = ctx.spawn_local(async move {
                while gate.waiting() == 0 {
                    yield_now().await;
                }
                gate.open();
            });
            let passed = passed.await;
            opens.await.unwrap();
            Ok(passed)
        });
        assert_eq!(passed, Ok(7));
    });
}

#[test]
fn a_panic_stays_in_its_closure() {
    each_backend(&SHARDS, |setup| {
        let rt = setup.build();
        let tally = Tally::default();
        let token = tally.token();
        run(&rt, setup.last(), async move |ctx| {
            let neighbour = ctx.spawn_local(async {
                for _ in 0..100 {
                    yield_now().await;
                }
                5
            });
            let panics = blocking(move || {
                let _token = token;
                panic!("in the closure")
            });
            assert_eq!(panics.await, Err::<(), _>(JoinError::Panicked));
            // The shard goes on, and takes further closures.
            assert_eq!(neighbour.await, Ok(5));
            assert_eq!(blocking(|| 7).await, Ok(7));
            Ok(())
        });
        tally.assert_even();
    });
}

#[test]
fn a_closure_that_runs_ends_though_nobody_waits_for_it() {
    each_backend(&SHARDS, |setup| {
        let rt = setup.build();
        let gate = Gate::default();
        let _open = OpenAtEnd(gate.clone());
        let (end, has_ended) = mpsc::channel();
        run_watched(&rt, setup.last(), async move |_| {
            let held = gate.clone();
            let running = blocking(move || {
                held.pass();
                end.send(7).unwrap();
            });
            while gate.waiting() == 0 {
                yield_now().await;
            }
            drop(running);
            gate.open();
            Ok(())
        });
        assert_eq!(has_ended.recv_timeout(LONG), Ok(7));
    });
}
