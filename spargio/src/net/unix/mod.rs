//! Sockets between processes of one system.

mod datagram;
mod listener;
mod stream;

pub use datagram::UnixDatagram;
pub use listener::UnixListener;
#[cfg(target_os = "linux")]
pub use stream::PeerCred;
pub use stream::UnixStream;

use crate::shard::Core;
use crate::time::sleep;
use socket2::SockAddr;
use std::future::poll_fn;
use std::io;
use std::os::unix::net::SocketAddr;
use std::time::Duration;

/// An address as the standard library has it.
fn named(address: &SockAddr) -> io::Result<SocketAddr> {
    #[cfg(target_os = "linux")]
    if let Some(name) = address.as_abstract_namespace() {
        use std::os::linux::net::SocketAddrExt;
        return SocketAddr::from_abstract_name(name);
    }
    // Not `SockAddr::as_unix`: it panics where a peer has used all the room for a path, which the standard library does not
    // take. Such a peer has no name here, as one has that was not bound.
    let path = address.as_pathname().unwrap_or("".as_ref());
    SocketAddr::from_pathname(path).or_else(|_| SocketAddr::from_pathname(""))
}

/// Calls `f`, which must not wait, again and again, with pauses: no event says that another socket's queue has room.
async fn patiently<R>(core: &Core, mut f: impl FnMut() -> io::Result<R>) -> io::Result<R> {
    loop {
        poll_fn(|task| core.give_way(task.waker())).await;
        match f() {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => sleep(PAUSE).await,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

/// Much longer than a queue takes to move, and not long to wait.
const PAUSE: Duration = Duration::from_millis(1);
