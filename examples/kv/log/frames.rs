//! Frames: what a shard has changed, as it stands in the file.

use crate::limits::{BULK, COMMAND};
use crate::reply;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// The bytes before a frame's commands: length, sum, epoch.
pub(crate) const HEAD: usize = 16;

/// A frame that has so many bytes is followed by another.
const FULL: usize = 1 << 20;

/// The longest frame there can be: an almost full one, and one command more.
pub(crate) const LONGEST: usize = FULL + BULK + COMMAND;

/// Gathers what a shard changes, until it is taken to be written.
pub(crate) struct Frames {
    bytes: Vec<u8>,
    /// Where the frame begins that is open, if one is.
    open: Option<usize>,
    epoch: u64,
    /// The file cannot be written.
    broken: Arc<AtomicBool>,
}

impl Frames {
    pub(crate) fn new(epoch: u64, broken: Arc<AtomicBool>) -> Self {
        Self {
            bytes: Vec::new(),
            open: None,
            epoch,
            broken,
        }
    }

    /// Whether writes are to be refused.
    #[inline]
    pub(crate) fn is_broken(&self) -> bool {
        // It guards nothing: a write that is accepted just before is told by its own reply.
        self.broken.load(Ordering::Relaxed)
    }

    /// How many bytes wait to be taken.
    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Adds a command.
    #[inline]
    pub(crate) fn record(&mut self, command: &[&[u8]]) {
        let open = *self.open.get_or_insert_with(|| {
            self.bytes.resize(self.bytes.len() + HEAD, 0);
            self.bytes.len() - HEAD
        });
        reply::array(&mut self.bytes, command.len());
        for argument in command {
            reply::bulk(&mut self.bytes, argument);
        }
        if self.bytes.len() - open >= FULL {
            self.seal();
        }
    }

    /// All keys were thrown away.
    pub(crate) fn flush(&mut self) {
        self.seal();
        self.epoch += 1;
        // A frame without commands says so, too.
        self.open = Some(self.bytes.len());
        self.bytes.resize(self.bytes.len() + HEAD, 0);
        self.seal();
    }

    /// Ends the open frame.
    fn seal(&mut self) {
        let Some(open) = self.open.take() else { return };
        let frame = &mut self.bytes[open..];
        let len = (frame.len() - HEAD) as u32;
        frame[8..HEAD].copy_from_slice(&self.epoch.to_le_bytes());
        let sum = crc32fast::hash(&frame[8..]);
        frame[..4].copy_from_slice(&len.to_le_bytes());
        frame[4..8].copy_from_slice(&sum.to_le_bytes());
    }

    /// Takes what was gathered, in whole frames.
    pub(crate) fn take(&mut self) -> Vec<u8> {
        self.seal();
        std::mem::take(&mut self.bytes)
    }
}

/// The head of a frame.
pub(crate) struct Head {
    pub(crate) len: usize,
    sum: u32,
    pub(crate) epoch: u64,
}

impl Head {
    pub(crate) fn parse(bytes: [u8; HEAD]) -> Self {
        let (len, rest) = bytes.split_at(4);
        let (sum, epoch) = rest.split_at(4);
        let number = |bytes: &[u8]| {
            bytes
                .iter()
                .rev()
                .fold(0, |n, &byte| n << 8 | u64::from(byte))
        };
        Self {
            len: number(len) as usize,
            sum: number(sum) as u32,
            epoch: number(epoch),
        }
    }

    /// Whether these commands are what was written.
    pub(crate) fn fits(&self, commands: &[u8]) -> bool {
        let mut sum = crc32fast::Hasher::new();
        sum.update(&self.epoch.to_le_bytes());
        sum.update(commands);
        sum.finalize() == self.sum
    }
}
