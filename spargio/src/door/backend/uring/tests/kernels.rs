//! Older kernels: what they lack is done without where that can be, and said where it cannot.

use super::{Fault, Survivor, carries, in_time};
use crate::door::backend::uring::report;
use crate::error::IoUringRefusal;
use crate::{BackendKind, BuildError, Carry, Runtime};
use std::cell::Cell;
use std::time::Duration;

/// Says for so many rounds that it is not enough.
fn rounds(rounds: usize) -> impl Fn() -> bool {
    let done = Cell::new(0);
    move || done.replace(done.get() + 1) == rounds
}

fn built(backend: BackendKind, carry: Carry) -> Result<Runtime, BuildError> {
    let builder = Runtime::builder().shards(2);
    builder.backend(backend).carry(carry).build()
}

/// Fails unless it came to this, and works.
#[track_caller]
fn assert_runs_on(built: Result<Runtime, BuildError>, backend: BackendKind, carry: Carry) {
    let rt = built.expect("it can be built");
    assert_eq!((rt.backend(), rt.carry()), (backend, carry));
    let sent = rt.spawn_local_on(0, async |ctx| {
        let port = ctx.remote(1).expect("two shards");
        port.send_raw(7, 5).expect("it has room").await
    });
    assert_eq!(rt.block_on(sent.expect("it runs")), Ok(Ok(())));
}

/// Without flags in messages, a pair is sent when the one before it has been taken; and bells go through the eventfd.
#[test]
fn kernels_before_6_3() {
    for spin in [Duration::ZERO, Duration::from_micros(20)] {
        in_time(Fault::OldKernel, 1, move |_| {
            let survivor = Survivor::new(Carry::Lane, 16, spin);
            survivor.send_between_shards(rounds(500));
            survivor.end();
            let survivor = Survivor::new(Carry::Lane, 16, spin);
            survivor.ask_from_outside(rounds(500));
            survivor.end();
        });
    }
}

#[test]
fn completions_on_kernels_before_6_3() {
    in_time(Fault::OldKernel, 1, |_| {
        assert_eq!(report().carries(), [Carry::Lane]);
        let refused = built(BackendKind::IoUring, Carry::Completion).map(drop);
        let Err(BuildError::Backend { cause, remedy }) = refused else {
            panic!("{refused:?}");
        };
        for text in [&cause, &remedy] {
            assert!(text.contains("Linux 6.3"), "{text}");
        }
        assert!(cause.contains("Carry::Completion"), "{cause}");
        assert!(remedy.contains("Carry::Lane"), "{remedy}");

        let (queue, ring) = (BackendKind::Queue, BackendKind::IoUring);
        let auto = |carry| built(BackendKind::Auto, carry);
        assert_runs_on(auto(Carry::Completion), queue, Carry::Lane);
        assert_runs_on(auto(Carry::Lane), ring, Carry::Lane);
        assert_runs_on(built(ring, Carry::Lane), ring, Carry::Lane);
    });
}

/// The setup flags of Linux 6.0, 5.19 and 5.18.
const RUNGS: [&[&str]; 3] = [
    &[
        "SINGLE_ISSUER",
        "COOP_TASKRUN",
        "TASKRUN_FLAG",
        "SUBMIT_ALL",
    ],
    &["COOP_TASKRUN", "TASKRUN_FLAG", "SUBMIT_ALL"],
    &["SUBMIT_ALL"],
];

#[test]
fn kernels_that_do_not_know_the_newest_setup_flags() {
    for (rung, flags) in RUNGS.into_iter().enumerate() {
        for carry in carries() {
            in_time(Fault::Setup(flags.len()), 1, move |injected| {
                assert_eq!(report().setup_flags, flags);
                let before = injected();
                let survivor = Survivor::new(carry, 16, Duration::ZERO);
                assert_eq!(injected() - before, 2 * rung, "each shard climbs");
                survivor.send_between_shards(rounds(500));
                survivor.end();
            });
        }
    }
}

#[test]
fn kernels_that_know_no_setup_flags() {
    in_time(Fault::Setup(0), 1, |_| {
        let report = report();
        assert!(report.setup_flags.is_empty() && report.carries().is_empty());
        let IoUringRefusal { cause, remedy } = report.refusal.expect("no ring can be made");
        assert!(
            cause.contains("io_uring_setup failed (Invalid argument"),
            "{cause}"
        );
        for text in [&cause, &remedy] {
            assert!(text.contains("Linux 5.18"), "{text}");
        }
        for carry in carries() {
            // The shards come to the same as the probe.
            let refused = built(BackendKind::IoUring, carry).map(drop);
            let Err(BuildError::Backend { cause: shard, .. }) = refused else {
                panic!("{refused:?}");
            };
            assert_eq!(shard, cause);
            let auto = built(BackendKind::Auto, carry);
            assert_runs_on(auto, BackendKind::Queue, Carry::Lane);
        }
    });
}
