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
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    options! {
        /// Opens for reading.
        read,
        /// Opens for writing.
        write,
        /// Opens for appending. On Linux and Windows every write goes to the current end of the file, whatever the
        /// offset.
        append,
        /// Empties the file, which must be opened for writing.
        truncate,
        /// Makes the file if it is not there. It must be opened for writing or appending.
        create,
        /// Makes the file, which must not be there yet. It must be opened for writing or appending.
        create_new,
    }

    /// Sets the permissions of a file that is made, less those that the process's umask takes away. Default: 0o666.
    /// Unix only.
    #[cfg(unix)]
    #[must_use]
    pub fn mode(mut self, mode: u32) -> Self {
        use std::os::unix::fs::OpenOptionsExt;
        self.0.mode(mode);
        self
    }

    /// Opens a file, on the calling shard.
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
