//! A server on every shard: each listens at the same port, the kernel spreads the connections, and a connection stays
//! where it was accepted.

use super::end::{End, end};
use futures::StreamExt;
use futures::channel::mpsc;
use futures::future::join_all;
use spargio::net::{Detached, ListenOptions, TcpListener, TcpStream};
use spargio::time::{sleep, timeout};
use spargio::{JoinHandle, Runtime, ShardCtx};
use std::convert::Infallible;
use std::error::Error;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;

/// How long connections have to finish after the end.
const GRACE: Duration = Duration::from_secs(10);
/// How long accepting rests after an error: a lack of descriptors does not pass at once.
const PAUSE: Duration = Duration::from_millis(100);

/// Listeners on all shards.
pub(crate) struct Shards {
    address: SocketAddr,
    tasks: Vec<JoinHandle<io::Result<()>>>,
}

impl Shards {
    /// Listens on every shard until the end comes. `serve` looks after one connection, and is given the end to await.
    pub(crate) async fn listen<S, F>(
        rt: &Runtime,
        address: SocketAddr,
        end: &End,
        serve: S,
    ) -> Result<Self, Box<dyn Error>>
    where
        S: Fn(ShardCtx, TcpStream, End) -> F + Clone + Send + 'static,
        F: Future<Output = ()> + 'static,
    {
        let shards = rt.shard_count();
        let (address, listeners) = rt
            .spawn_local_on(0, move |_| bind(address, shards))?
            .await??;
        let mut tasks = Vec::new();
        for (shard, listener) in (0..).zip(listeners) {
            let (end, serve) = (end.clone(), serve.clone());
            tasks.push(rt.spawn_local_on(shard, move |shard| async move {
                accept(&shard, listener.attach()?, end, serve).await;
                Ok(())
            })?);
        }
        Ok(Self { address, tasks })
    }

    /// Where they listen.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Waits for the end, and then for the connections to finish.
    pub(crate) async fn ended(self) -> Result<(), Box<dyn Error>> {
        for task in join_all(self.tasks).await {
            task??;
        }
        Ok(())
    }
}

/// So many listeners at one address, to be given to the shards.
async fn bind(
    address: SocketAddr,
    listeners: usize,
) -> io::Result<(SocketAddr, Vec<Detached<TcpListener>>)> {
    // A port that may be shared may be shared with another program, too: that it is free, only a port of one's own tells.
    drop(TcpListener::bind(address).await?);
    let options = ListenOptions::new().reuse_port(true);
    let first = options.listen(address).await?;
    // Whichever port the first was given is the port of all.
    let address = first.local_addr()?;
    let mut bound = vec![first.detach()?];
    while bound.len() < listeners {
        bound.push(options.listen(address).await?.detach()?);
    }
    Ok((address, bound))
}

/// Has connections served, each by a task of its own, until the end; then waits for them.
async fn accept<F>(
    shard: &ShardCtx,
    listener: TcpListener,
    end_of_all: End,
    serve: impl Fn(ShardCtx, TcpStream, End) -> F,
) where
    F: Future<Output = ()> + 'static,
{
    // The connections await an end of this shard's own: looking at one that all shards share would have them wait for
    // each other.
    let (sender, end_here) = end();
    // Closed when the last connection has let go of it.
    let (open, mut all_closed) = mpsc::channel::<Infallible>(0);
    {
        let mut incoming = pin!(listener.incoming().take_until(end_of_all));
        while let Some(accepted) = incoming.next().await {
            match accepted {
                Ok((stream, _)) => {
                    let serving = serve(shard.clone(), stream, end_here.clone());
                    let open = open.clone();
                    shard.spawn_local(async move {
                        serving.await;
                        drop(open);
                    });
                }
                Err(error) => {
                    eprintln!("a connection was not accepted: {error}");
                    sleep(PAUSE).await;
                }
            }
        }
    }
    drop((listener, sender, open));
    // What has not finished then is dropped with the runtime.
    _ = timeout(GRACE, all_closed.next()).await;
}
