//! A shard, as its connections see it: its own keys, and the stores of the others.

use crate::batch::Batch;
use crate::clients::Clients;
use crate::keyspace::{Keyspace, unix_time};
use crate::log::journal::{Journal, Receipt};
use crate::permits::Permits;
use crate::store::StoreHandle;
use foldhash::fast::RandomState;
use spargio::{ShardCtx, ShardId};
use std::cell::{RefCell, RefMut};
use std::hash::BuildHasher;
use std::rc::Rc;

/// Where keys belong. It is the same on all shards, and another in each run: nobody can choose keys that collide.
#[derive(Clone)]
pub(crate) struct Placement {
    hashes: RandomState,
    shards: usize,
}

impl Placement {
    pub(crate) fn new(shards: usize) -> Self {
        Self {
            hashes: RandomState::default(),
            shards,
        }
    }

    #[inline]
    pub(crate) fn hash(&self, key: &[u8]) -> u64 {
        self.hashes.hash_one(key)
    }

    /// The shard of a hash. By bits that the shard's table goes by last.
    #[inline]
    pub(crate) fn shard(&self, hash: u64) -> ShardId {
        let part = (hash >> 24) & 0xffff_ffff;
        ((part * self.shards as u64) >> 32) as ShardId
    }

    pub(crate) fn shards(&self) -> usize {
        self.shards
    }
}

pub(crate) struct Shard {
    pub(crate) ctx: ShardCtx,
    pub(crate) id: ShardId,
    pub(crate) placement: Placement,
    pub(crate) keys: Rc<RefCell<Keyspace>>,
    pub(crate) journal: Option<Rc<Journal>>,
    /// The stores of all shards.
    pub(crate) stores: Vec<StoreHandle>,
    pub(crate) permits: Vec<Permits>,
    pub(crate) clients: Rc<Clients>,
    /// When the server was started, in milliseconds of Unix time.
    pub(crate) started: u64,
}

impl Shard {
    /// The shard's own keys, to be used without awaiting; what was gathered for the file before.
    #[inline]
    pub(crate) fn open(&self) -> (RefMut<'_, Keyspace>, usize) {
        open(&self.keys)
    }

    /// Sees to what was changed since `open`: see [`Journal::settle`].
    #[inline]
    pub(crate) fn close(&self, mut keys: RefMut<'_, Keyspace>, gathered: usize) -> Option<Receipt> {
        if let Some(due) = keys.next_alarm() {
            // It has room for all that its own shard tells it, or it is about to sweep anyway.
            _ = self.stores[usize::from(self.id)].sweep_at(due);
        }
        self.journal.as_ref()?.settle(&keys, gathered)
    }

    /// Has this shard's own keys do a batch.
    pub(crate) fn run(&self, batch: &mut Batch) -> Option<Receipt> {
        let (mut keys, gathered) = self.open();
        batch.run(&mut keys);
        self.close(keys, gathered)
    }
}

/// Keys, at the present time.
#[inline]
pub(crate) fn open(keys: &RefCell<Keyspace>) -> (RefMut<'_, Keyspace>, usize) {
    let mut keys = keys.borrow_mut();
    keys.now = unix_time();
    let gathered = keys.changes.as_ref().map_or(0, |changes| changes.len());
    (keys, gathered)
}
