//! A connection: requests, one after another or many at once, for as long as the client sends them in time.

use crate::end::End;
use crate::executor::ShardExecutor;
use crate::io::HyperIo;
use crate::service::{HitsHandle, answer};
use crate::timer::ShardTimer;
use futures::future::{Either, select};
use hyper::service::service_fn;
use hyper_util::server::conn::auto;
use spargio::ShardCtx;
use spargio::net::TcpStream;
use spargio::time::sleep;
use std::cell::Cell;
use std::future::pending;
use std::io;
use std::pin::pin;
use std::time::Duration;

/// After so long without a word the system looks whether the client is still there.
const KEEPALIVE: Duration = Duration::from_secs(60);

/// Serves a connection until it ends, or until the server does; then what was asked is still answered.
pub(crate) async fn serve(
    stream: TcpStream,
    shard: ShardCtx,
    hits: HitsHandle,
    header_timeout: Duration,
    end: End,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    stream.set_keepalive(Some(KEEPALIVE))?;
    stream.set_nodelay(true)?;
    let mut http = auto::Builder::new(ShardExecutor(shard.clone()));
    http.http1()
        .timer(ShardTimer)
        .half_close(true)
        .header_read_timeout(header_timeout);
    http.http2()
        .timer(ShardTimer)
        .keep_alive_interval(KEEPALIVE);

    let asked = Cell::new(false);
    let service = service_fn(|request| {
        asked.set(true);
        answer(request, hits, shard.clone())
    });
    let mut connection = pin!(http.serve_connection(HyperIo(stream), service));
    // Hyper limits the time for the headers of a request once it knows which HTTP it speaks, but not the time until then.
    let silence = pin!(async {
        sleep(header_timeout).await;
        if asked.get() {
            pending::<()>().await;
        }
    });
    match select(connection.as_mut(), select(end, silence)).await {
        Either::Left((ended, _)) => ended,
        Either::Right((Either::Left(_), connection_left)) => {
            connection_left.graceful_shutdown();
            connection.await
        }
        Either::Right((Either::Right(_), _)) => {
            Err(io::Error::new(io::ErrorKind::TimedOut, "no request in time").into())
        }
    }
}
