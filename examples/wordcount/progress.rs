//! The progress, as shown on a terminal.

use std::io::{IsTerminal, stderr};
use std::sync::atomic::{AtomicU64, Ordering};

/// Says on a terminal how much text has been counted, every 16 MiB.
#[derive(Default)]
pub(crate) struct Progress {
    bytes: AtomicU64,
}

impl Progress {
    const STEP: u64 = 16 << 20;

    pub(crate) fn add(&self, bytes: usize) {
        let before = self.bytes.fetch_add(bytes as u64, Ordering::Relaxed);
        let now = before + bytes as u64;
        if before / Self::STEP != now / Self::STEP && stderr().is_terminal() {
            eprint!("\r{} MiB", now >> 20);
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if *self.bytes.get_mut() >= Self::STEP && stderr().is_terminal() {
            eprint!("\r\x1b[K");
        }
    }
}
