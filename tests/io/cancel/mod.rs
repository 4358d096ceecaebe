//! Operations whose futures are dropped after each number of polls, while the other side goes on: what they own is let
//! go of once, and what nobody has read is there for the next one.

mod connections;
mod datagrams;
mod files;
mod halves;
mod names;
mod stream;
mod streams;
mod waits;

use crate::common::{Setup, run, yield_now};
use futures::poll;
use spargio::ShardCtx;
use std::io;
use std::pin::pin;
use std::task::Poll;

/// Futures are polled at most so often before they are dropped.
const POLLS: usize = 5;

/// Polls a future so often, with a turn for others after each poll, and drops it. What it came to, if it ended.
async fn polled<T>(times: usize, future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(future);
    for _ in 0..times {
        if let Poll::Ready(ended) = poll!(future.as_mut()) {
            return Some(ended);
        }
        yield_now().await;
    }
    None
}

/// Runs a task on the last shard, with the smallest ring.
fn on_a_small_ring(
    setup: &Setup,
    work: impl AsyncFnOnce(ShardCtx) -> io::Result<()> + Send + 'static,
) {
    let rt = setup.builder().ring_entries(8).build().unwrap();
    run(&rt, setup.last(), work);
    let report = rt.shutdown().unwrap();
    assert_eq!(report.leaked_ops, 0, "{report:?}");
}

/// All of them in a process of their own, where nobody else opens or closes anything.
#[cfg(target_os = "linux")]
#[test]
fn no_descriptor_is_left() {
    use crate::child::{files, in_child};
    use crate::common::{each_backend, eventually};
    use spargio::net::{TcpStream, UnixStream};

    in_child("cancel::no_descriptor_is_left", || {
        each_backend(&[1, 2], |setup| {
            let before = files();
            streams::reads::<TcpStream>(setup);
            streams::reads::<UnixStream>(setup);
            streams::reads_that_take_nothing::<TcpStream>(setup);
            streams::reads_that_take_nothing::<UnixStream>(setup);
            streams::writes::<TcpStream>(setup);
            streams::writes::<UnixStream>(setup);
            halves::both::<TcpStream>(setup);
            halves::both::<UnixStream>(setup);
            connections::tcp(setup);
            connections::unix(setup);
            datagrams::udp(setup);
            datagrams::names(setup);
            datagrams::unix(setup);
            files::reads_and_writes(setup);
            names::names_and_folders(setup);
            waits::work_that_blocks(setup);
            eventually("all descriptors are closed", || files() <= before);
        });
    });
}
