//! What streams of TCP and of Unix have alike, so that one test does for both.

use crate::peers;
use futures::{AsyncRead, AsyncWrite};
#[cfg(unix)]
use spargio::net::UnixStream;
use spargio::net::{IoBuf, IoBufMut, ReadHalf, TcpStream, WriteHalf};
use std::io;
use std::net::Shutdown;

/// The methods that the traits have, too, bear other names here.
pub(super) trait Stream: AsyncRead + AsyncWrite + Sized + Unpin + 'static {
    async fn pair() -> io::Result<(Self, Self)>;
    async fn read_owned<B: IoBufMut>(&self, buffer: B) -> (io::Result<usize>, B);
    async fn peek_owned<B: IoBufMut>(&self, buffer: B) -> (io::Result<usize>, B);
    async fn write_owned<B: IoBuf>(&self, buffer: B) -> (io::Result<usize>, B);
    async fn write_all_owned<B: IoBuf>(&self, buffer: B) -> (io::Result<()>, B);
    async fn write_several<B: IoBuf>(&self, buffers: Vec<B>) -> (io::Result<usize>, Vec<B>);
    fn end(&self) -> io::Result<()>;
    fn hold_little(&self) -> io::Result<()>;
    fn halves(self) -> (ReadHalf, WriteHalf);
}

macro_rules! stream {
    ($stream:ident, $pair:expr) => {
        impl Stream for $stream {
            async fn pair() -> io::Result<(Self, Self)> {
                $pair
            }

            async fn read_owned<B: IoBufMut>(&self, buffer: B) -> (io::Result<usize>, B) {
                self.read(buffer).await
            }

            async fn peek_owned<B: IoBufMut>(&self, buffer: B) -> (io::Result<usize>, B) {
                self.peek(buffer).await
            }

            async fn write_owned<B: IoBuf>(&self, buffer: B) -> (io::Result<usize>, B) {
                self.write(buffer).await
            }

            async fn write_all_owned<B: IoBuf>(&self, buffer: B) -> (io::Result<()>, B) {
                self.write_all(buffer).await
            }

            async fn write_several<B: IoBuf>(
                &self,
                buffers: Vec<B>,
            ) -> (io::Result<usize>, Vec<B>) {
                self.write_vectored(buffers).await
            }

            fn end(&self) -> io::Result<()> {
                self.shutdown(Shutdown::Write)
            }

            fn hold_little(&self) -> io::Result<()> {
                self.set_send_buffer_size(8_192)
            }

            fn halves(self) -> (ReadHalf, WriteHalf) {
                self.split()
            }
        }
    };
}

stream!(TcpStream, peers::pair().await);
#[cfg(unix)]
stream!(UnixStream, UnixStream::pair());
