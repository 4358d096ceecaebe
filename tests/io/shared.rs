//! Listeners that two shards have, of one runtime each: a stream that lives on accepts beside the shard that the listener
//! was handed to.

use crate::common::{LONG, each_backend, has_ring, run};
use futures::channel::oneshot;
use futures::{FutureExt, Stream, StreamExt};
use spargio::net::{TcpListener, TcpStream};
use spargio::time::timeout;
use spargio::{BackendKind, Carry, Runtime};
use std::io;
use std::net::SocketAddr;
use std::sync::mpsc::{Sender, channel};

const CLIENTS: usize = 20;

/// Says of each connection, and of each error, that there is one.
async fn tell(
    mut incoming: impl Stream<Item = io::Result<(TcpStream, SocketAddr)>> + Unpin,
    to: Sender<io::Result<SocketAddr>>,
) -> io::Result<()> {
    while let Some(accepted) = incoming.next().await {
        let accepted = accepted.map(|(_, address)| address);
        if to.send(accepted).is_err() {
            break;
        }
    }
    Ok(())
}

#[test]
fn a_listener_is_shared_with_a_shard_of_any_backend() {
    each_backend(&[1], |setup| {
        for other in [BackendKind::Queue, BackendKind::IoUring] {
            if other == BackendKind::IoUring && !has_ring(Carry::Lane) {
                continue;
            }
            let (first, accepted) = channel();
            let second = first.clone();
            let (rt, beside) = (setup.build(), Runtime::builder().shards(1).backend(other));
            let beside = beside.build().unwrap();
            let (address, token, attached) = run(&rt, 0, async |ctx| {
                let listener = TcpListener::bind("127.0.0.1:0").await?;
                let (address, incoming) = (listener.local_addr()?, listener.incoming());
                let (attached, is_attached) = oneshot::channel();
                ctx.spawn_local(async move {
                    is_attached.await.unwrap();
                    tell(incoming, first).await
                });
                Ok((address, listener.detach()?, attached))
            });
            run(&beside, 0, async move |ctx| {
                let mut incoming = token.attach()?.incoming();
                assert!(incoming.next().now_or_never().is_none());
                ctx.spawn_local(tell(incoming, second));
                Ok(())
            });
            attached.send(()).unwrap();
            // Neither is held up by what the other has taken.
            for rt in [&rt, &beside] {
                let turn = rt.spawn_on(0, async {}).unwrap();
                let turn = rt.block_on(timeout(LONG / 6, turn));
                turn.expect("the shard is held up").unwrap();
            }
            let clients = [(); CLIENTS].map(|()| std::net::TcpStream::connect(address).unwrap());
            let mut theirs = clients.each_ref().map(|_| {
                let accepted = accepted.recv_timeout(LONG / 6);
                accepted.expect("a connection is lost").unwrap()
            });
            let mut ours = clients.map(|client| client.local_addr().unwrap());
            theirs.sort();
            ours.sort();
            assert_eq!(theirs, ours, "beside {other:?}");
        }
    });
}
