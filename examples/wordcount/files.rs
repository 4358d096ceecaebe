//! Files: which there are to read, and what has been read of them.

use crate::AnyError;
use std::error::Error;
use std::fs;
use std::ops::AddAssign;
use std::path::{Path, PathBuf};

#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Totals {
    pub(crate) files: u64,
    pub(crate) bytes: u64,
    pub(crate) words: u64,
    /// Files that are not text; their bytes are not counted.
    pub(crate) skipped: u64,
}

impl AddAssign for Totals {
    fn add_assign(&mut self, other: Self) {
        self.files += other.files;
        self.bytes += other.bytes;
        self.words += other.words;
        self.skipped += other.skipped;
    }
}

pub(crate) fn at(path: &Path, error: impl Error) -> AnyError {
    format!("{}: {error}", path.display()).into()
}

/// The files named and those in the folders named, in a stable order.
pub(crate) fn find(path: PathBuf, files: &mut Vec<PathBuf>) -> Result<(), AnyError> {
    let kind = fs::metadata(&path).map_err(|error| at(&path, error))?;
    if kind.is_dir() {
        walk(&path, files)
    } else if kind.is_file() {
        files.push(path);
        Ok(())
    } else {
        Err(format!("{}: neither a file nor a folder", path.display()).into())
    }
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), AnyError> {
    let entries = fs::read_dir(folder).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let mut entries = entries.map_err(|error| at(folder, error))?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        let kind = entry.file_type().map_err(|error| at(&path, error))?;
        if kind.is_dir() && entry.file_name() != "target" && entry.file_name() != ".git" {
            walk(&path, files)?;
        } else if kind.is_file() {
            files.push(path);
        }
    }
    Ok(())
}
