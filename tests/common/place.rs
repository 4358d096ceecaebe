//! Paths of a test's own.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

/// A path where nothing is; what is there at the end is removed.
pub struct Place(pub PathBuf);

impl Place {
    pub fn new() -> Self {
        static PLACES: AtomicUsize = AtomicUsize::new(0);
        let number = PLACES.fetch_add(1, Ordering::Relaxed);
        let name = format!("spargio-test-{}-{number}", std::process::id());
        Self(std::env::temp_dir().join(name))
    }

    /// The same as an argument for a program.
    pub fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl AsRef<Path> for Place {
    fn as_ref(&self) -> &Path {
        &self.0
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // There may be nothing.
        _ = std::fs::remove_file(&self.0);
    }
}
