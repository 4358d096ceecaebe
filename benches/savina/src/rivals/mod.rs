//! Seven of the benchmarks on other actor frameworks, the same work with the same numbers of messages.

pub(crate) mod actix;
pub(crate) mod kameo;
pub(crate) mod ractor;

use crate::measure::Sample;
use crate::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::runtime::Builder;

/// Runs a driver on a tokio runtime of so many threads, as a task, so that it is on a worker like the actors are. Each
/// thread has its CPU, as Spargio's shards have.
fn on_tokio(threads: usize, driver: impl Future<Output = Sample> + Send + 'static) -> Sample {
    let rt = if threads == 1 {
        pin(0);
        Builder::new_current_thread().enable_all().build()
    } else {
        let started = AtomicUsize::new(0);
        Builder::new_multi_thread()
            .worker_threads(threads)
            .on_thread_start(move || pin(started.fetch_add(1, Ordering::Relaxed)))
            .enable_all()
            .build()
    };
    let rt = rt.expect("tokio starts");
    rt.block_on(async {
        tokio::spawn(driver)
            .await
            .expect("the driver does not panic")
    })
}
