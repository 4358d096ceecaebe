//! Threads: those that shards run on, and those that wait for a future.

use super::pin::pin_to;
use std::any::Any;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::process::abort;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, JoinHandle, Thread};

/// Starts a shard's thread, kept to a CPU if one is given. A panic that leaves `run` is one of the runtime's own code,
/// after which nothing it promises would hold: the process is aborted.
pub(crate) fn spawn(
    name: String,
    cpu: Option<usize>,
    run: impl FnOnce() + Send + 'static,
) -> io::Result<JoinHandle<()>> {
    #[expect(clippy::disallowed_methods, reason = "the door starts the threads")]
    thread::Builder::new().name(name).spawn(move || {
        let _abort = AbortOnPanic;
        if let Some(cpu) = cpu {
            pin_to(cpu);
        }
        run();
    })
}

struct AbortOnPanic;

impl Drop for AbortOnPanic {
    fn drop(&mut self) {
        if thread::panicking() {
            eprintln!(
                "spargio: a panic in the runtime's own code (this is a bug in Spargio): aborting"
            );
            abort();
        }
    }
}

/// Runs a future on the calling thread until it ends, and sleeps while it waits.
pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let woken = Arc::new(Woken {
        thread: thread::current(),
        woken: AtomicBool::new(true),
    });
    let waker = Waker::from(woken.clone());
    let mut task = Context::from_waker(&waker);
    loop {
        // Acquire: pairs with the release in `wake`.
        if woken.woken.swap(false, Ordering::Acquire) {
            if let Poll::Ready(output) = future.as_mut().poll(&mut task) {
                return output;
            }
        } else {
            // Returns at once if the thread was woken since it last parked, and may return early, too.
            thread::park();
        }
    }
}

/// Wakes a thread that waits for a future. Each wait has a flag of its own: a thread's permit to run is one for all, and
/// a wait within the future may use it up.
struct Woken {
    thread: Thread,
    woken: AtomicBool,
}

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        // Release: the poll that follows sees what led to this.
        self.woken.store(true, Ordering::Release);
        self.thread.unpark();
    }
}

/// Runs code that may panic. `None` if it did: the panic goes no further, nor does one of its own payload's drop.
#[inline]
pub(crate) fn caught<R>(f: impl FnOnce() -> R) -> Option<R> {
    catch_unwind(AssertUnwindSafe(f)).map_err(drop_payload).ok()
}

/// Wakes all of them. Each is anybody's code: a panic in one silences no other, nor whoever calls it.
pub(crate) fn wake_all(wakers: impl IntoIterator<Item = Waker>) {
    for waker in wakers {
        caught(|| waker.wake());
    }
}

/// Drops what a panic was thrown with, which may panic in turn.
#[cold]
fn drop_payload(payload: Box<dyn Any + Send>) {
    if let Err(another) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
        // Enough: a third could only be a trap.
        std::mem::forget(another);
    }
}
