//! Clients: how threads that are no shards, and tasks that may run anywhere, ask and reach shards.

use crate::ShardId;
use crate::door::shared::Shared;
use crate::remote::RemoteShard;
use std::sync::Arc;

/// A way into a runtime from anywhere: it asks, and finds shards. Cheap to clone; keeps no runtime alive.
#[derive(Clone)]
pub struct Client {
    pub(crate) shared: Arc<Shared>,
}

impl Client {
    /// The shard of this number, or `None` if the runtime has no such shard.
    #[must_use]
    pub fn remote(&self, shard: ShardId) -> Option<RemoteShard> {
        RemoteShard::new(&self.shared, shard)
    }

    /// How many shards the runtime has.
    #[must_use]
    pub fn shard_count(&self) -> usize {
        self.shared.seats.len()
    }
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Client({} shards)", self.shard_count())
    }
}
