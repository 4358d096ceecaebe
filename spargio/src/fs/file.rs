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
/// An operation takes a buffer, and gives it back with the result. Without a ring another thread has the buffer
/// meanwhile, so it must be `Send`: of the buffers that sockets take, all but `Rc<[u8]>` are. Several operations may be
/// in flight at once, and finish in any order.
///
/// On Linux, what is in the page cache is read at once, on the shard's thread, up to 64 KiB at a time. A ring, too,
/// copies to and from the page cache on that thread, whatever the length: a large read or write holds the shard up
/// meanwhile.
///
/// It is meant for what has offsets, as regular files and disks do; what an offset means for a pipe and the like
/// depends on the backend.
///
/// Dropping it closes it on the shard's thread; [`close`](Self::close) uses another. Operations in flight keep it open
/// until the last of them has ended.
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
    /// Opens a file for reading, on the calling shard.
    ///
    /// ```
    /// # use spargio::fs::{self, File};
    /// # use std::io::ErrorKind;
    /// # #[spargio::main(shards = 1)]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let directory = std::env::temp_dir().join(format!("spargio-doc-file-open-{}", std::process::id()));
    /// # fs::create_dir_all(&directory).await?;
    /// // The settings, if there are any.
    /// let settings = match File::open(directory.join("settings")).await {
    ///     Ok(file) => file.read_to_end().await?,
    ///     Err(error) if error.kind() == ErrorKind::NotFound => b"shards = 1".to_vec(),
    ///     Err(error) => return Err(error.into()),
    /// };
    /// assert_eq!(settings, b"shards = 1");
    /// # fs::write(directory.join("settings"), "shards = 2").await?;
    /// # let file = File::open(directory.join("settings")).await?;
    /// # assert_eq!(file.read_to_end().await?, b"shards = 2");
    /// # assert!(file.write_at("x", 0).await.0.is_err());
    /// # file.close().await?;
    /// # fs::remove_dir_all(&directory).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors and cancellation
    ///
    /// As [`OpenOptions::open`].
    pub async fn open(path: impl AsRef<Path>) -> io::Result<Self> {
        OpenOptions::new().read(true).open(path).await
    }

    /// Opens a file for writing, on the calling shard: it is made if it is not there, and emptied if it is.
    ///
    /// ```
    /// # use spargio::fs::{self, File};
    /// # #[spargio::main(shards = 1)]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let directory = std::env::temp_dir().join(format!("spargio-doc-file-create-{}", std::process::id()));
    /// # fs::create_dir_all(&directory).await?;
    /// fs::write(directory.join("page"), "a long text").await?;
    /// let file = File::create(directory.join("page")).await?;
    /// // What it held is gone at once.
    /// assert_eq!(file.metadata().await?.len(), 0);
    /// file.write_all_at("text", 0).await.0?;
    /// assert_eq!(fs::read(directory.join("page")).await?, b"text");
    /// # file.close().await?;
    /// # fs::remove_dir_all(&directory).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors and cancellation
    ///
    /// As [`OpenOptions::open`].
    pub async fn create(path: impl AsRef<Path>) -> io::Result<Self> {
        let options = OpenOptions::new().write(true).create(true);
        options.truncate(true).open(path).await
    }

    /// Makes a file of the standard library one of the calling shard.
    ///
    /// ```
    /// use spargio::fs::{self, File};
    ///
    /// # #[spargio::main(shards = 1)]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let directory = std::env::temp_dir().join(format!("spargio-doc-from-std-{}", std::process::id()));
    /// fs::create_dir_all(&directory).await?;
    /// // Opened by code that knows nothing of shards.
    /// let opened = std::fs::File::options().read(true).write(true).create_new(true).open(directory.join("page"))?;
    /// let file = File::from_std(opened)?;
    /// file.write_all_at("text", 0).await.0?;
    /// assert_eq!(file.read_to_end().await?, b"text");
    /// # file.close().await?;
    /// fs::remove_dir_all(&directory).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// An error that says so if the calling thread is not a shard.
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

    /// Turns it into a file of the standard library, which may be taken to another shard. If operations whose futures
    /// were dropped are still in flight, that is the same file under another descriptor.
    ///
    /// ```
    /// use spargio::{ShardCtx, fs::{self, File}};
    ///
    /// # #[spargio::main(shards = 2)]
    /// # async fn main(cx: ShardCtx) -> Result<(), Box<dyn std::error::Error>> {
    /// let directory = std::env::temp_dir().join(format!("spargio-doc-into-std-{}", std::process::id()));
    /// fs::create_dir_all(&directory).await?;
    /// fs::write(directory.join("page"), "text").await?;
    /// let file = File::open(directory.join("page")).await?.into_std()?;
    /// let other = cx.remote(1).ok_or("no shard 1")?;
    /// let text = other.spawn_local(|_| async { File::from_std(file)?.read_to_end().await })?;
    /// assert_eq!(text.await??, b"text");
    /// fs::remove_dir_all(&directory).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of the system, for instance if it has no more descriptors.
    pub fn into_std(self) -> io::Result<fs::File> {
        Arc::try_unwrap(self.file).or_else(|shared| shared.try_clone())
    }

    /// Waits until what was written, and the file's metadata, would survive a loss of power.
    ///
    /// It covers all writes that have ended, and may or may not cover those in flight.
    ///
    /// ```
    /// use spargio::fs::{self, File};
    ///
    /// # #[spargio::main(shards = 1)]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let directory = std::env::temp_dir().join(format!("spargio-doc-sync-all-{}", std::process::id()));
    /// fs::create_dir_all(&directory).await?;
    /// let (new, page) = (directory.join("page.new"), directory.join("page"));
    /// let file = File::create(&new).await?;
    /// file.write_all_at("text", 0).await.0?;
    /// // Whoever opens the page finds all of the new text or none of it, even after a loss of power.
    /// file.sync_all().await?;
    /// fs::rename(&new, &page).await?;
    /// assert_eq!(fs::read(&page).await?, b"text");
    /// # file.close().await?;
    /// fs::remove_dir_all(&directory).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of the system. After one, some of what was written may be lost for good.
    ///
    /// # Cancellation
    ///
    /// The sync may still happen.
    pub async fn sync_all(&self) -> io::Result<()> {
        self.sync(false).await
    }

    /// As [`sync_all`](Self::sync_all), but without the metadata that is not needed to read the file again, such as its
    /// times.
    ///
    /// ```
    /// use spargio::fs::{self, File};
    ///
    /// # #[spargio::main(shards = 1)]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let directory = std::env::temp_dir().join(format!("spargio-doc-sync-data-{}", std::process::id()));
    /// fs::create_dir_all(&directory).await?;
    /// let journal = directory.join("journal");
    /// let file = File::create(&journal).await?;
    /// let mut end = 0;
    /// for entry in ["one\n", "two\n"] {
    ///     file.write_all_at(entry, end).await.0?;
    ///     // Only now may others be told that it is kept.
    ///     file.sync_data().await?;
    ///     end += entry.len() as u64;
    /// }
    /// assert_eq!(fs::read(&journal).await?, b"one\ntwo\n");
    /// # file.close().await?;
    /// fs::remove_dir_all(&directory).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As for [`sync_all`](Self::sync_all).
    ///
    /// # Cancellation
    ///
    /// The sync may still happen.
    pub async fn sync_data(&self) -> io::Result<()> {
        self.sync(true).await
    }

    async fn sync(&self, data_only: bool) -> io::Result<()> {
        let file = self.file.clone();
        let (result, _) = self.perform(Sync { file, data_only }).await;
        result.map(drop)
    }

    /// The metadata of the file.
    ///
    /// ```
    /// use spargio::fs::{self, File};
    ///
    /// # #[spargio::main(shards = 1)]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let directory = std::env::temp_dir().join(format!("spargio-doc-file-metadata-{}", std::process::id()));
    /// fs::create_dir_all(&directory).await?;
    /// let file = File::create(directory.join("page")).await?;
    /// file.write_all_at("text", 0).await.0?;
    /// // Of the file that is open, whatever its name stands for now.
    /// fs::rename(directory.join("page"), directory.join("kept")).await?;
    /// assert_eq!(file.metadata().await?.len(), 4);
    /// # file.close().await?;
    /// fs::remove_dir_all(&directory).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of the system.
    ///
    /// # Cancellation
    ///
    /// Nothing is lost.
    pub async fn metadata(&self) -> io::Result<Metadata> {
        let file = self.file.clone();
        away(move || file.metadata()).await
    }

    /// Cuts the file off at a length, or extends it to that length with zeros.
    ///
    /// ```
    /// use spargio::fs::{self, File};
    ///
    /// # #[spargio::main(shards = 1)]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let directory = std::env::temp_dir().join(format!("spargio-doc-set-len-{}", std::process::id()));
    /// fs::create_dir_all(&directory).await?;
    /// let page = directory.join("page");
    /// fs::write(&page, "text and more").await?;
    /// let file = fs::OpenOptions::new().read(true).write(true).open(&page).await?;
    /// file.set_len(4).await?;
    /// file.set_len(6).await?;
    /// assert_eq!(file.read_to_end().await?, b"text\0\0");
    /// # file.close().await?;
    /// fs::remove_dir_all(&directory).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`std::fs::File::set_len`].
    ///
    /// # Cancellation
    ///
    /// The change may still happen.
    pub async fn set_len(&self, len: u64) -> io::Result<()> {
        let file = self.file.clone();
        away(move || file.set_len(len)).await
    }

    /// Closes the file, and returns the error, if there is one, that the system has about earlier writes. Only Linux
    /// tells, and its local file systems have none to tell: see [`sync_all`](Self::sync_all).
    ///
    /// ```
    /// # use spargio::fs::{self, File};
    /// # #[spargio::main(shards = 1)]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let directory = std::env::temp_dir().join(format!("spargio-doc-file-close-{}", std::process::id()));
    /// # fs::create_dir_all(&directory).await?;
    /// let file = File::create(directory.join("page")).await?;
    /// file.write_all_at("text", 0).await.0?;
    /// // Closing may take its time, as where the file is on another host. The shard goes on meanwhile.
    /// file.close().await?;
    /// assert_eq!(fs::read(directory.join("page")).await?, b"text");
    /// # fs::remove_dir_all(&directory).await?;
    /// # Ok(())
    /// # }
    /// ```
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
