//! The actor that has a shard's keys.
//!
//! Other shards' connections ask it. Those of its own shard use the same keys directly: a shard is one thread, so nobody
//! is in between, and neither a message nor a future is needed.

use crate::batch::Batch;
use crate::clients::Clients;
use crate::connection::serve;
use crate::keyspace::{Keyspace, unix_time};
use crate::log::Fsync;
use crate::log::journal::Journal;
use crate::log::writer::LogHandle;
use crate::permits::Permits;
use crate::shard::{Placement, Shard, open};
use spargio::net::{ListenOptions, TcpListener};
use spargio::time::{sleep, timeout};
use spargio::{Cx, Feed, JoinHandle, Reply, RingMsg, shard_actor};
use std::cell::RefCell;
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::time::Duration;

/// How long a server that ends waits for its connections.
const DRAIN: Duration = Duration::from_secs(10);

/// So many keys expire in one sweep; others get their turn in between.
const SWEEP: usize = 4000;

/// Deadlines that are close to each other share a sweep.
const SWEEP_PAUSE: Duration = Duration::from_millis(20);

/// When it is tried again to accept a connection.
const REFUSED: Duration = Duration::from_millis(100);

/// So many asks of one shard may be on their way to one store: its lane has room for more than three times as many.
const ASKS: usize = 512;

#[derive(RingMsg)]
pub(crate) enum StoreMsg {
    /// Does another shard's commands.
    #[ring(reply = Box<Batch>, later)]
    Run(Box<Batch>),
    /// Accepts connections on this shard. Returns where.
    #[ring(reply = std::io::Result<SocketAddr>)]
    Listen(Listen),
    /// A key expires at this time, sooner than any that was told before.
    SweepAt(u64),
    /// Time to look what has expired.
    Sweep,
    /// Accepts no more, and has what was sent before answered. Answered when that is done, and written to the file;
    /// `false` if it could not be written.
    #[ring(reply = bool, later)]
    Drain,
}

/// What a shard needs to know to serve connections.
pub(crate) struct Listen {
    pub(crate) at: SocketAddr,
    pub(crate) placement: Placement,
    pub(crate) stores: Vec<StoreHandle>,
    pub(crate) clients: Arc<AtomicUsize>,
}

/// Its mailbox holds what all shards together may send: see [`ASKS`].
#[shard_actor(msg = StoreMsg, mailbox = 1_000_000)]
pub(crate) struct Store {
    keys: Rc<RefCell<Keyspace>>,
    log: Option<(LogHandle, Fsync)>,
    journal: Option<Rc<Journal>>,
    clients: Option<Rc<Clients>>,
    accepting: Option<JoinHandle<()>>,
    alarm: Option<Feed>,
    started: u64,
}

impl Store {
    pub(crate) fn new(keys: Keyspace, log: Option<(LogHandle, Fsync)>) -> Self {
        Self {
            keys: Rc::new(RefCell::new(keys)),
            log,
            journal: None,
            clients: None,
            accepting: None,
            alarm: None,
            started: unix_time(),
        }
    }

    fn wake_at(&mut self, cx: &Cx<Self>, due: u64) {
        let wait = Duration::from_millis(due.saturating_sub(unix_time()));
        self.alarm = Some(cx.after(wait.max(SWEEP_PAUSE), StoreMsg::Sweep));
    }
}

impl StoreBehavior for Store {
    async fn started(&mut self, cx: &Cx<Self>) {
        if let Some((log, fsync)) = self.log {
            let journal = Rc::new(Journal::new(log, fsync));
            let carrying = journal.clone().carry(self.keys.clone(), cx.shard().clone());
            cx.spawn_local(carrying);
            self.journal = Some(journal);
        }
        // What has expired while there was no server.
        self.sweep(cx).await;
    }

    async fn run(&mut self, cx: &Cx<Self>, mut value: Box<Batch>, reply: Reply<Box<Batch>>) {
        let (mut keys, gathered) = open(&self.keys);
        value.run(&mut keys);
        let due = keys.next_alarm();
        let journal = self.journal.as_ref();
        let receipt = journal.and_then(|journal| journal.settle(&keys, gathered));
        drop(keys);
        if let Some(due) = due {
            self.wake_at(cx, due);
        }
        match receipt {
            None => reply.send(value),
            // The store goes on meanwhile: what others change is synced together with this.
            Some(receipt) => {
                _ = cx.spawn_local(async move {
                    value.unwritten = !matches!(receipt.await, Ok(Ok(())));
                    reply.send(value);
                })
            }
        }
    }

    async fn listen(&mut self, cx: &Cx<Self>, value: Listen) -> std::io::Result<SocketAddr> {
        let several = value.stores.len() > 1;
        let listener = ListenOptions::new()
            .reuse_port(several)
            .listen(value.at)
            .await?;
        let address = listener.local_addr()?;
        let clients = Rc::new(Clients::new(value.clients));
        let shard = Rc::new(Shard {
            ctx: cx.shard().clone(),
            id: cx.shard().shard_id(),
            placement: value.placement,
            keys: self.keys.clone(),
            journal: self.journal.clone(),
            permits: value.stores.iter().map(|_| Permits::new(ASKS)).collect(),
            stores: value.stores,
            clients: clients.clone(),
            started: self.started,
        });
        self.accepting = Some(cx.spawn_local(accept(listener, shard)));
        self.clients = Some(clients);
        Ok(address)
    }

    async fn sweep_at(&mut self, cx: &Cx<Self>, value: u64) {
        self.wake_at(cx, value);
    }

    async fn sweep(&mut self, cx: &Cx<Self>) {
        let (mut keys, gathered) = open(&self.keys);
        keys.sweep(SWEEP);
        let due = keys.next_alarm();
        if let Some(journal) = &self.journal {
            // Nobody waits for what expires by itself.
            drop(journal.settle(&keys, gathered));
        }
        drop(keys);
        self.alarm = None;
        if let Some(due) = due {
            self.wake_at(cx, due);
        }
    }

    async fn drain(&mut self, cx: &Cx<Self>, reply: Reply<bool>) {
        if let Some(accepting) = self.accepting.take() {
            accepting.abort();
        }
        let ended = self.clients.as_ref().map(|clients| clients.drain());
        let journal = self.journal.clone();
        cx.spawn_local(async move {
            if let Some(ended) = ended {
                // A client that does not read its replies is not waited for any longer.
                _ = timeout(DRAIN, ended).await;
            }
            reply.send(match journal {
                Some(journal) => matches!(journal.receipt().await, Ok(Ok(()))),
                None => true,
            });
        });
    }
}

/// Serves each connection that comes, on this shard.
async fn accept(listener: TcpListener, shard: Rc<Shard>) {
    let mut refused = false;
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                refused = false;
                let serving = serve(stream, shard.clone());
                shard.ctx.spawn_local(serving);
            }
            // Descriptors are used up, it may be: those who wait are accepted when some are free again.
            Err(error) => {
                if !std::mem::replace(&mut refused, true) {
                    eprintln!("kv: a connection cannot be accepted, and waits: {error}");
                }
                sleep(REFUSED).await;
            }
        }
    }
}
