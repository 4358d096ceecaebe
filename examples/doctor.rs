//! What io_uring offers here, what stands in its way and what to do about that, and which backend and carry a runtime
//! would get. Ends with success (0) if that is io_uring, and with failure (1) if it is not, so that scripts can ask.
//!
//! `cargo run --example doctor`

use spargio::{BackendKind, BuildError, Carry, IoUringReport, Runtime};
use std::process::ExitCode;

fn main() -> ExitCode {
    let report = IoUringReport::probe();
    println!("{report}");
    println!();
    for carry in [Carry::Lane, Carry::Completion] {
        let can = if report.carries().contains(&carry) {
            "can"
        } else {
            "cannot"
        };
        println!("BackendKind::IoUring with Carry::{carry:?} {can} be used");
    }
    // As large as a program of yours would have it: rings for all shards take more than those of a probe.
    let build = |backend| Runtime::builder().backend(backend).build();
    match build(BackendKind::Auto) {
        Ok(rt) => {
            let (backend, shards) = (rt.backend(), rt.shard_count());
            println!("BackendKind::Auto chooses BackendKind::{backend:?} for {shards} shards");
            if backend == BackendKind::IoUring {
                return ExitCode::SUCCESS;
            }
        }
        Err(error) => println!("BackendKind::Auto finds nothing: {error}"),
    }
    // Where the probe has found nothing wrong, it is these that are refused.
    if report.is_usable()
        && let Err(BuildError::Backend { cause, remedy }) = build(BackendKind::IoUring)
    {
        println!("BackendKind::IoUring cannot be built: {cause}");
        println!("what to do: {remedy}");
    }
    ExitCode::FAILURE
}
