//! How files are opened.

use super::{File, at};
use crate::shard::io::here;
use std::fs;
use std::io;
use std::path::Path;

/// How a file is opened: for nothing, until one of these says for what. They mean what they mean in
/// [`std::fs::OpenOptions`].
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
    /// Nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    options! {
        /// The file can be read.
        read,
        /// The file can be written.
        write,
        /// The file can be written at its end: there, and wherever that is by then, goes whatever is written, at least on
        /// Linux and Windows, whatever the offset.
        append,
        /// The file is emptied. It must be opened for writing.
        truncate,
        /// The file is made if it is not there. It must be opened for writing.
        create,
        /// The file is made, and must not be there. It must be opened for writing.
        create_new,
    }

    /// Who may use a file that is made, less what the process's mask takes away. 0o666 if nothing is said. On Unix.
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
    /// Those of [`std::fs::OpenOptions::open`]; one that says so if the calling thread is no shard.
    ///
    /// # Cancellation
    ///
    /// A dropped future may have made or emptied the file; it is closed.
    pub async fn open(&self, path: impl AsRef<Path>) -> io::Result<File> {
        let core = here()?;
        let options = self.0.clone();
        let file = at(path, move |path| options.open(path)).await?;
        Ok(File::new(core, file))
    }
}
