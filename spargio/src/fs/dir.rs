//! Directories.

use super::{at, symlink_metadata};
use std::ffi::{OsStr, OsString};
use std::fs::{self, FileType, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Makes a directory.
///
/// ```
/// use spargio::fs;
/// use std::io::ErrorKind;
///
/// # #[spargio::main(shards = 1)]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let directory = std::env::temp_dir().join(format!("spargio-doc-create-dir-{}", std::process::id()));
/// fs::create_dir_all(&directory).await?;
/// let logs = directory.join("logs");
/// fs::create_dir(&logs).await?;
/// assert!(fs::metadata(&logs).await?.is_dir());
/// // Not twice, and not where the directory above is not there.
/// assert_eq!(fs::create_dir(&logs).await.map_err(|error| error.kind()), Err(ErrorKind::AlreadyExists));
/// assert!(fs::create_dir(directory.join("none/below")).await.is_err());
/// fs::remove_dir_all(&directory).await?;
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// Those of [`std::fs::create_dir`].
pub async fn create_dir(path: impl AsRef<Path>) -> io::Result<()> {
    at(path, |path| fs::create_dir(path)).await
}

/// Makes a directory, and those above it that are not there.
///
/// ```
/// use spargio::fs;
///
/// # #[spargio::main(shards = 1)]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let directory = std::env::temp_dir().join(format!("spargio-doc-create-dir-all-{}", std::process::id()));
/// fs::create_dir_all(&directory).await?;
/// let month = directory.join("logs/2026/11");
/// fs::create_dir_all(&month).await?;
/// // Again: it is there, which is all that was asked for.
/// fs::create_dir_all(&month).await?;
/// assert!(fs::exists(&month).await?);
/// fs::remove_dir_all(&directory).await?;
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// Those of [`std::fs::create_dir_all`].
pub async fn create_dir_all(path: impl AsRef<Path>) -> io::Result<()> {
    at(path, |path| fs::create_dir_all(path)).await
}

/// Removes an empty directory.
///
/// ```
/// use spargio::fs;
///
/// # #[spargio::main(shards = 1)]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let directory = std::env::temp_dir().join(format!("spargio-doc-remove-dir-{}", std::process::id()));
/// fs::create_dir_all(&directory).await?;
/// let (empty, full) = (directory.join("empty"), directory.join("full"));
/// fs::create_dir(&empty).await?;
/// fs::create_dir_all(full.join("below")).await?;
/// fs::remove_dir(&empty).await?;
/// assert!(fs::remove_dir(&full).await.is_err() && fs::exists(&full).await?);
/// fs::remove_dir_all(&directory).await?;
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// Those of [`std::fs::remove_dir`].
pub async fn remove_dir(path: impl AsRef<Path>) -> io::Result<()> {
    at(path, |path| fs::remove_dir(path)).await
}

/// Removes a directory with all that is in it. Symbolic links are removed, not followed.
///
/// ```
/// use spargio::fs;
///
/// # #[spargio::main(shards = 1)]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let directory = std::env::temp_dir().join(format!("spargio-doc-remove-dir-all-{}", std::process::id()));
/// fs::create_dir_all(&directory).await?;
/// let cache = directory.join("cache");
/// fs::create_dir_all(cache.join("a/b")).await?;
/// fs::write(cache.join("a/page"), "text").await?;
/// fs::remove_dir_all(&cache).await?;
/// assert!(!fs::exists(&cache).await?);
/// fs::remove_dir_all(&directory).await?;
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// Those of [`std::fs::remove_dir_all`].
pub async fn remove_dir_all(path: impl AsRef<Path>) -> io::Result<()> {
    at(path, |path| fs::remove_dir_all(path)).await
}

/// The entries of a directory, in no particular order, without `.` and `..`.
///
/// They come all at once, not as a stream: that would need a trip to another thread for every few entries, and would
/// keep the directory open for as long as somebody keeps the stream.
///
/// ```
/// use spargio::fs;
///
/// # #[spargio::main(shards = 1)]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let directory = std::env::temp_dir().join(format!("spargio-doc-read-dir-{}", std::process::id()));
/// fs::create_dir_all(&directory).await?;
/// for name in ["b.txt", "a.txt", "c.bin"] { fs::write(directory.join(name), "").await?; }
/// let mut texts: Vec<_> = fs::read_dir(&directory).await?.iter().map(|entry| entry.path()).collect();
/// texts.retain(|path| path.extension().is_some_and(|end| end == "txt"));
/// texts.sort();
/// assert_eq!(texts, [directory.join("a.txt"), directory.join("b.txt")]);
/// fs::remove_dir_all(&directory).await?;
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// Those of [`std::fs::read_dir`].
pub async fn read_dir(path: impl AsRef<Path>) -> io::Result<Vec<DirEntry>> {
    at(path, |path| {
        let directory: Arc<Path> = path.into();
        let entries = fs::read_dir(path)?.filter_map(|entry| {
            let of = |entry: fs::DirEntry| {
                Ok(DirEntry {
                    directory: directory.clone(),
                    kind: entry.file_type()?,
                    name: entry.file_name(),
                })
            };
            match entry.and_then(of) {
                // Removed between the look at the directory and that at the entry.
                Err(error) if error.kind() == io::ErrorKind::NotFound => None,
                entry => Some(entry),
            }
        });
        entries.collect()
    })
    .await
}

/// An entry of a directory, as it was when the directory was read. Unlike that of the standard library, it does not
/// keep the directory open.
///
/// ```
/// use spargio::fs;
///
/// # #[spargio::main(shards = 1)]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let directory = std::env::temp_dir().join(format!("spargio-doc-dir-entry-{}", std::process::id()));
/// fs::create_dir_all(&directory).await?;
/// fs::write(directory.join("page"), "12345").await?;
/// fs::create_dir(directory.join("below")).await?;
/// let mut bytes = 0;
/// for entry in fs::read_dir(&directory).await? {
///     // The kind came with the name; the rest is asked for.
///     if entry.file_type().is_file() { bytes += entry.metadata().await?.len(); }
/// }
/// assert_eq!(bytes, 5);
/// fs::remove_dir_all(&directory).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct DirEntry {
    directory: Arc<Path>,
    name: OsString,
    kind: FileType,
}

impl DirEntry {
    /// Its name in the directory.
    ///
    /// ```
    /// # use spargio::fs;
    /// # #[spargio::main(shards = 1)]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let directory = std::env::temp_dir().join(format!("spargio-doc-entry-file-name-{}", std::process::id()));
    /// # fs::create_dir_all(&directory).await?;
    /// # for name in [".index", "page"] { fs::write(directory.join(name), "").await?; }
    /// let mut entries = fs::read_dir(&directory).await?;
    /// // Hidden files are not shown.
    /// entries.retain(|entry| !entry.file_name().as_encoded_bytes().starts_with(b"."));
    /// let names: Vec<_> = entries.iter().map(|entry| entry.file_name()).collect();
    /// assert_eq!(names, ["page"]);
    /// # fs::remove_dir_all(&directory).await?;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn file_name(&self) -> &OsStr {
        &self.name
    }

    /// The path that the directory was read with, and the name.
    ///
    /// ```
    /// # use spargio::fs;
    /// # #[spargio::main(shards = 1)]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let directory = std::env::temp_dir().join(format!("spargio-doc-entry-path-{}", std::process::id()));
    /// # fs::create_dir_all(&directory).await?;
    /// # for name in ["one", "two"] { fs::write(directory.join(name), "text").await?; }
    /// let mut bytes = Vec::new();
    /// for entry in fs::read_dir(&directory).await? {
    ///     bytes.extend(fs::read(entry.path()).await?);
    /// }
    /// assert_eq!(bytes, b"texttext");
    /// # fs::remove_dir_all(&directory).await?;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn path(&self) -> PathBuf {
        self.directory.join(&self.name)
    }

    /// Whether it is a file, a directory or a symbolic link.
    ///
    /// ```
    /// # use spargio::fs;
    /// # #[spargio::main(shards = 1)]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let directory = std::env::temp_dir().join(format!("spargio-doc-entry-file-type-{}", std::process::id()));
    /// # fs::create_dir_all(&directory).await?;
    /// # fs::create_dir_all(directory.join("a/b")).await?;
    /// # for name in ["page", "a/page", "a/b/page"] { fs::write(directory.join(name), "").await?; }
    /// // All files below. A link is no directory: it is not followed, so that this comes to an end.
    /// let (mut files, mut directories) = (Vec::new(), vec![directory.clone()]);
    /// while let Some(next) = directories.pop() {
    ///     for entry in fs::read_dir(next).await? {
    ///         if entry.file_type().is_dir() { directories.push(entry.path()) } else { files.push(entry.path()) }
    ///     }
    /// }
    /// assert_eq!(files.len(), 3);
    /// # fs::remove_dir_all(&directory).await?;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn file_type(&self) -> FileType {
        self.kind
    }

    /// Its metadata now; of a symbolic link, the link's own.
    ///
    /// ```
    /// # use spargio::fs;
    /// # #[spargio::main(shards = 1)]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let directory = std::env::temp_dir().join(format!("spargio-doc-entry-metadata-{}", std::process::id()));
    /// # fs::create_dir_all(&directory).await?;
    /// # for (name, text) in [("broken", ""), ("page", "text")] { fs::write(directory.join(name), text).await?; }
    /// // A download that was cut off leaves an empty file.
    /// for entry in fs::read_dir(&directory).await? {
    ///     if entry.metadata().await?.len() == 0 { fs::remove_file(entry.path()).await?; }
    /// }
    /// # assert!(fs::exists(directory.join("page")).await? && !fs::exists(directory.join("broken")).await?);
    /// # fs::remove_dir_all(&directory).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`symlink_metadata`].
    pub async fn metadata(&self) -> io::Result<Metadata> {
        symlink_metadata(self.path()).await
    }
}
