//! What is done with the names of files.

use super::{at, at_both};
use std::fs::{self, Metadata};
use std::io;
use std::path::Path;

/// Gives a file or directory another name, on the same file system. A file that has the new name is replaced.
///
/// # Errors
///
/// Those of [`std::fs::rename`].
pub async fn rename(from: impl AsRef<Path>, to: impl AsRef<Path>) -> io::Result<()> {
    at_both(from, to, |from, to| fs::rename(from, to)).await
}

/// Removes the name of a file; the file goes with its last name, when nobody has it open.
///
/// # Errors
///
/// Those of [`std::fs::remove_file`].
pub async fn remove_file(path: impl AsRef<Path>) -> io::Result<()> {
    at(path, |path| fs::remove_file(path)).await
}

/// Gives a file one more name, on the same file system.
///
/// # Errors
///
/// Those of [`std::fs::hard_link`].
pub async fn hard_link(file: impl AsRef<Path>, name: impl AsRef<Path>) -> io::Result<()> {
    at_both(file, name, |file, name| fs::hard_link(file, name)).await
}

/// Makes a name that stands for a path, which need not be there. On Unix.
///
/// # Errors
///
/// Those of [`std::os::unix::fs::symlink`].
#[cfg(unix)]
pub async fn symlink(path: impl AsRef<Path>, name: impl AsRef<Path>) -> io::Result<()> {
    at_both(path, name, |path, name| {
        std::os::unix::fs::symlink(path, name)
    })
    .await
}

/// What the system knows of a file or directory; of what a symbolic link stands for.
///
/// # Errors
///
/// Those of [`std::fs::metadata`].
pub async fn metadata(path: impl AsRef<Path>) -> io::Result<Metadata> {
    at(path, |path| fs::metadata(path)).await
}

/// What the system knows of a file or directory; of a symbolic link itself.
///
/// # Errors
///
/// Those of [`std::fs::symlink_metadata`].
pub async fn symlink_metadata(path: impl AsRef<Path>) -> io::Result<Metadata> {
    at(path, |path| fs::symlink_metadata(path)).await
}

/// Whether there is something of this name. By the time that is known it may be otherwise.
///
/// # Errors
///
/// Those of the system, if it cannot say.
pub async fn try_exists(path: impl AsRef<Path>) -> io::Result<bool> {
    at(path, |path| fs::exists(path)).await
}

/// As [`try_exists`], where it is all the same whether something is not there or cannot be seen.
pub async fn exists(path: impl AsRef<Path>) -> bool {
    try_exists(path).await.unwrap_or(false)
}
