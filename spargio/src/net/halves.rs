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
    ///
    /// ```
    /// # use spargio::net::{TcpListener, TcpStream};
    /// # #[spargio::main(shards = 1)]
    /// # async fn main() -> std::io::Result<()> {
    /// # let listener = TcpListener::bind("127.0.0.1:0").await?;
    /// # let near = TcpStream::connect(listener.local_addr()?).await?;
    /// # let (far, _) = listener.accept().await?;
    /// # let (client, server) = (far, TcpStream::connect(listener.local_addr()?).await?);
    /// # let (behind, _) = listener.accept().await?;
    /// # near.write_all("a request").await.0?;
    /// # drop(near);
    /// // One direction of a proxy: what the client says goes to the server, in one buffer, up to the end.
    /// let ((reader, _to_client), (_from_server, writer)) = (client.split(), server.split());
    /// let (mut read, mut buffer) = reader.read(Vec::with_capacity(4096)).await;
    /// while read? > 0 {
    ///     let (written, back) = writer.write_all(buffer).await;
    ///     written?;
    ///     (read, buffer) = reader.read(back).await;
    /// }
    /// # drop(writer);
    /// # let mut request = String::new();
    /// # futures_util::AsyncReadExt::read_to_string(&mut { behind }, &mut request).await?;
    /// # assert_eq!(request, "a request");
    /// # Ok(())
    /// # }
    /// ```
    pub async fn read<B: IoBufMut>(&self, buffer: B) -> (io::Result<usize>, B) {
        self.0.read(buffer).await
    }

    /// As [`TcpStream::peek`](super::TcpStream::peek).
    ///
    /// ```
    /// # use spargio::net::{TcpListener, TcpStream};
    /// # use spargio::time::timeout;
    /// # use std::time::Duration;
    /// # #[spargio::main(shards = 1)]
    /// # async fn main() -> std::io::Result<()> {
    /// # let listener = TcpListener::bind("127.0.0.1:0").await?;
    /// # let near = TcpStream::connect(listener.local_addr()?).await?;
    /// # let (far, _) = listener.accept().await?;
    /// let (reader, _writer) = near.split();
    /// // Unlike a read, it can be dropped at any moment: it has taken nothing.
    /// let nothing = timeout(Duration::from_millis(1), reader.peek(Vec::with_capacity(1))).await;
    /// assert!(nothing.is_err());
    /// far.write_all("hello").await.0?;
    /// assert_eq!(reader.peek(Vec::with_capacity(1)).await.1, b"h");
    /// let (read, text) = reader.read(Vec::with_capacity(64)).await;
    /// assert_eq!((read?, &*text), (5, &b"hello"[..]));
    /// # Ok(())
    /// # }
    /// ```
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
    ///
    /// ```
    /// # use spargio::net::{TcpListener, TcpStream};
    /// # #[spargio::main(shards = 1)]
    /// # async fn main() -> std::io::Result<()> {
    /// # let listener = TcpListener::bind("127.0.0.1:0").await?;
    /// # let near = TcpStream::connect(listener.local_addr()?).await?;
    /// # let (far, _) = listener.accept().await?;
    /// const TEXT: &str = "a long text";
    /// let (_reader, writer) = near.split();
    /// // After each step it is known how far it got.
    /// let mut sent = 0;
    /// while sent < TEXT.len() {
    ///     sent += writer.write(&TEXT[sent..]).await.0?;
    ///     println!("{sent} of {}", TEXT.len());
    /// }
    /// # drop(writer);
    /// # let mut text = String::new();
    /// # futures_util::AsyncReadExt::read_to_string(&mut { far }, &mut text).await?;
    /// # assert_eq!(text, TEXT);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn write<B: IoBuf>(&self, buffer: B) -> (io::Result<usize>, B) {
        self.0.write(buffer, 0).await
    }

    /// As [`TcpStream::write_all`](super::TcpStream::write_all).
    ///
    /// ```
    /// # use futures_util::StreamExt;
    /// # use spargio::{ShardCtx, net::{TcpListener, TcpStream}};
    /// # #[spargio::main(shards = 1)]
    /// # async fn main(cx: ShardCtx) -> Result<(), Box<dyn std::error::Error>> {
    /// # let listener = TcpListener::bind("127.0.0.1:0").await?;
    /// # let near = TcpStream::connect(listener.local_addr()?).await?;
    /// # let (far, _) = listener.accept().await?;
    /// # let (_reader, writer) = near.split();
    /// let (say, mut lines) = futures_channel::mpsc::unbounded();
    /// // One task writes what many have to say, so that no line stands within another.
    /// let writing = cx.spawn_local(async move {
    ///     while let Some(line) = lines.next().await { writer.write_all(line).await.0?; }
    ///     std::io::Result::Ok(())
    /// });
    /// let speakers = ["one\n", "two\n"].map(|line| (say.clone(), line));
    /// for (say, line) in speakers { cx.spawn_local(async move { say.unbounded_send(line) }); }
    /// # drop(say);
    /// # writing.await??;
    /// # let mut text = String::new();
    /// # futures_util::AsyncReadExt::read_to_string(&mut { far }, &mut text).await?;
    /// # assert_eq!(text, "one\ntwo\n");
    /// # Ok(())
    /// # }
    /// ```
    pub async fn write_all<B: IoBuf>(&self, buffer: B) -> (io::Result<()>, B) {
        self.0.write_all(buffer).await
    }

    /// As [`TcpStream::write_vectored`](super::TcpStream::write_vectored).
    ///
    /// ```
    /// # use spargio::net::{TcpListener, TcpStream};
    /// # #[spargio::main(shards = 1)]
    /// # async fn main() -> std::io::Result<()> {
    /// # let listener = TcpListener::bind("127.0.0.1:0").await?;
    /// # let near = TcpStream::connect(listener.local_addr()?).await?;
    /// # let (far, _) = listener.accept().await?;
    /// let (_reader, writer) = near.split();
    /// // Answers that are ready together leave together, in one call and one packet.
    /// let answers = vec!["+OK\r\n", ":5\r\n", "$-1\r\n"];
    /// assert_eq!(writer.write_vectored(answers).await.0?, 14);
    /// let (read, text) = far.read(Vec::with_capacity(64)).await;
    /// assert_eq!((read?, &*text), (14, &b"+OK\r\n:5\r\n$-1\r\n"[..]));
    /// # Ok(())
    /// # }
    /// ```
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
