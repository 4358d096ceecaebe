//! Reads of what is in the page cache are done at once: neither a ring nor another thread has anything to wait for.

use super::{File, IoBufMut};
use crate::door::io::cached;
use crate::door::io::file::ReadAt;
use std::cell::Cell;
use std::fs;
use std::future::poll_fn;
use std::io;

/// More than so many bytes are not copied at once: others would wait for their turn meanwhile.
const MOST: usize = 64 << 10;

/// After a look in vain, which costs a system call, so many reads do without.
const PAUSE: u32 = 16;

/// When to look for what is to be read in the page cache.
pub(super) struct Looks(Cell<Next>);

#[derive(Clone, Copy)]
enum Next {
    Now,
    /// After so many reads.
    After(u32),
    Never,
}

impl Looks {
    pub(super) fn new(file: &fs::File) -> Self {
        Self(Cell::new(match cached::is_cached(file) {
            true => Next::Now,
            false => Next::Never,
        }))
    }

    /// Whether to look now.
    fn next(&self) -> bool {
        match self.0.get() {
            Next::Now => return true,
            Next::After(1) => self.0.set(Next::Now),
            Next::After(reads) => self.0.set(Next::After(reads - 1)),
            Next::Never => {}
        }
        false
    }
}

impl File {
    /// Reads as much as there is room for, or as the file has.
    pub(super) async fn read<B: IoBufMut + Send>(
        &self,
        mut read: ReadAt<B>,
    ) -> (io::Result<usize>, ReadAt<B>) {
        let before = match self.look(&mut read).await {
            // Behind them the file ends, or something is not in the cache.
            Some(Ok(some)) if !read.is_full() => some,
            Some(result) => return (result, read),
            None => 0,
        };
        let (result, read) = self.perform(read).await;
        match result {
            // What was read is told; the next read has the error.
            Err(_) if before > 0 => (Ok(before), read),
            result => (result.map(|more| before + more), read),
        }
    }

    /// Reads what is in the page cache, at least a byte. `None`: it is not known to be there.
    async fn look<B: IoBufMut>(&self, read: &mut ReadAt<B>) -> Option<io::Result<usize>> {
        if read.room() > MOST || !self.looks.next() {
            return None;
        }
        poll_fn(|task| self.core.give_way(task.waker())).await;
        let error = match read.attempt() {
            // The end of the file; but Linux 5.9 and 5.10 say so, too, of what is not in the cache.
            Ok(0) => return None,
            Ok(read) => return Some(Ok(read)),
            Err(error) => error,
        };
        match error.kind() {
            io::ErrorKind::WouldBlock => self.looks.0.set(Next::After(PAUSE)),
            io::ErrorKind::Interrupted => {}
            // The file system does not know. Whatever else is wrong, the other way says it, too.
            _ => self.looks.0.set(Next::Never),
        }
        None
    }
}
