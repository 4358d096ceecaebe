//! The halves of streams.

use super::connection::Connection;
use super::transfer::PEEK;
use crate::door::io::buffer::{IoBuf, IoBufMut};
use std::fmt;
use std::io;
use std::net::Shutdown;
use std::rc::Rc;

/// The reading half of a stream. Made by the stream's `split`.
///
/// ```
/// use futures_util::AsyncReadExt;
/// use spargio::net::{ReadHalf, TcpListener, TcpStream};
///
/// #[spargio::main(shards = 1)]
/// async fn main() -> Result<(), Box<dyn std::error::Error>> {
///     let listener = TcpListener::bind("127.0.0.1:0").await?;
///     let near = TcpStream::connect(listener.local_addr()?).await?;
///     let (far, _) = listener.accept().await?;
///     far.write_all("2 pence").await.0?;
///
///     // Through `AsyncRead`, as parsers and codecs do; and with an owned buffer.
///     let (mut reader, _writer): (ReadHalf, _) = near.split();
///     let mut number = [0; 1];
///     reader.read_exact(&mut number).await?;
///     let (read, rest) = ReadHalf::read(&reader, Vec::with_capacity(64)).await;
///     assert_eq!((&number, read?, &*rest), (b"2", 6, &b" pence"[..]));
///     Ok(())
/// }
/// ```
pub struct ReadHalf(pub(super) Rc<Connection>);

impl ReadHalf {
    /// As [`TcpStream::read`](super::TcpStream::read).
    pub async fn read<B: IoBufMut>(&self, buffer: B) -> (io::Result<usize>, B) {
        self.0.read(buffer).await
    }

    /// As [`TcpStream::peek`](super::TcpStream::peek).
    pub async fn peek<B: IoBufMut>(&self, buffer: B) -> (io::Result<usize>, B) {
        self.0.endpoint.receive(buffer, PEEK).await
    }
}

/// The writing half of a stream. Made by the stream's `split`.
///
/// ```
/// use futures_util::AsyncWriteExt;
/// use spargio::net::{TcpListener, TcpStream, WriteHalf};
///
/// #[spargio::main(shards = 1)]
/// async fn main() -> Result<(), Box<dyn std::error::Error>> {
///     let listener = TcpListener::bind("127.0.0.1:0").await?;
///     let near = TcpStream::connect(listener.local_addr()?).await?;
///     let (far, _) = listener.accept().await?;
///
///     let (_reader, mut writer): (_, WriteHalf) = near.split();
///     writer.write_all("a line\n").await.0?;
///     // Through `AsyncWrite`: bytes that are only borrowed.
///     AsyncWriteExt::write_all(&mut writer, b"another\n").await?;
///     // The peer reads an end.
///     drop(writer);
///     let mut lines = String::new();
///     futures_util::AsyncReadExt::read_to_string(&mut { far }, &mut lines).await?;
///     assert_eq!(lines, "a line\nanother\n");
///     Ok(())
/// }
/// ```
pub struct WriteHalf(pub(super) Rc<Connection>);

impl WriteHalf {
    /// As [`TcpStream::write`](super::TcpStream::write).
    pub async fn write<B: IoBuf>(&self, buffer: B) -> (io::Result<usize>, B) {
        self.0.write(buffer, 0).await
    }

    /// As [`TcpStream::write_all`](super::TcpStream::write_all).
    pub async fn write_all<B: IoBuf>(&self, buffer: B) -> (io::Result<()>, B) {
        self.0.write_all(buffer).await
    }

    /// As [`TcpStream::write_vectored`](super::TcpStream::write_vectored).
    pub async fn write_vectored<B: IoBuf>(&self, buffers: Vec<B>) -> (io::Result<usize>, Vec<B>) {
        self.0.write_vectored(buffers).await
    }
}

impl Drop for WriteHalf {
    fn drop(&mut self) {
        // It fails only if the connection has ended.
        _ = self.0.shutdown(Shutdown::Write);
    }
}

/// A half does not know what kind of stream it is of, so the peer is shown only if it has an internet address.
macro_rules! debug {
    ($($half:ident),*) => {
        $(impl fmt::Debug for $half {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let peer = self.0.endpoint.peer_ip().ok();
                write!(f, "{}({peer:?})", stringify!($half))
            }
        })*
    };
}

debug!(ReadHalf, WriteHalf);
