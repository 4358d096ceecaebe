//! Whole files.

use super::{at, at_both};
use std::fs;
use std::io;
use std::path::Path;

/// Reads a whole file.
///
/// # Errors
///
/// Those of [`std::fs::read`].
pub async fn read(path: impl AsRef<Path>) -> io::Result<Vec<u8>> {
    at(path, |path| fs::read(path)).await
}

/// Reads a whole file of text.
///
/// # Errors
///
/// Those of [`std::fs::read_to_string`]; `InvalidData` if it is not UTF-8.
pub async fn read_to_string(path: impl AsRef<Path>) -> io::Result<String> {
    at(path, |path| fs::read_to_string(path)).await
}

/// Makes a file that holds these bytes and no others, or has the one of this name hold them.
///
/// # Errors
///
/// Those of [`std::fs::write`].
///
/// # Cancellation
///
/// A dropped future may have emptied the file, or written a part. Where others must never see that, write another file
/// and [`rename`](super::rename) it.
pub async fn write(
    path: impl AsRef<Path>,
    bytes: impl AsRef<[u8]> + Send + 'static,
) -> io::Result<()> {
    at(path, move |path| fs::write(path, bytes)).await
}

/// Copies what a file holds, and who may use it, to a file of another name; one that has that name is replaced. Returns
/// how many bytes there were.
///
/// # Errors
///
/// Those of [`std::fs::copy`].
pub async fn copy(from: impl AsRef<Path>, to: impl AsRef<Path>) -> io::Result<u64> {
    at_both(from, to, |from, to| fs::copy(from, to)).await
}
