//! The bounds: what a client can have the server keep in memory.
//!
//! A connection has at most one command that is not whole, the commands of one read with it, and their replies. Together
//! that is at most a [`COMMAND`] and a read of up to [`MOST_READ`] as they came, once more as much on the way to the
//! stores, and, for each shard and once more in order, [`REPLIES`] and the one reply that went beyond it. While replies
//! wait for a client that does not read, nothing more than one further read is taken from it. `KEYS` alone makes one long
//! reply, of [`KEYS`] from each shard at the most.

/// The longest key or value, what `APPEND` makes of it included.
pub(crate) const BULK: usize = 16 << 20;

/// The longest command: all of its arguments, and what the protocol has around them.
pub(crate) const COMMAND: usize = 64 << 20;

/// The most arguments of a command, its name included.
pub(crate) const ARGUMENTS: usize = 64 << 10;

/// The longest line of an inline command.
pub(crate) const INLINE: usize = 64 << 10;

/// So many bytes of replies a shard makes for one connection before they are written; those of one command may go beyond.
pub(crate) const REPLIES: usize = 1 << 20;

/// The longest reply of `KEYS`, from each shard.
pub(crate) const KEYS: usize = 64 << 20;

/// The most bytes that are read from a connection at once, and how many at first.
pub(crate) const MOST_READ: usize = 64 << 10;
pub(crate) const FIRST_READ: usize = 4 << 10;

/// Buffers that grew beyond this are given back when they are not needed.
pub(crate) const KEPT: usize = 256 << 10;

/// The most connections of all shards together.
pub(crate) const CLIENTS: usize = 10_000;
