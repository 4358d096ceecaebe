//! Open files.

use super::cached::Looks;
use super::{OpenOptions, away};
use crate::blocking::blocking;
use crate::door::io::file::{Sync, close};
use crate::door::io::operation::Call;
use crate::shard::Core;
use crate::shard::io::{Flight, here};
use std::fmt;
use std::fs::{self, Metadata};
use std::io;
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;

/// A file, on the shard that opened it. It has no position: each operation says where.
///
/// An operation takes a buffer, and gives it back with the result. Where there is no ring another thread has it meanwhile,
/// so the buffers of files are `Send`: of those that sockets take, all but `Rc<[u8]>`. Several operations may be in flight at
/// once, and are done in no order.
///
/// What is in the page cache is read at once, on the shard's thread: on Linux, up to 64 KiB at a time. A ring copies what is
/// there on that thread, too, for reads and writes of any length, and large ones hold the shard up for as long as that takes.
///
/// It is for what has places, as regular files and disks do; what pipes and the like make of an offset depends on the
/// backend.
///
/// Dropping it closes it, on the shard, where [`close`](Self::close) uses another thread. Operations in flight still have
/// the file, and it is closed after the last.
///
/// ```
/// use spargio::Runtime;
/// use spargio::fs::{self, File};
///
/// let rt = Runtime::builder().shards(1).build()?;
/// let read = rt.spawn_local_on(0, |_| async {
///     let path = std::env::temp_dir().join(format!("spargio-doc-file-{}", std::process::id()));
///     let file = File::create(&path).await?;
///     file.write_all_at("hello, world", 0).await.0?;
///     file.sync_data().await?;
///     file.close().await?;
///
///     let file = File::open(&path).await?;
///     let (read, world) = file.read_at(Vec::with_capacity(64), 7).await;
///     assert_eq!(read?, 5);
///     fs::remove_file(&path).await?;
///     std::io::Result::Ok(world)
/// })?;
/// assert_eq!(rt.block_on(read)??, b"world");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct File {
    pub(super) core: Rc<Core>,
    pub(super) looks: Looks,
    pub(super) file: Arc<fs::File>,
}

impl File {
    /// Opens a file that can be read, on the calling shard.
    ///
    /// # Errors and cancellation
    ///
    /// As [`OpenOptions::open`].
    pub async fn open(path: impl AsRef<Path>) -> io::Result<Self> {
        OpenOptions::new().read(true).open(path).await
    }

    /// Makes a file that can be written, or empties the one of this name, on the calling shard.
    ///
    /// # Errors and cancellation
    ///
    /// As [`OpenOptions::open`].
    pub async fn create(path: impl AsRef<Path>) -> io::Result<Self> {
        let options = OpenOptions::new().write(true).create(true);
        options.truncate(true).open(path).await
    }

    /// A file of the standard library, on the calling shard.
    ///
    /// # Errors
    ///
    /// One that says so if the calling thread is no shard.
    pub fn from_std(file: fs::File) -> io::Result<Self> {
        Ok(Self::new(here()?, file))
    }

    pub(super) fn new(core: Rc<Core>, file: fs::File) -> Self {
        Self {
            core,
            looks: Looks::new(&file),
            file: Arc::new(file),
        }
    }

    /// As a file of the standard library, which may be taken to another shard. If operations whose futures were dropped are
    /// still in flight, it is the same file under another descriptor.
    ///
    /// # Errors
    ///
    /// Those of the system, if it has no more descriptors.
    pub fn into_std(self) -> io::Result<fs::File> {
        Arc::try_unwrap(self.file).or_else(|shared| shared.try_clone())
    }

    /// Waits until what was written, and what the system knows of the file, would outlast a loss of power.
    ///
    /// It covers writes that have ended: one that is in flight it may or may not.
    ///
    /// # Errors
    ///
    /// Those of the system. After one, some of what was written may be lost for good.
    pub async fn sync_all(&self) -> io::Result<()> {
        self.sync(false).await
    }

    /// As [`sync_all`](Self::sync_all), but for what is not needed to read the file again, as its times.
    ///
    /// # Errors
    ///
    /// As for [`sync_all`](Self::sync_all).
    pub async fn sync_data(&self) -> io::Result<()> {
        self.sync(true).await
    }

    async fn sync(&self, data_only: bool) -> io::Result<()> {
        let file = self.file.clone();
        let (result, _) = self.perform(Sync { file, data_only }).await;
        result.map(drop)
    }

    /// What the system knows of the file.
    ///
    /// # Errors
    ///
    /// Those of the system.
    pub async fn metadata(&self) -> io::Result<Metadata> {
        let file = self.file.clone();
        away(move || file.metadata()).await
    }

    /// Cuts the file off at a length, or has it be as long, with zeros at its end.
    ///
    /// # Errors
    ///
    /// Those of [`std::fs::File::set_len`].
    pub async fn set_len(&self, len: u64) -> io::Result<()> {
        let file = self.file.clone();
        away(move || file.set_len(len)).await
    }

    /// Closes the file, and says what the system has to say of what was written before. On Linux: elsewhere nothing is said.
    /// Local file systems say nothing either: see [`sync_all`](Self::sync_all).
    ///
    /// # Errors
    ///
    /// Those of the system; the file is closed all the same.
    ///
    /// # Cancellation
    ///
    /// The file is closed in any case.
    pub async fn close(self) -> io::Result<()> {
        let file = self.file;
        away(move || match Arc::try_unwrap(file) {
            Ok(file) => close(file),
            // What is in flight closes it; what is to be said is said to another descriptor of the same file, too.
            Err(shared) => close(shared.try_clone()?),
        })
        .await
    }

    /// Has the ring do an operation, or, where there is none, a thread that may wait. The operation owns all that either
    /// touches, so it may go on when this future is dropped.
    pub(super) async fn perform<O: Call>(&self, mut operation: O) -> (io::Result<usize>, O) {
        if self.core.has_ring() {
            return Flight::new(&self.core, operation).await;
        }
        let work = move || (operation.call(), operation);
        blocking(work)
            .await
            .expect("a call of the system does not panic")
    }
}

impl fmt::Debug for File {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.file.fmt(f)
    }
}
