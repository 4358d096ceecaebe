//! Reading and writing at offsets of a file.

use super::{File, IoBuf, IoBufMut};
use crate::door::io::buffer::require_room;
use crate::door::io::file::{ReadAt, WriteAt, place};
use std::io;

/// How much is read at a time of a file that does not say how long it is.
const SOME: usize = 8 << 10;

impl File {
    /// Reads into a buffer from an offset on: as much as there is room for, or less; 0 bytes at the end and beyond.
    ///
    /// ```
    /// use spargio::fs::{self, File};
    ///
    /// # #[spargio::main(shards = 1)]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let directory = std::env::temp_dir().join(format!("spargio-doc-read-at-{}", std::process::id()));
    /// fs::create_dir_all(&directory).await?;
    /// let path = directory.join("table");
    /// fs::write(&path, "row0row1row2").await?;
    /// let file = File::open(&path).await?;
    /// // A row has 4 bytes: the box says how many are wanted at most.
    /// let (read, row) = file.read_at(Box::<[u8]>::from([0; 4]), 4).await;
    /// assert_eq!((read?, &*row), (4, &b"row1"[..]));
    /// // The buffer is used again; at the end there is nothing.
    /// let (read, _) = file.read_at(row, 12).await;
    /// assert_eq!(read?, 0);
    /// # file.close().await?;
    /// fs::remove_dir_all(&directory).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of the system, after which a vector is empty; `InvalidInput` for a buffer without room, and for an offset
    /// that no file can have.
    ///
    /// # Cancellation
    ///
    /// The buffer is lost with the future.
    pub async fn read_at<B: IoBufMut + Send>(
        &self,
        mut buffer: B,
        offset: u64,
    ) -> (io::Result<usize>, B) {
        if let Err(error) = place(offset).and_then(|()| require_room(&mut buffer)) {
            return (Err(error), buffer);
        }
        let read = ReadAt::new(&self.file, buffer, offset);
        let (result, read) = self.read(read).await;
        (result, read.into_buffer())
    }

    /// Fills a buffer from an offset on: a box to its length, a vector to its capacity, which may be more than was
    /// asked for. A buffer without room is full already.
    ///
    /// ```
    /// use spargio::fs::{self, File};
    /// use std::io::ErrorKind;
    ///
    /// # #[spargio::main(shards = 1)]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let directory = std::env::temp_dir().join(format!("spargio-doc-read-exact-at-{}", std::process::id()));
    /// fs::create_dir_all(&directory).await?;
    /// let path = directory.join("table");
    /// fs::write(&path, "row0row").await?;
    /// let file = File::open(&path).await?;
    /// let (read, row) = file.read_exact_at(Box::<[u8]>::from([0; 4]), 0).await;
    /// read?;
    /// assert_eq!(&*row, b"row0");
    /// let (read, _) = file.read_exact_at(row, 4).await;
    /// assert_eq!(read.map_err(|error| error.kind()), Err(ErrorKind::UnexpectedEof));
    /// # file.close().await?;
    /// fs::remove_dir_all(&directory).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// `UnexpectedEof` if the file ends before the buffer is full, and those of the system: a vector then holds what
    /// was read. `InvalidInput` for an offset that no file can have.
    ///
    /// # Cancellation
    ///
    /// The buffer is lost with the future.
    pub async fn read_exact_at<B: IoBufMut + Send>(
        &self,
        buffer: B,
        offset: u64,
    ) -> (io::Result<()>, B) {
        if let Err(error) = place(offset) {
            return (Err(error), buffer);
        }
        let mut read = ReadAt::new(&self.file, buffer, offset);
        while !read.is_full() {
            let result;
            (result, read) = self.read(read).await;
            let error = match result {
                Ok(0) => io::ErrorKind::UnexpectedEof.into(),
                Err(error) if error.kind() != io::ErrorKind::Interrupted => error,
                _ => continue,
            };
            return (Err(error), read.into_buffer());
        }
        (Ok(()), read.into_buffer())
    }

    /// Reads the whole file, from its start to its end at that time.
    ///
    /// ```
    /// use spargio::fs::{self, File};
    ///
    /// # #[spargio::main(shards = 1)]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let directory = std::env::temp_dir().join(format!("spargio-doc-read-to-end-{}", std::process::id()));
    /// fs::create_dir_all(&directory).await?;
    /// let log = directory.join("log");
    /// fs::write(&log, "one\n").await?;
    /// let file = File::open(&log).await?;
    /// assert_eq!(file.read_to_end().await?, b"one\n");
    /// // From the start each time: a file has no position.
    /// fs::write(&log, "one\ntwo\n").await?;
    /// assert_eq!(file.read_to_end().await?, b"one\ntwo\n");
    /// # file.close().await?;
    /// fs::remove_dir_all(&directory).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of the system; `OutOfMemory` if there is no memory for so much.
    ///
    /// # Cancellation
    ///
    /// What was read is lost.
    pub async fn read_to_end(&self) -> io::Result<Vec<u8>> {
        // As long as it says it is and a little, so that its end is seen without more room; some files say 0 and are not.
        let says = usize::try_from(self.metadata().await?.len()).unwrap_or(usize::MAX);
        let mut read = ReadAt::new(&self.file, Vec::new(), 0);
        read.grow(says.saturating_add(1).max(SOME))?;
        loop {
            if read.is_full() {
                read.grow(SOME)?;
            }
            let result;
            (result, read) = self.read(read).await;
            match result {
                Ok(0) => return Ok(read.into_buffer()),
                Err(error) if error.kind() != io::ErrorKind::Interrupted => return Err(error),
                _ => {}
            }
        }
    }

    /// Writes some of a buffer at an offset, from the buffer's start. Returns how many bytes. Between the end of the
    /// file and an offset beyond it there are zeros, which take no space if the file system can leave them out.
    ///
    /// ```
    /// use spargio::fs::{self, File};
    ///
    /// # #[spargio::main(shards = 1)]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let directory = std::env::temp_dir().join(format!("spargio-doc-write-at-{}", std::process::id()));
    /// fs::create_dir_all(&directory).await?;
    /// let path = directory.join("table");
    /// let file = File::create(&path).await?;
    /// // Beyond the end: zeros come between.
    /// let (wrote, row) = file.write_at(String::from("row1"), 4).await;
    /// let wrote = wrote?;
    /// // It need not have been all.
    /// file.write_all_at(row[wrote..].to_owned(), 4 + wrote as u64).await.0?;
    /// assert_eq!(fs::read(&path).await?, b"\0\0\0\0row1");
    /// # file.close().await?;
    /// fs::remove_dir_all(&directory).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of the system; `InvalidInput` for an offset that no file can have.
    ///
    /// # Cancellation
    ///
    /// The buffer is lost with the future; some of it may have been written, or may still be.
    pub async fn write_at<B: IoBuf + Send>(
        &self,
        buffer: B,
        offset: u64,
    ) -> (io::Result<usize>, B) {
        if let Err(error) = place(offset) {
            return (Err(error), buffer);
        }
        let (result, write) = self.perform(WriteAt::new(&self.file, buffer, offset)).await;
        (result, write.into_buffer())
    }

    /// Writes a whole buffer at an offset.
    ///
    /// ```
    /// use spargio::fs::{self, File};
    ///
    /// # #[spargio::main(shards = 1)]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let directory = std::env::temp_dir().join(format!("spargio-doc-write-all-at-{}", std::process::id()));
    /// fs::create_dir_all(&directory).await?;
    /// let path = directory.join("table");
    /// let file = File::create(&path).await?;
    /// let (end, start) = (file.write_all_at("world", 7), file.write_all_at("hello, ", 0));
    /// end.await.0?;
    /// start.await.0?;
    /// assert_eq!(fs::read_to_string(&path).await?, "hello, world");
    /// # file.close().await?;
    /// fs::remove_dir_all(&directory).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors and cancellation
    ///
    /// As for [`write_at`](Self::write_at): after an error, too, some of the buffer may have been written.
    pub async fn write_all_at<B: IoBuf + Send>(
        &self,
        buffer: B,
        offset: u64,
    ) -> (io::Result<()>, B) {
        if let Err(error) = place(offset) {
            return (Err(error), buffer);
        }
        let mut write = WriteAt::new(&self.file, buffer, offset);
        while !write.is_done() {
            let result;
            (result, write) = self.perform(write).await;
            let error = match result {
                Ok(0) => io::ErrorKind::WriteZero.into(),
                Err(error) if error.kind() != io::ErrorKind::Interrupted => error,
                _ => continue,
            };
            return (Err(error), write.into_buffer());
        }
        (Ok(()), write.into_buffer())
    }
}
