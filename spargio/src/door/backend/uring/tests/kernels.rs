//! Older kernels: what they lack is done without where that can be, and said where it cannot.

use super::{Fault, Survivor, in_time};
use crate::door::backend::uring::report;
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
