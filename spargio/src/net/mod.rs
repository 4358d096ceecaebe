//! Sockets that actors and tasks await: TCP, UDP and Unix.
//!
//! A socket lives on the shard that made it. On io_uring accepting, connecting by TCP, reading and writing with owned
//! buffers are SQEs on that shard's own ring, submitted together with the turn's doorbells in one system call; while
//! bytes flow, a stream reads and writes by a call first. Everything else (datagrams, peeking, several buffers at once,
//! the traits) is such a call, and where the socket is not ready the ring polls it. On the portable backend sockets are
//! watched for readiness. Dropping an operation that is under way enters the ring at once, to cancel it. There are two
//! ways to use a socket on either:
//!
//! - with owned buffers: [`read`](TcpStream::read) takes a buffer, and gives it back with the result. Nothing is copied;
//! - as [`futures_io::AsyncRead`] and [`futures_io::AsyncWrite`], for all that builds on these.
//!
//! ```
//! use futures_util::AsyncReadExt;
//! use spargio::ShardCtx;
//! use spargio::net::{TcpListener, TcpStream};
//!
//! #[spargio::main(shards = 1)]
//! async fn main(cx: ShardCtx) -> Result<(), Box<dyn std::error::Error>> {
//!     let listener = TcpListener::bind("127.0.0.1:0").await?;
//!     let address = listener.local_addr()?;
//!     let serving = cx.spawn_local(async move {
//!         let (stream, _) = listener.accept().await?;
//!         // With an owned buffer, which comes back with the result.
//!         stream.write_all("welcome").await.0
//!     });
//!     // Through a trait.
//!     let (mut stream, mut text) = (TcpStream::connect(address).await?, String::new());
//!     stream.read_to_string(&mut text).await?;
//!     serving.await??;
//!     assert_eq!(text, "welcome");
//!     Ok(())
//! }
//! ```
//!
//! Everything here needs a shard: elsewhere it returns an error that says so. Dropping the future of an operation
//! cancels the operation; memory that the kernel may still use is freed once the kernel is done with it.

mod connection;
mod detached;
mod endpoint;
mod halves;
mod listen;
mod listener;
mod resolve;
mod stream;
mod tcp;
mod transfer;
mod udp;
#[cfg(unix)]
mod unix;

pub use crate::door::io::buffer::{IoBuf, IoBufMut};
pub use detached::{Attach, Detached};
pub use halves::{ReadHalf, WriteHalf};
pub use listen::ListenOptions;
pub use resolve::ToAddrs;
pub use tcp::{TcpListener, TcpStream};
pub use udp::UdpSocket;
#[cfg(target_os = "linux")]
pub use unix::PeerCred;
#[cfg(unix)]
pub use unix::{UnixDatagram, UnixListener, UnixStream};
