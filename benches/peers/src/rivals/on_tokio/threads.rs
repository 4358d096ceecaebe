//! The threads that actors and drivers run on: pinned ones with a runtime each, or the workers of one runtime.

use crate::measure::pin;
use std::future::{Future, pending};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, channel};
use tokio::runtime::{Builder, Handle, Runtime};

/// Threads that futures can be given to. They end with the process: a sample has one of its own.
pub trait Threads: Sized {
    /// Whether thread 0 and thread 1 are two runtimes on two CPUs, so that each sleeps while the other works.
    const APART: bool;

    /// Opens threads `0..count`, thread `t` on CPU `t % 2`.
    fn open(count: usize) -> Self;

    /// Has a thread run a future.
    fn spawn(&self, thread: usize, future: impl Future<Output = ()> + Send + 'static);

    /// Has a thread run a future, and hands back where its result will come out.
    fn run<T: Send + 'static>(
        &self,
        thread: usize,
        future: impl Future<Output = T> + Send + 'static,
    ) -> Receiver<T> {
        let (result, results) = channel();
        self.spawn(thread, async move {
            result
                .send(future.await)
                .expect("the main thread waits for it");
        });
        results
    }

    /// Has a thread run a future, and sleeps until it is done.
    fn wait<T: Send + 'static>(
        &self,
        thread: usize,
        future: impl Future<Output = T> + Send + 'static,
    ) -> T {
        self.run(thread, future)
            .recv()
            .expect("the future does not panic")
    }
}

/// A `current_thread` runtime on each of some pinned threads.
pub struct Pinned(Vec<Handle>);

impl Threads for Pinned {
    const APART: bool = true;

    fn open(count: usize) -> Self {
        Self((0..count).map(pinned_runtime).collect())
    }

    fn spawn(&self, thread: usize, future: impl Future<Output = ()> + Send + 'static) {
        self.0[thread].spawn(future);
    }
}

fn pinned_runtime(thread: usize) -> Handle {
    let (handle, handles) = channel();
    std::thread::spawn(move || {
        pin(thread % 2);
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        handle
            .send(runtime.handle().clone())
            .expect("the main thread waits for it");
        runtime.block_on(pending::<()>());
    });
    handles.recv().expect("the thread has a runtime")
}

/// One multi-thread runtime, two workers at least. Tasks run on whichever worker takes them, be it the same one.
pub struct Workers(Runtime);

impl Threads for Workers {
    const APART: bool = false;

    fn open(count: usize) -> Self {
        let opened = AtomicUsize::new(0);
        let mut builder = Builder::new_multi_thread();
        builder.worker_threads(count.max(2)).enable_all();
        builder.on_thread_start(move || pin(opened.fetch_add(1, Ordering::Relaxed) % 2));
        Self(builder.build().expect("a runtime"))
    }

    fn spawn(&self, _: usize, future: impl Future<Output = ()> + Send + 'static) {
        self.0.spawn(future);
    }
}
