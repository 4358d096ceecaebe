//! Streams of bytes as users have them.

use super::connection::Connection;
use super::endpoint::Endpoint;
use super::halves::{ReadHalf, WriteHalf};
use super::tcp::TcpStream;
use super::transfer::PEEK;
#[cfg(unix)]
use super::unix::UnixStream;
use crate::door::io::buffer::{IoBuf, IoBufMut};
use futures_io::{AsyncRead, AsyncWrite};
use std::fmt;
use std::io::{self, IoSlice};
use std::net::Shutdown;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

/// What streams of all kinds do; each adds its addresses and options.
macro_rules! stream {
    ($stream:ident, whole: $whole:literal) => {
        impl $stream {
            pub(super) fn endpoint(&self) -> &Endpoint {
                &self.0.endpoint
            }

            pub(super) fn from_endpoint(endpoint: Endpoint) -> Self {
                Self(Rc::new(Connection::new(endpoint, $whole)))
            }

            /// Reads into a buffer what has arrived, or waits until something does. 0 bytes mean the end.
            ///
            /// ```
            /// # use spargio::net::{TcpListener, TcpStream};
            /// # #[spargio::main(shards = 1)]
            /// # async fn main() -> std::io::Result<()> {
            /// # let listener = TcpListener::bind("127.0.0.1:0").await?;
            /// # let near = TcpStream::connect(listener.local_addr()?).await?;
            /// # let (far, _) = listener.accept().await?;
            /// near.write_all("hello").await.0?;
            /// // At most as much as the vector has room for, from its start.
            /// let (read, buffer) = far.read(Vec::with_capacity(2)).await;
            /// assert_eq!((read?, &*buffer), (2, &b"he"[..]));
            /// let (read, buffer) = far.read(Vec::with_capacity(64)).await;
            /// assert_eq!((read?, &*buffer), (3, &b"llo"[..]));
            /// # Ok(())
            /// # }
            /// ```
            ///
            /// # Errors
            ///
            /// Those of the system; `InvalidInput` for a buffer without room. A vector is empty after an error.
            ///
            /// # Cancellation
            ///
            /// The buffer is lost with the future, and so is what was read into it at that very moment.
            pub async fn read<B: IoBufMut>(&self, buffer: B) -> (io::Result<usize>, B) {
                self.0.read(buffer).await
            }

            /// Writes some of a buffer, from its start. Returns how many bytes.
            ///
            /// ```
            /// # use spargio::net::{TcpListener, TcpStream};
            /// # #[spargio::main(shards = 1)]
            /// # async fn main() -> std::io::Result<()> {
            /// # let listener = TcpListener::bind("127.0.0.1:0").await?;
            /// # let near = TcpStream::connect(listener.local_addr()?).await?;
            /// # let (far, _) = listener.accept().await?;
            /// let (wrote, line) = near.write("a long line\n").await;
            /// // It need not have been all.
            /// near.write_all(&line[wrote?..]).await.0?;
            /// # drop(near);
            /// # let mut text = String::new();
            /// # futures_util::AsyncReadExt::read_to_string(&mut { far }, &mut text).await?;
            /// # assert_eq!(text, "a long line\n");
            /// # Ok(())
            /// # }
            /// ```
            ///
            /// # Errors
            ///
            /// Those of the system; `BrokenPipe` or `ConnectionReset`, and no signal, if the peer has gone.
            ///
            /// # Cancellation
            ///
            /// The buffer is lost with the future; some of it may have been written.
            pub async fn write<B: IoBuf>(&self, buffer: B) -> (io::Result<usize>, B) {
                self.0.write(buffer, 0).await
            }

            /// Writes a whole buffer.
            ///
            /// ```
            /// # use spargio::net::{TcpListener, TcpStream};
            /// # #[spargio::main(shards = 1)]
            /// # async fn main() -> std::io::Result<()> {
            /// # let listener = TcpListener::bind("127.0.0.1:0").await?;
            /// # let near = TcpStream::connect(listener.local_addr()?).await?;
            /// # let (far, _) = listener.accept().await?;
            /// // The buffer is back with the result, to be filled again.
            /// let (written, mut line) = near.write_all(String::from("one\n")).await;
            /// written?;
            /// line.clear();
            /// line.push_str("two\n");
            /// near.write_all(line).await.0?;
            /// # drop(near);
            /// # let mut text = String::new();
            /// # futures_util::AsyncReadExt::read_to_string(&mut { far }, &mut text).await?;
            /// # assert_eq!(text, "one\ntwo\n");
            /// # Ok(())
            /// # }
            /// ```
            ///
            /// # Errors and cancellation
            ///
            /// As for [`write`](Self::write): after an error, too, some of the buffer may have been written.
            pub async fn write_all<B: IoBuf>(&self, buffer: B) -> (io::Result<()>, B) {
                self.0.write_all(buffer).await
            }

            /// Writes some of several buffers, in order, with one system call. Returns how many bytes.
            ///
            /// ```
            /// # use spargio::net::{TcpListener, TcpStream};
            /// # #[spargio::main(shards = 1)]
            /// # async fn main() -> std::io::Result<()> {
            /// # let listener = TcpListener::bind("127.0.0.1:0").await?;
            /// # let near = TcpStream::connect(listener.local_addr()?).await?;
            /// # let (far, _) = listener.accept().await?;
            /// // A head before a body, which is not copied for it.
            /// let (wrote, parts) = near.write_vectored(vec![b"4\n".to_vec(), b"body".to_vec()]).await;
            /// assert_eq!((wrote?, &*parts[1]), (6, &b"body"[..]));
            /// let (read, message) = far.read(Vec::with_capacity(64)).await;
            /// assert_eq!((read?, &*message), (6, &b"4\nbody"[..]));
            /// # Ok(())
            /// # }
            /// ```
            ///
            /// # Errors and cancellation
            ///
            /// As for [`write`](Self::write).
            pub async fn write_vectored<B: IoBuf>(
                &self,
                buffers: Vec<B>,
            ) -> (io::Result<usize>, Vec<B>) {
                self.0.write_vectored(buffers).await
            }

            /// As [`read`](Self::read), but leaves the bytes to be read again.
            ///
            /// ```
            /// # use spargio::net::{TcpListener, TcpStream};
            /// # #[spargio::main(shards = 1)]
            /// # async fn main() -> std::io::Result<()> {
            /// # let listener = TcpListener::bind("127.0.0.1:0").await?;
            /// # let near = TcpStream::connect(listener.local_addr()?).await?;
            /// # let (far, _) = listener.accept().await?;
            /// near.write_all("GET /").await.0?;
            /// // The first byte says who is to read them all.
            /// let (peeked, first) = far.peek(Vec::with_capacity(1)).await;
            /// assert_eq!((peeked?, &*first), (1, &b"G"[..]));
            /// let (read, request) = far.read(Vec::with_capacity(64)).await;
            /// assert_eq!((read?, &*request), (5, &b"GET /"[..]));
            /// # Ok(())
            /// # }
            /// ```
            ///
            /// # Errors
            ///
            /// As for [`read`](Self::read).
            ///
            /// # Cancellation
            ///
            /// The buffer is lost with the future, and nothing else.
            pub async fn peek<B: IoBufMut>(&self, buffer: B) -> (io::Result<usize>, B) {
                self.0.endpoint.receive(buffer, PEEK).await
            }

            /// Ends reading, writing or both. Once writing has ended, the peer reads the end.
            ///
            /// ```
            /// # use spargio::net::{TcpListener, TcpStream};
            /// # #[spargio::main(shards = 1)]
            /// # async fn main() -> std::io::Result<()> {
            /// # let listener = TcpListener::bind("127.0.0.1:0").await?;
            /// # let near = TcpStream::connect(listener.local_addr()?).await?;
            /// # let (far, _) = listener.accept().await?;
            /// # use futures_util::AsyncReadExt;
            /// # use std::net::Shutdown;
            /// # let (mut question, mut far) = (String::new(), far);
            /// near.write_all("a question").await.0?;
            /// near.shutdown(Shutdown::Write)?;
            /// // The end says that the question is whole; the other direction goes on.
            /// far.read_to_string(&mut question).await?;
            /// far.write_all(question + ", answered").await.0?;
            /// let (read, answer) = near.read(Vec::with_capacity(64)).await;
            /// assert_eq!((read?, &*answer), (20, &b"a question, answered"[..]));
            /// # Ok(())
            /// # }
            /// ```
            ///
            /// # Errors
            ///
            /// Those of the system, for instance if the connection has already ended.
            pub fn shutdown(&self, how: Shutdown) -> io::Result<()> {
                self.0.shutdown(how)
            }

            /// Two halves, for two tasks of this shard. The connection is closed when both are dropped; dropping the
            /// writing half ends that direction.
            ///
            /// ```
            /// # use spargio::{ShardCtx, net::{TcpListener, TcpStream}};
            /// # #[spargio::main(shards = 1)]
            /// # async fn main(cx: ShardCtx) -> Result<(), Box<dyn std::error::Error>> {
            /// # let listener = TcpListener::bind("127.0.0.1:0").await?;
            /// # let near = TcpStream::connect(listener.local_addr()?).await?;
            /// # let (far, _) = listener.accept().await?;
            /// // One task writes while this one reads.
            /// let (reader, writer) = near.split();
            /// let asking = cx.spawn_local(async move { writer.write_all("a question").await.0 });
            /// # let answering = cx.spawn_local(async move { far.write_all("an answer").await.0 });
            /// let (read, answer) = reader.read(Vec::with_capacity(64)).await;
            /// assert_eq!((read?, &*answer), (9, &b"an answer"[..]));
            /// asking.await??;
            /// # answering.await??;
            /// # Ok(())
            /// # }
            /// ```
            #[must_use]
            pub fn split(self) -> (ReadHalf, WriteHalf) {
                (ReadHalf(self.0.clone()), WriteHalf(self.0))
            }
        }

        impl fmt::Debug for $stream {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let peer = self.peer_addr().ok();
                write!(f, "{}({peer:?})", stringify!($stream))
            }
        }
    };
}

/// Reading through [`AsyncRead`].
macro_rules! reads {
    ($($stream:ty),*) => {
        $(impl AsyncRead for $stream {
            fn poll_read(
                self: Pin<&mut Self>,
                task: &mut Context<'_>,
                buffer: &mut [u8],
            ) -> Poll<io::Result<usize>> {
                self.0.poll_read(task, buffer)
            }
        })*
    };
}

/// Writing through [`AsyncWrite`].
macro_rules! writes {
    ($($stream:ty),*) => {
        $(impl AsyncWrite for $stream {
            fn poll_write(
                self: Pin<&mut Self>,
                task: &mut Context<'_>,
                bytes: &[u8],
            ) -> Poll<io::Result<usize>> {
                self.0.poll_write(task, bytes)
            }

            fn poll_write_vectored(
                self: Pin<&mut Self>,
                task: &mut Context<'_>,
                bytes: &[IoSlice<'_>],
            ) -> Poll<io::Result<usize>> {
                self.0.poll_write_vectored(task, bytes)
            }

            fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
                Poll::Ready(Ok(()))
            }

            fn poll_close(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
                Poll::Ready(self.0.shutdown(Shutdown::Write))
            }
        })*
    };
}

stream!(TcpStream, whole: true);
#[cfg(unix)]
// A message that brought descriptors ends a read before its buffer is full.
stream!(UnixStream, whole: false);
reads!(TcpStream, ReadHalf);
#[cfg(unix)]
reads!(UnixStream);
writes!(TcpStream, WriteHalf);
#[cfg(unix)]
writes!(UnixStream);
