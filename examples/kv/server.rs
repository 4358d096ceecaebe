//! The server: a store on each shard, the file's writer, and the listeners.

use crate::AnyError;
use crate::command::find;
use crate::execute::Operation;
use crate::keyspace::Keyspace;
use crate::log::frames::Frames;
use crate::log::replay::{self, Event, Opened};
use crate::log::writer::{Log, LogHandle};
use crate::log::{FILE, Fsync};
use crate::options::Options;
use crate::shard::Placement;
use crate::store::{Listen, Store, StoreHandle};
use futures::future::join_all;
use spargio::{RemoteShard, Runtime, ShardId};
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

pub(crate) struct Server {
    address: SocketAddr,
    stores: Vec<StoreHandle>,
    log: Option<LogHandle>,
}

impl Server {
    pub(crate) async fn start(rt: &Runtime, options: &Options) -> Result<Self, AnyError> {
        let shards: Vec<RemoteShard> = (0..rt.shard_count() as ShardId)
            .filter_map(|shard| rt.remote(shard))
            .collect();
        let placement = Placement::new(shards.len());
        let mut keyspaces: Vec<Keyspace> = shards.iter().map(|_| Keyspace::default()).collect();
        let mut log = None;
        if let Some(directory) = &options.dir {
            let opened = replay(directory, &placement, &mut keyspaces)?;
            let broken = Arc::new(AtomicBool::new(false));
            for keys in &mut keyspaces {
                keys.changes = Some(Frames::new(opened.epoch, broken.clone()));
            }
            log = Some(start_log(&shards, opened, options.fsync, broken).await?);
        }
        let mut stores: Vec<StoreHandle> = Vec::new();
        for (shard, keys) in shards.iter().zip(keyspaces) {
            let log = log.map(|log| (log, options.fsync));
            stores.push(shard.start(move || Store::new(keys, log)).await?);
        }
        let mut server = Self {
            address: (options.bind, options.port).into(),
            stores,
            log,
        };
        server.listen(rt, placement).await?;
        Ok(server)
    }

    /// Has every shard listen; the first finds the port, if it may be any.
    async fn listen(&mut self, rt: &Runtime, placement: Placement) -> Result<(), AnyError> {
        let clients = Arc::default();
        for store in &self.stores {
            let listen = Listen {
                at: self.address,
                placement: placement.clone(),
                stores: self.stores.clone(),
                clients: Arc::clone(&clients),
            };
            let listening = store.listen(&rt.client(), listen).await?;
            self.address =
                listening.map_err(|error| format!("cannot listen on {}: {error}", self.address))?;
        }
        Ok(())
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Accepts no more, answers what was sent, and syncs the file. `false`: that could not be written.
    pub(crate) async fn drain(&self, rt: &Runtime) -> bool {
        let client = rt.client();
        let drained = join_all(self.stores.iter().map(|store| store.drain(&client))).await;
        let mut written = drained.iter().all(|drained| *drained == Ok(true));
        if let Some(log) = self.log {
            written &= matches!(log.finish(&client).await, Ok(Ok(())));
        }
        written
    }
}

async fn start_log(
    shards: &[RemoteShard],
    opened: Opened,
    fsync: Fsync,
    broken: Arc<AtomicBool>,
) -> Result<LogHandle, AnyError> {
    let shard = shards.first().ok_or("there is no shard")?;
    let make = move || Log::new(opened.file, opened.end, fsync, broken);
    Ok(shard.start(make).await?)
}

/// Finds the keys again. They are placed as this run places them, whatever run they are from.
fn replay(
    directory: &Path,
    placement: &Placement,
    keyspaces: &mut [Keyspace],
) -> Result<Opened, AnyError> {
    let mut replies = Vec::new();
    let tell = |event: Event<'_>| {
        let Event::Command(args) = event else {
            keyspaces.iter_mut().for_each(Keyspace::clear);
            return Ok(());
        };
        let unknown = || io::Error::other("it has a command that this server does not write");
        let spec = find(args.get(0)).filter(|spec| spec.writes && spec.takes(args));
        let command = spec.ok_or_else(unknown)?.command;
        let hash = placement.hash(args.get(1));
        let shard = usize::from(placement.shard(hash));
        let keys = keyspaces.get_mut(shard).ok_or_else(unknown)?;
        let args = args.from(1);
        let operation = Operation {
            command,
            hash,
            args,
        };
        keys.execute(operation, &mut replies);
        match replies.first() {
            Some(b'-') => Err(io::Error::other(
                String::from_utf8_lossy(&replies).into_owned(),
            )),
            _ => {
                replies.clear();
                Ok(())
            }
        }
    };
    replay::open(directory, tell)
        .map_err(|error| format!("{}: {error}", directory.join(FILE).display()).into())
}
