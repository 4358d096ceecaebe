//! The operations of files. The file is shared by whoever names it and by the operations that use it, which may be in the
//! hands of another thread, and is closed when the last lets go.

use super::buffer::{IoBuf, IoBufMut};
use super::cached;
use super::operation::{Call, Operation};
#[cfg(target_os = "linux")]
use super::operation::{len, outcome};
#[cfg(target_os = "linux")]
use io_uring::{opcode, squeue, types};
use std::fs::File;
use std::io;
use std::mem::MaybeUninit;
use std::sync::Arc;

/// Whether it is a place in a file at all: the system counts them with a sign.
pub(crate) fn place(offset: u64) -> io::Result<()> {
    match i64::try_from(offset) {
        Ok(_) => Ok(()),
        Err(_) => Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "no file goes as far as the offset",
        )),
    }
}

/// Reads into a buffer from a place on. Done again, it goes on where it was.
pub(crate) struct ReadAt<B> {
    file: Arc<File>,
    buffer: B,
    offset: u64,
    /// So many bytes of the buffer's room were written, from its start. Only `took` changes it.
    filled: usize,
}

impl<B: IoBufMut> ReadAt<B> {
    pub(crate) fn new(file: &Arc<File>, buffer: B, offset: u64) -> Self {
        Self {
            file: file.clone(),
            buffer,
            offset,
            filled: 0,
        }
    }

    /// The room that is left, and from where the file is read next.
    fn rest(&mut self) -> (&Arc<File>, &mut [MaybeUninit<u8>], u64) {
        // SAFETY: what is written there is what was read from the file.
        let room = unsafe { self.buffer.room() }.get_mut(self.filled..);
        // If the sum is no place of a file any more, the system says so; `place` keeps it from being `u64::MAX`, which a
        // ring takes for where the file stands.
        let at = self.offset.saturating_add(self.filled as u64);
        (&self.file, room.unwrap_or_default(), at)
    }

    /// So many bytes more, or none and an error. What was read before is kept in any case.
    ///
    /// # Safety
    ///
    /// So many bytes of what `rest` gave were written, and what it did not give was left alone.
    unsafe fn took(&mut self, read: io::Result<usize>) -> io::Result<usize> {
        self.filled += read.as_ref().copied().unwrap_or_default();
        // SAFETY: the caller says so of what came now, and `filled` of what came before: room that is not given again
        // stays as it was.
        unsafe { self.buffer.fill(self.filled) };
        read
    }

    /// How many bytes there is room for yet.
    pub(crate) fn room(&mut self) -> usize {
        let room = self.rest().1.len();
        // Looking at a vector's room has emptied it.
        // SAFETY: nothing was written, and nothing is said to have been.
        _ = unsafe { self.took(Ok(0)) };
        room
    }

    /// Whether there is no more room.
    pub(crate) fn is_full(&mut self) -> bool {
        self.room() == 0
    }

    /// Reads what is in the page cache, or nothing and an error.
    pub(crate) fn attempt(&mut self) -> io::Result<usize> {
        let (file, room, at) = self.rest();
        let read = cached::read_at(file, room, at);
        // SAFETY: the call says that it wrote so many bytes to the room that it was given, and had no other.
        unsafe { self.took(read) }
    }

    pub(crate) fn into_buffer(self) -> B {
        self.buffer
    }
}

impl ReadAt<Vec<u8>> {
    /// Makes room for so many bytes more, at least. What was read stays: it is what the vector holds.
    pub(crate) fn grow(&mut self, bytes: usize) -> io::Result<()> {
        let grown = self.buffer.try_reserve(bytes);
        grown.map_err(|_| io::ErrorKind::OutOfMemory.into())
    }
}

// SAFETY: the SQE points to the buffer's bytes, which stay where they are and are used again after landing only.
unsafe impl<B: IoBufMut> Operation for ReadAt<B> {
    #[cfg(target_os = "linux")]
    fn sqe(&mut self) -> squeue::Entry {
        let (file, room, at) = self.rest();
        opcode::Read::new(fd(file), room.as_mut_ptr().cast(), len(room.len()))
            .offset(at)
            .build()
    }

    #[cfg(target_os = "linux")]
    fn land(&mut self, result: i32) -> io::Result<usize> {
        // SAFETY: the kernel says that it wrote so many bytes to the room that the SQE pointed to, and had no other.
        unsafe { self.took(outcome(result)) }
    }
}

impl<B: IoBufMut + Send> Call for ReadAt<B> {
    fn call(&mut self) -> io::Result<usize> {
        let (file, room, at) = self.rest();
        let read = read_at(file, room, at);
        // SAFETY: the call says that it wrote so many bytes to the room that it was given, and had no other.
        unsafe { self.took(read) }
    }
}

/// Writes what stands in a buffer behind the first bytes, from a place on. Done again, it goes on where it was.
pub(crate) struct WriteAt<B> {
    file: Arc<File>,
    buffer: B,
    offset: u64,
    written: usize,
}

impl<B: IoBuf> WriteAt<B> {
    pub(crate) fn new(file: &Arc<File>, buffer: B, offset: u64) -> Self {
        Self {
            file: file.clone(),
            buffer,
            offset,
            written: 0,
        }
    }

    /// What is left, and where it is written.
    fn rest(&self) -> (&[u8], u64) {
        let bytes = self.buffer.bytes().get(self.written..);
        let at = self.offset.saturating_add(self.written as u64);
        (bytes.unwrap_or_default(), at)
    }

    fn gave(&mut self, written: io::Result<usize>) -> io::Result<usize> {
        self.written += written.as_ref().copied().unwrap_or_default();
        written
    }

    /// Whether all is written.
    pub(crate) fn is_done(&self) -> bool {
        self.rest().0.is_empty()
    }

    pub(crate) fn into_buffer(self) -> B {
        self.buffer
    }
}

// SAFETY: the SQE points to the buffer's bytes, which stay where they are and are only read.
unsafe impl<B: IoBuf> Operation for WriteAt<B> {
    #[cfg(target_os = "linux")]
    fn sqe(&mut self) -> squeue::Entry {
        let (rest, at) = self.rest();
        opcode::Write::new(fd(&self.file), rest.as_ptr(), len(rest.len()))
            .offset(at)
            .build()
    }

    #[cfg(target_os = "linux")]
    fn land(&mut self, result: i32) -> io::Result<usize> {
        self.gave(outcome(result))
    }
}

impl<B: IoBuf + Send> Call for WriteAt<B> {
    fn call(&mut self) -> io::Result<usize> {
        let (rest, at) = self.rest();
        let written = write_at(&self.file, rest, at);
        self.gave(written)
    }
}

/// Has the system bring what was written to where it lasts.
pub(crate) struct Sync {
    pub(crate) file: Arc<File>,
    /// Without what is only about the file, as its times.
    pub(crate) data_only: bool,
}

// SAFETY: the SQE points to nothing.
unsafe impl Operation for Sync {
    #[cfg(target_os = "linux")]
    fn sqe(&mut self) -> squeue::Entry {
        let flags = match self.data_only {
            true => types::FsyncFlags::DATASYNC,
            false => types::FsyncFlags::empty(),
        };
        opcode::Fsync::new(fd(&self.file)).flags(flags).build()
    }
}

impl Call for Sync {
    fn call(&mut self) -> io::Result<usize> {
        match self.data_only {
            true => self.file.sync_data(),
            false => self.file.sync_all(),
        }
        .map(|()| 0)
    }
}

/// Closes a file and says what the system has to say about it. Where that is known, it blocks.
pub(crate) fn close(file: File) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    {
        use std::os::fd::IntoRawFd;
        let fd = file.into_raw_fd();
        // SAFETY: the file has given its descriptor away, and nobody else has it: it is closed once, whatever is said.
        match unsafe { libc::close(fd) } {
            0 => Ok(()),
            _ => Err(io::Error::last_os_error()),
        }
    }
    #[cfg(not(target_os = "linux"))]
    {
        drop(file);
        Ok(())
    }
}

/// The descriptor, for an SQE of an operation that holds the file.
#[cfg(target_os = "linux")]
fn fd(file: &Arc<File>) -> types::Fd {
    use std::os::fd::AsRawFd;
    types::Fd(file.as_raw_fd())
}

#[cfg(target_os = "linux")]
fn read_at(file: &File, room: &mut [MaybeUninit<u8>], offset: u64) -> io::Result<usize> {
    let (read, _) = rustix::io::pread(file, room, offset)?;
    Ok(read.len())
}

#[cfg(not(target_os = "linux"))]
fn read_at(file: &File, room: &mut [MaybeUninit<u8>], offset: u64) -> io::Result<usize> {
    // The standard library reads into bytes that are some already.
    room.fill(MaybeUninit::new(0));
    // SAFETY: all of it was written.
    let bytes = unsafe { &mut *(std::ptr::from_mut(room) as *mut [u8]) };
    #[cfg(unix)]
    return std::os::unix::fs::FileExt::read_at(file, bytes, offset);
    #[cfg(windows)]
    return match std::os::windows::fs::FileExt::seek_read(file, bytes, offset) {
        // ERROR_HANDLE_EOF: behind the end there is nothing.
        Err(error) if error.raw_os_error() == Some(38) => Ok(0),
        read => read,
    };
}

fn write_at(file: &File, bytes: &[u8], offset: u64) -> io::Result<usize> {
    #[cfg(unix)]
    return std::os::unix::fs::FileExt::write_at(file, bytes, offset);
    #[cfg(windows)]
    return std::os::windows::fs::FileExt::seek_write(file, bytes, offset);
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    /// A file that holds the ten digits, and has no name any more.
    fn digits(name: &str) -> Arc<File> {
        let name = format!("spargio-{name}-{}", std::process::id());
        let path = std::env::temp_dir().join(name);
        fs::write(&path, "0123456789").unwrap();
        let file = File::options().read(true).write(true).open(&path).unwrap();
        fs::remove_file(&path).unwrap();
        Arc::new(file)
    }

    #[test]
    fn a_short_read_is_gone_on_with() {
        let file = digits("short-read");
        let mut read = ReadAt::new(&file, Vec::with_capacity(5), 3);
        let (_, room, at) = read.rest();
        assert_eq!((room.len(), at), (5, 3));
        room[..2].copy_from_slice(&[b'a', b'b'].map(MaybeUninit::new));
        // SAFETY: two bytes were written just now.
        assert_eq!(unsafe { read.took(Ok(2)) }.unwrap(), 2);
        // An error takes nothing away.
        // SAFETY: nothing was written, and nothing is said to have been.
        assert!(unsafe { read.took(Err(io::ErrorKind::Other.into())) }.is_err());
        assert!(!read.is_full());
        assert_eq!(read.call().unwrap(), 3);
        assert!(read.is_full());
        assert_eq!(read.call().unwrap(), 0);
        assert_eq!(read.into_buffer(), b"ab567");
    }

    #[test]
    fn a_short_write_is_gone_on_with() {
        let file = digits("short-write");
        let mut write = WriteAt::new(&file, "abcde", 3);
        assert_eq!(write.gave(Ok(2)).unwrap(), 2);
        assert!(write.gave(Err(io::ErrorKind::Other.into())).is_err());
        assert!(!write.is_done());
        assert_eq!(write.call().unwrap(), 3);
        assert!(write.is_done());
        assert_eq!(write.call().unwrap(), 0);
        let mut read = ReadAt::new(&file, Vec::with_capacity(16), 0);
        assert_eq!(read.call().unwrap(), 10);
        assert_eq!(read.into_buffer(), b"01234cde89");
    }
}
