//! Whole files.

use super::{at, at_both};
use std::fs;
use std::io;
use std::path::Path;

/// Reads a whole file.
///
/// ```
/// use spargio::fs;
///
/// # #[spargio::main(shards = 1)]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let directory = std::env::temp_dir().join(format!("spargio-doc-read-{}", std::process::id()));
/// fs::create_dir_all(&directory).await?;
/// let page = directory.join("page");
/// fs::write(&page, [1, 2, 0xFF]).await?;
/// assert_eq!(fs::read(&page).await?, [1, 2, 0xFF]);
/// fs::remove_dir_all(&directory).await?;
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// Those of [`std::fs::read`].
pub async fn read(path: impl AsRef<Path>) -> io::Result<Vec<u8>> {
    at(path, |path| fs::read(path)).await
}

/// Reads a whole file of text.
///
/// ```
/// use spargio::fs;
///
/// # #[spargio::main(shards = 1)]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let directory = std::env::temp_dir().join(format!("spargio-doc-read-to-string-{}", std::process::id()));
/// fs::create_dir_all(&directory).await?;
/// let page = directory.join("page");
/// fs::write(&page, "12").await?;
/// let number: u8 = fs::read_to_string(&page).await?.parse()?;
/// assert_eq!(number, 12);
/// fs::remove_dir_all(&directory).await?;
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// Those of [`std::fs::read_to_string`]; `InvalidData` if it is not UTF-8.
pub async fn read_to_string(path: impl AsRef<Path>) -> io::Result<String> {
    at(path, |path| fs::read_to_string(path)).await
}

/// Writes these bytes to a file, in place of what it held before. The file is made if it is not there.
///
/// ```
/// use spargio::fs;
///
/// # #[spargio::main(shards = 1)]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let directory = std::env::temp_dir().join(format!("spargio-doc-write-{}", std::process::id()));
/// fs::create_dir_all(&directory).await?;
/// let page = directory.join("page");
/// fs::write(&page, "a long text").await?;
/// // What was there is gone, its end as well.
/// fs::write(&page, vec![b'x']).await?;
/// assert_eq!(fs::read(&page).await?, b"x");
/// fs::remove_dir_all(&directory).await?;
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// Those of [`std::fs::write`].
///
/// # Cancellation
///
/// The file may still be emptied, or written in part or whole. If others must never see a part, write to another file
/// and [`rename`](super::rename) it.
pub async fn write(
    path: impl AsRef<Path>,
    bytes: impl AsRef<[u8]> + Send + 'static,
) -> io::Result<()> {
    at(path, move |path| fs::write(path, bytes)).await
}

/// Copies what a file holds, and its permissions, to another path; a file that is there is overwritten. Returns how
/// many bytes were copied.
///
/// ```
/// use spargio::fs;
///
/// # #[spargio::main(shards = 1)]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let directory = std::env::temp_dir().join(format!("spargio-doc-copy-{}", std::process::id()));
/// fs::create_dir_all(&directory).await?;
/// let (page, kept) = (directory.join("page"), directory.join("kept"));
/// fs::write(&page, "12345").await?;
/// assert_eq!(fs::copy(&page, &kept).await?, 5);
/// assert_eq!(fs::read(&kept).await?, b"12345");
/// fs::remove_dir_all(&directory).await?;
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// Those of [`std::fs::copy`].
pub async fn copy(from: impl AsRef<Path>, to: impl AsRef<Path>) -> io::Result<u64> {
    at_both(from, to, |from, to| fs::copy(from, to)).await
}
