//! How files are opened.

use super::{File, at};
use crate::shard::io::here;
use std::fs;
use std::io;
use std::path::Path;

/// Options for opening a file. By default nothing is permitted: set at least `read`, `write` or `append`. All mean what
/// they mean in [`std::fs::OpenOptions`].
///
/// ```
/// use spargio::Runtime;
/// use spargio::fs::{self, OpenOptions};
///
/// let rt = Runtime::builder().shards(1).build()?;
/// let read = rt.spawn_local_on(0, |_| async {
///     let path = std::env::temp_dir().join(format!("spargio-doc-options-{}", std::process::id()));
///     let file = OpenOptions::new().read(true).write(true).create_new(true).open(&path).await?;
///     file.write_all_at("hello", 0).await.0?;
///     let text = file.read_to_end().await?;
///     fs::remove_file(&path).await?;
///     std::io::Result::Ok(text)
/// })?;
/// assert_eq!(rt.block_on(read)??, b"hello");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct OpenOptions(fs::OpenOptions);

impl Default for OpenOptions {
    fn default() -> Self {
        Self(fs::OpenOptions::new())
    }
}

macro_rules! options {
    ($($(#[$doc:meta])* $option:ident,)*) => {
        $(
            $(#[$doc])*
            #[must_use]
            pub fn $option(mut self, $option: bool) -> Self {
                self.0.$option($option);
                self
            }
        )*
    };
}

impl OpenOptions {
    /// Options that permit nothing yet.
    ///
    /// ```
    /// # use spargio::fs::{self, OpenOptions};
    /// # #[spargio::main(shards = 1)]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let directory = std::env::temp_dir().join(format!("spargio-doc-options-new-{}", std::process::id()));
    /// # fs::create_dir_all(&directory).await?;
    /// # fs::write(directory.join("page"), "text").await?;
    /// // Nothing is permitted that was not asked for.
    /// let options = OpenOptions::new();
    /// assert!(options.open(directory.join("page")).await.is_err());
    /// let file = options.read(true).open(directory.join("page")).await?;
    /// assert!(file.write_at("x", 0).await.0.is_err());
    /// # assert_eq!(file.read_to_end().await?, b"text");
    /// # file.close().await?;
    /// # fs::remove_dir_all(&directory).await?;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    options! {
        /// Opens for reading.
        ///
        /// ```
        /// # use spargio::fs::{self, OpenOptions};
        /// # #[spargio::main(shards = 1)]
        /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
        /// # let directory = std::env::temp_dir().join(format!("spargio-doc-options-read-{}", std::process::id()));
        /// # fs::create_dir_all(&directory).await?;
        /// # fs::write(directory.join("counter"), "7").await?;
        /// // What was written is read again through the same file.
        /// let file = OpenOptions::new().read(true).write(true).open(directory.join("counter")).await?;
        /// let count: u8 = String::from_utf8(file.read_to_end().await?)?.parse()?;
        /// file.write_all_at(format!("{}", count + 1), 0).await.0?;
        /// assert_eq!(file.read_to_end().await?, b"8");
        /// # file.close().await?;
        /// # fs::remove_dir_all(&directory).await?;
        /// # Ok(())
        /// # }
        /// ```
        read,
        /// Opens for writing.
        ///
        /// ```
        /// # use spargio::fs::{self, OpenOptions};
        /// # #[spargio::main(shards = 1)]
        /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
        /// # let directory = std::env::temp_dir().join(format!("spargio-doc-options-write-{}", std::process::id()));
        /// # fs::create_dir_all(&directory).await?;
        /// # fs::write(directory.join("table"), "row0row1row2").await?;
        /// // One row is replaced, and the rest stays: nothing says `truncate`.
        /// let file = OpenOptions::new().write(true).open(directory.join("table")).await?;
        /// file.write_all_at("ROW1", 4).await.0?;
        /// assert_eq!(fs::read(directory.join("table")).await?, b"row0ROW1row2");
        /// # file.close().await?;
        /// # fs::remove_dir_all(&directory).await?;
        /// # Ok(())
        /// # }
        /// ```
        write,
        /// Opens for appending. On Linux and Windows every write goes to the current end of the file, whatever the
        /// offset.
        ///
        /// ```
        /// # use spargio::fs::{self, OpenOptions};
        /// # #[spargio::main(shards = 1)]
        /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
        /// # let directory = std::env::temp_dir().join(format!("spargio-doc-options-append-{}", std::process::id()));
        /// # fs::create_dir_all(&directory).await?;
        /// # // Elsewhere offsets count.
        /// # if !cfg!(any(target_os = "linux", windows)) { return Ok(()) }
        /// let options = OpenOptions::new().append(true).create(true);
        /// let (one, other) = (options.open(directory.join("log")).await?, options.open(directory.join("log")).await?);
        /// // Neither needs to know where the end is, and neither overwrites what the other wrote.
        /// one.write_all_at("one\n", 0).await.0?;
        /// other.write_all_at("two\n", 0).await.0?;
        /// assert_eq!(fs::read(directory.join("log")).await?, b"one\ntwo\n");
        /// # for file in [one, other] { file.close().await?; }
        /// # fs::remove_dir_all(&directory).await?;
        /// # Ok(())
        /// # }
        /// ```
        append,
        /// Empties the file, which must be opened for writing.
        ///
        /// ```
        /// # use spargio::fs::{self, OpenOptions};
        /// # #[spargio::main(shards = 1)]
        /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
        /// # let directory = std::env::temp_dir().join(format!("spargio-doc-options-truncate-{}", std::process::id()));
        /// # fs::create_dir_all(&directory).await?;
        /// # fs::write(directory.join("state"), "a long state").await?;
        /// // The new state is shorter: nothing of the old one is to stand behind it.
        /// let file = OpenOptions::new().write(true).truncate(true).open(directory.join("state")).await?;
        /// file.write_all_at("short", 0).await.0?;
        /// assert_eq!(fs::read(directory.join("state")).await?, b"short");
        /// # file.close().await?;
        /// # fs::remove_dir_all(&directory).await?;
        /// # Ok(())
        /// # }
        /// ```
        truncate,
        /// Makes the file if it is not there. It must be opened for writing or appending.
        ///
        /// ```
        /// # use spargio::fs::{self, OpenOptions};
        /// # #[spargio::main(shards = 1)]
        /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
        /// # let directory = std::env::temp_dir().join(format!("spargio-doc-options-create-{}", std::process::id()));
        /// # fs::create_dir_all(&directory).await?;
        /// // The first run makes it, the next ones find it, and what it holds stays.
        /// let options = OpenOptions::new().read(true).write(true).create(true);
        /// for expected in ["", "1", "11"] {
        ///     let runs = options.open(directory.join("runs")).await?;
        ///     assert_eq!(runs.read_to_end().await?, expected.as_bytes());
        ///     runs.write_all_at("1", expected.len() as u64).await.0?;
        /// }
        /// # fs::remove_dir_all(&directory).await?;
        /// # Ok(())
        /// # }
        /// ```
        create,
        /// Makes the file, which must not be there yet. It must be opened for writing or appending.
        ///
        /// ```
        /// # use spargio::fs::{self, OpenOptions};
        /// # use std::io::ErrorKind;
        /// # #[spargio::main(shards = 1)]
        /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
        /// # let directory = std::env::temp_dir().join(format!("spargio-doc-options-create-new-{}", std::process::id()));
        /// # fs::create_dir_all(&directory).await?;
        /// // A lock: of all who try, one makes the file.
        /// let lock = OpenOptions::new().write(true).create_new(true);
        /// let held = lock.open(directory.join("lock")).await?;
        /// let refused = lock.open(directory.join("lock")).await;
        /// assert_eq!(refused.map(drop).map_err(|error| error.kind()), Err(ErrorKind::AlreadyExists));
        /// # held.close().await?;
        /// # fs::remove_dir_all(&directory).await?;
        /// # Ok(())
        /// # }
        /// ```
        create_new,
    }

    /// Sets the permissions of a file that is made, less those that the process's umask takes away. Default: 0o666.
    /// Unix only.
    ///
    /// ```
    /// # use spargio::fs::{self, OpenOptions};
    /// # use std::os::unix::fs::PermissionsExt;
    /// # #[spargio::main(shards = 1)]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let directory = std::env::temp_dir().join(format!("spargio-doc-options-mode-{}", std::process::id()));
    /// # fs::create_dir_all(&directory).await?;
    /// // A secret is nobody else's to read, from the first moment on.
    /// let options = OpenOptions::new().write(true).create_new(true).mode(0o600);
    /// let file = options.open(directory.join("key")).await?;
    /// file.write_all_at("secret", 0).await.0?;
    /// assert_eq!(file.metadata().await?.permissions().mode() & 0o777, 0o600);
    /// # fs::remove_dir_all(&directory).await?;
    /// # Ok(())
    /// # }
    /// ```
    #[cfg(unix)]
    #[must_use]
    pub fn mode(mut self, mode: u32) -> Self {
        use std::os::unix::fs::OpenOptionsExt;
        self.0.mode(mode);
        self
    }

    /// Opens a file, on the calling shard.
    ///
    /// ```
    /// # use spargio::fs::{self, OpenOptions};
    /// # #[spargio::main(shards = 1)]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let directory = std::env::temp_dir().join(format!("spargio-doc-options-open-{}", std::process::id()));
    /// # fs::create_dir_all(&directory).await?;
    /// // Options that are set once open any number of files.
    /// let options = OpenOptions::new().read(true).write(true).create_new(true);
    /// for segment in 0..3 {
    ///     let file = options.open(directory.join(format!("segment-{segment}"))).await?;
    ///     file.set_len(1 << 20).await?;
    /// }
    /// # assert_eq!(fs::read_dir(&directory).await?.len(), 3);
    /// # fs::remove_dir_all(&directory).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`std::fs::OpenOptions::open`]; an error that says so if the calling thread is not a shard.
    ///
    /// # Cancellation
    ///
    /// The file may still be made or emptied; it is closed.
    pub async fn open(&self, path: impl AsRef<Path>) -> io::Result<File> {
        let core = here()?;
        let options = self.0.clone();
        let file = at(path, move |path| options.open(path)).await?;
        Ok(File::new(core, file))
    }
}
