//! The append-only file: what has changed, in the order in which it changed, so that a start finds the keys again.
//!
//! There is one file for all shards, written by one actor. That has three reasons. One sync commits what all shards have
//! written meanwhile, where a file for each would have the disk do as many. The file says nothing of shards, so another
//! number of them at the next start is nothing to care about: keys are placed as they are read. And there is one end that
//! can be torn. What it costs is a message from each shard for what it has gathered, not for each write.
//!
//! ```text
//! file    "SPARGKV1", then frames
//! frame   u32 length of the commands | u32 CRC-32 of epoch and commands | u64 epoch | commands
//! ```
//!
//! Numbers are little-endian; commands are RESP arrays, as clients send them: SET with PXAT or KEEPTTL, APPEND, DEL,
//! PEXPIREAT, PERSIST. Deadlines are times, not spans, and a key that expires is logged as deleted, so that a replay comes
//! to the same keys whenever it happens.
//!
//! **Epochs.** `FLUSHALL` reaches the shards one after another, while others write. Each shard begins a new epoch with it;
//! a replay forgets all keys when it meets a higher epoch, and passes over frames of a lower one, which are from shards
//! that the command had not reached yet: to whoever reads the file, it came after what they did.
//!
//! **Torn tails.** A frame that is cut short, or whose sum is wrong, ends the replay: what is from there on was never
//! acknowledged under `always`. It is moved to a file beside, and said so, and the file is cut off there.

pub(crate) mod frames;
pub(crate) mod journal;
pub(crate) mod replay;
pub(crate) mod writer;

/// When the file is synced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fsync {
    /// Before a write is acknowledged. Writes that come while a sync goes on share the next.
    Always,
    /// Once a second, if something was written.
    EverySecond,
    /// When the system likes.
    Never,
}

/// The file in its directory.
pub(crate) const FILE: &str = "appendonly.aof";

/// What a torn tail is moved to.
pub(crate) const TORN: &str = "appendonly.aof.torn";

/// What the file begins with.
pub(crate) const MAGIC: &[u8; 8] = b"SPARGKV1";
