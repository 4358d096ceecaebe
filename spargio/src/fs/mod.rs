//! Files and directories that actors and tasks await.
//!
//! A [`File`] lives on the shard that opened it. On io_uring its reads, writes and syncs are SQEs on that shard's own
//! ring; on the portable backend they run on a thread that may block. Operations on paths (opening, metadata, and the
//! functions of this module) run on such a thread on every backend, because rings gain little there. The functions need
//! no shard, and each is one trip: [`read`] opens, reads and closes on one thread.
//!
//! ```
//! use spargio::{Runtime, fs};
//!
//! let rt = Runtime::builder().shards(1).build()?;
//! let read = rt.spawn_on(0, async {
//!     let directory = std::env::temp_dir().join(format!("spargio-doc-fs-{}", std::process::id()));
//!     fs::create_dir_all(&directory).await?;
//!     fs::write(directory.join("greeting"), "hello").await?;
//!     let text = fs::read_to_string(directory.join("greeting")).await?;
//!     let names: Vec<_> = fs::read_dir(&directory).await?.iter().map(|entry| entry.file_name().to_owned()).collect();
//!     fs::remove_dir_all(&directory).await?;
//!     std::io::Result::Ok((text, names))
//! })?;
//! assert_eq!(rt.block_on(read)??, ("hello".into(), vec!["greeting".into()]));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Errors
//!
//! Those of the system, with the kinds that [`std::fs`] gives them.
//!
//! # Cancellation
//!
//! What a thread has begun, it finishes, even if nobody waits for it any more: a dropped future may or may not have
//! renamed, removed or written something.

mod cached;
mod dir;
mod file;
mod names;
mod options;
mod places;
mod whole;

pub use crate::door::io::buffer::{IoBuf, IoBufMut};
pub use dir::{DirEntry, create_dir, create_dir_all, read_dir, remove_dir, remove_dir_all};
pub use file::File;
#[cfg(unix)]
pub use names::symlink;
pub use names::{exists, hard_link, metadata, remove_file, rename, symlink_metadata};
pub use options::OpenOptions;
pub use whole::{copy, read, read_to_string, write};

use crate::blocking::blocking;
use std::io;
use std::path::Path;

/// Does what blocks on a thread where it may.
async fn away<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    blocking(work).await.map_err(io::Error::other)?
}

/// Does something with a path, as [`away`].
async fn at<T: Send + 'static>(
    path: impl AsRef<Path>,
    work: impl FnOnce(&Path) -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    let path = path.as_ref().to_owned();
    away(move || work(&path)).await
}

/// Does something with two paths, as [`away`].
async fn at_both<T: Send + 'static>(
    from: impl AsRef<Path>,
    to: impl AsRef<Path>,
    work: impl FnOnce(&Path, &Path) -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    let (from, to) = (from.as_ref().to_owned(), to.as_ref().to_owned());
    away(move || work(&from, &to)).await
}
