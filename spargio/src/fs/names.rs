//! What is done with the names of files.

use super::{at, at_both};
use std::fs::{self, Metadata};
use std::io;
use std::path::Path;

/// Gives a file or directory another name, on the same file system. A file that has the new name is replaced.
///
/// ```
/// use spargio::fs;
///
/// # #[spargio::main(shards = 1)]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let directory = std::env::temp_dir().join(format!("spargio-doc-rename-{}", std::process::id()));
/// fs::create_dir_all(&directory).await?;
/// let (new, place) = (directory.join("state.new"), directory.join("state"));
/// fs::write(&place, "old").await?;
/// // Whoever reads meanwhile sees one or the other, and never a part.
/// fs::write(&new, "whole").await?;
/// fs::rename(&new, &place).await?;
/// assert_eq!(fs::read_to_string(&place).await?, "whole");
/// assert!(!fs::exists(&new).await?);
/// fs::remove_dir_all(&directory).await?;
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// Those of [`std::fs::rename`].
pub async fn rename(from: impl AsRef<Path>, to: impl AsRef<Path>) -> io::Result<()> {
    at_both(from, to, |from, to| fs::rename(from, to)).await
}

/// Removes the name of a file. The file itself goes with its last name, once nobody has it open.
///
/// ```
/// use spargio::fs;
/// use std::io::ErrorKind;
///
/// # #[spargio::main(shards = 1)]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let directory = std::env::temp_dir().join(format!("spargio-doc-remove-file-{}", std::process::id()));
/// fs::create_dir_all(&directory).await?;
/// let lock = directory.join("lock");
/// fs::write(&lock, "").await?;
/// fs::remove_file(&lock).await?;
/// assert_eq!(fs::remove_file(&lock).await.map_err(|error| error.kind()), Err(ErrorKind::NotFound));
/// fs::remove_dir_all(&directory).await?;
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// Those of [`std::fs::remove_file`].
pub async fn remove_file(path: impl AsRef<Path>) -> io::Result<()> {
    at(path, |path| fs::remove_file(path)).await
}

/// Gives a file one more name, on the same file system.
///
/// ```
/// use spargio::fs;
///
/// # #[spargio::main(shards = 1)]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let directory = std::env::temp_dir().join(format!("spargio-doc-hard-link-{}", std::process::id()));
/// fs::create_dir_all(&directory).await?;
/// let (log, kept) = (directory.join("log"), directory.join("kept"));
/// fs::write(&log, "text").await?;
/// fs::hard_link(&log, &kept).await?;
/// // The file goes with its last name.
/// fs::remove_file(&log).await?;
/// assert_eq!(fs::read(&kept).await?, b"text");
/// fs::remove_dir_all(&directory).await?;
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// Those of [`std::fs::hard_link`].
pub async fn hard_link(file: impl AsRef<Path>, name: impl AsRef<Path>) -> io::Result<()> {
    at_both(file, name, |file, name| fs::hard_link(file, name)).await
}

/// Makes a symbolic link at `name` that leads to `path`, which need not be there. Unix only.
///
/// ```
/// use spargio::fs;
///
/// # #[spargio::main(shards = 1)]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let directory = std::env::temp_dir().join(format!("spargio-doc-symlink-{}", std::process::id()));
/// fs::create_dir_all(&directory).await?;
/// let current = directory.join("current");
/// fs::write(directory.join("v2"), "text").await?;
/// // Read from where the link is.
/// fs::symlink("v2", &current).await?;
/// assert_eq!(fs::read(&current).await?, b"text");
/// fs::remove_dir_all(&directory).await?;
/// # Ok(())
/// # }
/// ```
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

/// The metadata of a file or directory. Symbolic links are followed.
///
/// ```
/// use spargio::fs;
///
/// # #[spargio::main(shards = 1)]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let directory = std::env::temp_dir().join(format!("spargio-doc-metadata-{}", std::process::id()));
/// fs::create_dir_all(&directory).await?;
/// let page = directory.join("page");
/// fs::write(&page, "12345").await?;
/// let known = fs::metadata(&page).await?;
/// assert!(known.is_file() && known.len() == 5 && known.modified().is_ok());
/// fs::remove_dir_all(&directory).await?;
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// Those of [`std::fs::metadata`].
pub async fn metadata(path: impl AsRef<Path>) -> io::Result<Metadata> {
    at(path, |path| fs::metadata(path)).await
}

/// The metadata of a file or directory, or of a symbolic link itself.
///
/// ```
/// use spargio::fs;
///
/// # #[spargio::main(shards = 1)]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let directory = std::env::temp_dir().join(format!("spargio-doc-symlink-metadata-{}", std::process::id()));
/// fs::create_dir_all(&directory).await?;
/// fs::write(directory.join("page"), "12345").await?;
/// let page = fs::symlink_metadata(directory.join("page")).await?;
/// assert!(page.is_file());
/// # #[cfg(unix)] {
/// fs::symlink("page", directory.join("link")).await?;
/// assert!(fs::symlink_metadata(directory.join("link")).await?.is_symlink());
/// # }
/// fs::remove_dir_all(&directory).await?;
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// Those of [`std::fs::symlink_metadata`].
pub async fn symlink_metadata(path: impl AsRef<Path>) -> io::Result<Metadata> {
    at(path, |path| fs::symlink_metadata(path)).await
}

/// Whether there is something at the path. That may have changed by the time the answer is there.
///
/// ```
/// use spargio::fs;
///
/// # #[spargio::main(shards = 1)]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let directory = std::env::temp_dir().join(format!("spargio-doc-exists-{}", std::process::id()));
/// fs::create_dir_all(&directory).await?;
/// let page = directory.join("page");
/// if !fs::exists(&page).await? { fs::write(&page, "made anew").await?; }
/// assert!(fs::exists(&page).await?);
/// fs::remove_dir_all(&directory).await?;
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// Those of the system, if it cannot say.
pub async fn exists(path: impl AsRef<Path>) -> io::Result<bool> {
    at(path, |path| fs::exists(path)).await
}
