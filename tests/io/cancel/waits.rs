//! Waiting for time, and for work that blocks.

use super::{POLLS, on_a_small_ring, polled};
use crate::common::{SHARDS, Setup, Tally, each_backend, eventually};
use futures::StreamExt;
use spargio::blocking;
use spargio::time::{interval_at, sleep, sleep_until, timeout};
use std::future::pending;
use std::time::{Duration, Instant};

const ROUNDS: usize = 300;
const HOUR: Duration = Duration::from_secs(3600);

#[test]
fn time_goes_on_for_the_others() {
    each_backend(&SHARDS, |setup| {
        on_a_small_ring(setup, async |_| {
            let start = Instant::now();
            let period = Duration::from_millis(1);
            let mut beats = interval_at(start, period);
            let first = beats.tick().await;
            let mut last = first;
            for round in 0..ROUNDS {
                let times = round % POLLS;
                assert!(polled(times, sleep(HOUR)).await.is_none());
                assert!(polled(times, sleep_until(start + HOUR)).await.is_none());
                let endless = timeout(HOUR, pending::<()>());
                assert!(polled(times, endless).await.is_none());
                let beat = match round / POLLS % 2 {
                    0 => polled(times, beats.tick()).await,
                    _ => polled(times, beats.next()).await.flatten(),
                };
                if let Some(beat) = beat {
                    assert!(beat > last, "a beat twice");
                    last = beat;
                }
            }
            // Beats are whole periods after the first, also after ticks that nobody waited for.
            let next = beats.tick().await;
            assert!(next > last);
            assert_eq!((next - first).as_nanos() % period.as_nanos(), 0);
            sleep(period).await;
            assert!(start.elapsed() < HOUR);
            Ok(())
        });
    });
}

#[test]
fn work_that_nobody_waits_for_is_dropped_or_done() {
    each_backend(&SHARDS, work_that_blocks);
}

pub(super) fn work_that_blocks(setup: &Setup) {
    let tally = Tally::default();
    let tokens = tally.clone();
    on_a_small_ring(setup, async move |_| {
        for round in 0..ROUNDS {
            let token = tokens.token();
            // It gives back what it was given, which nobody may be there to take.
            _ = polled(round % POLLS, blocking(move || token)).await;
        }
        Ok(())
    });
    eventually("all is dropped", || tally.dropped() == tally.made());
}
