//! Connecting and accepting.

use super::{POLLS, on_a_small_ring, polled};
#[cfg(unix)]
use crate::common::place::Place;
use crate::common::{SHARDS, Setup, each_backend};
use futures::{StreamExt, join};
use spargio::net::{ListenOptions, TcpListener, TcpStream};
#[cfg(unix)]
use spargio::net::{UnixListener, UnixStream};
use std::io;

const ROUNDS: usize = 200;

#[test]
fn dropped_connects_and_accepts_leave_the_listener_usable() {
    each_backend(&SHARDS, tcp);
}

pub(super) fn tcp(setup: &Setup) {
    on_a_small_ring(setup, async |_| {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        // A name is looked up by another thread.
        let name = format!("localhost:{}", address.port());
        let options = ListenOptions::new();
        for round in 0..ROUNDS {
            let (near, far) = (round % POLLS, round / POLLS % POLLS);
            let mut incoming = listener.incoming();
            let (near, named, bound, listens, far, next) = join!(
                polled(near, TcpStream::connect(address)),
                polled(near, TcpStream::connect(&name)),
                polled(near, TcpListener::bind("localhost:0")),
                polled(near, options.listen("localhost:0")),
                polled(far, listener.accept()),
                polled(far, incoming.next()),
            );
            // A connection that was dropped while it was accepted is closed for its peer as well.
            drop((near.transpose()?, named.transpose()?));
            drop((bound.transpose()?, listens.transpose()?));
            drop((far.transpose()?, next));
        }
        answers(&listener).await
    });
}

/// Fails unless a new connection is accepted. Those that were given up meanwhile may come first: they end.
async fn answers(listener: &TcpListener) -> io::Result<()> {
    let near = TcpStream::connect(listener.local_addr()?).await?;
    near.write_all("hello").await.0?;
    loop {
        let (far, from) = listener.accept().await?;
        let (read, heard) = far.read(Vec::with_capacity(9)).await;
        if from == near.local_addr()? {
            assert_eq!((read?, &heard[..]), (5, &b"hello"[..]));
            return Ok(());
        }
        assert_eq!(heard, b"");
    }
}

#[cfg(unix)]
#[test]
fn dropped_connects_and_accepts_leave_the_unix_listener_usable() {
    each_backend(&SHARDS, unix);
}

#[cfg(unix)]
pub(super) fn unix(setup: &Setup) {
    on_a_small_ring(setup, async |_| {
        let place = Place::new();
        let listener = UnixListener::bind(&place)?;
        for round in 0..ROUNDS {
            let (near, far) = (round % POLLS, round / POLLS % POLLS);
            let mut incoming = listener.incoming();
            let (near, far, next) = join!(
                polled(near, UnixStream::connect(&place)),
                polled(far, listener.accept()),
                polled(far, incoming.next()),
            );
            drop((near.transpose()?, far.transpose()?, next));
        }
        let near = UnixStream::connect(&place).await?;
        near.write_all("hello").await.0?;
        loop {
            let (far, _) = listener.accept().await?;
            match far.read(Vec::with_capacity(9)).await {
                // It was given up.
                (Ok(0), _) => {}
                (read, heard) => {
                    assert_eq!((read?, &heard[..]), (5, &b"hello"[..]));
                    return Ok(());
                }
            }
        }
    });
}
