//! Directories.

use super::{at, symlink_metadata};
use std::ffi::{OsStr, OsString};
use std::fs::{self, FileType, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Makes a directory.
///
/// # Errors
///
/// Those of [`std::fs::create_dir`].
pub async fn create_dir(path: impl AsRef<Path>) -> io::Result<()> {
    at(path, |path| fs::create_dir(path)).await
}

/// Makes a directory, and those above it that are not there.
///
/// # Errors
///
/// Those of [`std::fs::create_dir_all`].
pub async fn create_dir_all(path: impl AsRef<Path>) -> io::Result<()> {
    at(path, |path| fs::create_dir_all(path)).await
}

/// Removes an empty directory.
///
/// # Errors
///
/// Those of [`std::fs::remove_dir`].
pub async fn remove_dir(path: impl AsRef<Path>) -> io::Result<()> {
    at(path, |path| fs::remove_dir(path)).await
}

/// Removes a directory with all that is in it. What symbolic links stand for is left alone.
///
/// # Errors
///
/// Those of [`std::fs::remove_dir_all`].
pub async fn remove_dir_all(path: impl AsRef<Path>) -> io::Result<()> {
    at(path, |path| fs::remove_dir_all(path)).await
}

/// What is in a directory, in no order, without the directory itself and the one above.
///
/// All of it at once, and not as a stream: a stream would be a trip to another thread for each few entries, and would keep
/// the directory open for as long as somebody keeps the stream.
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

/// Something in a directory, as it was when the directory was read. Unlike that of the standard library it does not keep
/// the directory open.
#[derive(Clone, Debug)]
pub struct DirEntry {
    directory: Arc<Path>,
    name: OsString,
    kind: FileType,
}

impl DirEntry {
    /// Its name in the directory.
    #[must_use]
    pub fn file_name(&self) -> &OsStr {
        &self.name
    }

    /// The path that the directory was read with, and the name.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        self.directory.join(&self.name)
    }

    /// Whether it is a file, a directory or a symbolic link.
    #[must_use]
    pub fn file_type(&self) -> FileType {
        self.kind
    }

    /// What the system knows of it now; of a symbolic link itself.
    ///
    /// # Errors
    ///
    /// Those of [`symlink_metadata`].
    pub async fn metadata(&self) -> io::Result<Metadata> {
        symlink_metadata(self.path()).await
    }
}
