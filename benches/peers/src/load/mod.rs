//! The workloads of I/O: sockets, files and timers. What is done is written once, over what a runtime's thread can do; the
//! client of a server and the file that is read are the same for everybody.

mod blocks;
mod client;
mod reads;
mod timers;

pub use blocks::{BLOCK, clear, number};

use crate::measure::Measured;
use crate::workload::Workload;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::mpsc::channel;
use std::time::Instant;

/// The CPU of the clients of servers, and of those who read and wait.
pub const NEAR: usize = 0;
/// The CPU of servers.
pub const FAR: usize = 1;

/// What a runtime can do on one thread besides passing messages.
pub trait Io: 'static {
    type File: 'static;

    /// Runs a future on a thread of its own that is pinned to the CPU. Both end with the process.
    fn run_on<F: Future<Output = ()> + 'static>(
        &self,
        cpu: usize,
        future: impl FnOnce() -> F + Send + 'static,
    );

    /// Starts a task on the thread of the caller, for as long as it lasts.
    fn spawn(future: impl Future<Output = ()> + 'static);

    /// Listens on a free port of the loopback device, says where, and accepts for ever. A task for each connection sends
    /// back what comes, by a buffer of one `BLOCK` and without Nagle's delay, until the peer has ended.
    async fn serve(ready: impl FnOnce(SocketAddr));

    async fn open(path: PathBuf) -> Self::File;

    /// Reads one `BLOCK`. Returns the number that it starts with, and the buffer for the next.
    async fn read(file: &Self::File, at: u64, buffer: Vec<u8>) -> (u64, Vec<u8>);

    /// Not for who never comes to `Workload::Timers`.
    fn sleep_until(deadline: Instant) -> impl Future + 'static;
}

/// Does a workload. `None` if it is not one of I/O.
pub fn run<I: Io>(io: &I, workload: Workload, operations: u64) -> Option<Measured> {
    echo(|| serve(io), workload, operations).or_else(|| {
        Some(match workload {
            Workload::File1 => reads::read(io, 1, operations),
            Workload::File32 => reads::read(io, 32, operations),
            Workload::Timers => timers::fire(io, operations),
            _ => return None,
        })
    })
}

/// Does a workload with a server that sends back what comes; `serve` starts it and says where it listens. `None` if it is
/// not one of those.
pub fn echo(
    serve: impl FnOnce() -> SocketAddr,
    workload: Workload,
    operations: u64,
) -> Option<Measured> {
    Some(match workload {
        Workload::EchoTrip => client::trips(serve(), operations),
        Workload::Echo64 => client::exchange(serve(), 64, operations),
        Workload::Stream4K => client::stream(serve(), operations),
        _ => return None,
    })
}

/// Starts the server. Returns where it listens.
fn serve<I: Io>(io: &I) -> SocketAddr {
    let (send, receive) = channel();
    io.run_on(FAR, || {
        I::serve(move |address| send.send(address).expect("the main thread waits"))
    });
    receive.recv().expect("the server listens")
}

/// Has near measure something, and waits for it.
fn measure<I: Io, F: Future<Output = Measured> + 'static>(
    io: &I,
    work: impl FnOnce() -> F + Send + 'static,
) -> Measured {
    let (send, receive) = channel();
    io.run_on(NEAR, || async move {
        send.send(work().await).expect("the main thread waits");
    });
    receive.recv().expect("near does not panic")
}
