//! A connection: a handshake, and then an echo until either side ends it.

use crate::end::End;
use futures::future::{Either, select};
use futures::{AsyncReadExt, AsyncWriteExt};
use futures_rustls::TlsAcceptor;
use spargio::net::TcpStream;
use spargio::time::timeout;
use std::io;
use std::pin::pin;
use std::time::Duration;

/// After so long without a word the system looks whether the client is still there.
const KEEPALIVE: Duration = Duration::from_secs(60);
/// As much as TLS puts into one record.
const CHUNK: usize = 16 * 1024;

/// Sends back what comes, until the client ends it or the server does.
pub(crate) async fn serve(
    acceptor: TlsAcceptor,
    stream: TcpStream,
    handshake_timeout: Duration,
    mut end: End,
) -> io::Result<()> {
    stream.set_keepalive(Some(KEEPALIVE))?;
    stream.set_nodelay(true)?;
    let mut tls = timeout(handshake_timeout, acceptor.accept(stream)).await??;
    let mut buffer = vec![0; CHUNK];
    loop {
        let read = match select(pin!(tls.read(&mut buffer)), &mut end).await {
            // A client that goes without saying so is an error: somebody else may have cut it short.
            Either::Left((read, _)) => read?,
            // The end of the server is as if the client had ended it.
            Either::Right(_) => 0,
        };
        if read == 0 {
            break;
        }
        tls.write_all(&buffer[..read]).await?;
        // The last of it may wait in the session for room in the socket.
        tls.flush().await?;
    }
    // Says so to the client: `close_notify`.
    tls.close().await
}
