//! Lines of text from a client, which may send anything.

use spargio::net::ReadHalf;
use spargio::time::{Interval, interval};
use std::fmt;
use std::io;
use std::mem;
use std::time::Duration;

/// The longest line, in bytes, its end not counted.
pub(crate) const LONGEST: usize = 1024;
/// How long one line takes at least. What a client sends faster waits in its socket: else one who pastes a book would
/// have others dropped who read as fast as they can.
const PACE: Duration = Duration::from_millis(1);

/// The lines that come from a client. Whatever it sends, no more than one line and one chunk are held.
pub(crate) struct Lines {
    from: ReadHalf,
    pace: Interval,
    chunk: Vec<u8>,
    /// How much of the chunk was looked at.
    seen: usize,
    /// The line so far; nothing of one that is too long.
    line: Vec<u8>,
    too_long: bool,
}

/// Why a line was not taken. The next one is a line like any other.
#[derive(Clone, Copy, Debug)]
pub(crate) enum BadLine {
    TooLong,
    NotText,
}

impl Lines {
    const CHUNK: usize = 4096;

    pub(crate) fn new(from: ReadHalf) -> Self {
        Self {
            from,
            pace: interval(PACE),
            chunk: Vec::with_capacity(Self::CHUNK),
            seen: 0,
            line: Vec::new(),
            too_long: false,
        }
    }

    /// The next line. `None` is the end; what has no end of line before it was cut short, and is no line.
    pub(crate) async fn next(&mut self) -> io::Result<Option<Result<String, BadLine>>> {
        self.pace.tick().await;
        loop {
            let new = &self.chunk[self.seen..];
            let end = new.iter().position(|&byte| byte == b'\n');
            let part = &new[..end.unwrap_or(new.len())];
            self.too_long |= self.line.len() + part.len() > LONGEST;
            match self.too_long {
                true => self.line.clear(),
                false => self.line.extend_from_slice(part),
            }
            if let Some(end) = end {
                self.seen += end + 1;
                return Ok(Some(self.take()));
            }
            let (read, chunk) = self.from.read(mem::take(&mut self.chunk)).await;
            (self.chunk, self.seen) = (chunk, 0);
            if read? == 0 {
                return Ok(None);
            }
        }
    }

    fn take(&mut self) -> Result<String, BadLine> {
        let line = mem::take(&mut self.line);
        if mem::take(&mut self.too_long) {
            return Err(BadLine::TooLong);
        }
        let mut text = String::from_utf8(line).map_err(|_| BadLine::NotText)?;
        if text.ends_with('\r') {
            text.pop();
        }
        // Others' terminals would obey it.
        match text.chars().any(|c| c.is_control() && c != '\t') {
            true => Err(BadLine::NotText),
            false => Ok(text),
        }
    }
}

impl fmt::Display for BadLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong => write!(
                f,
                "that line has more than {LONGEST} bytes: send it in parts"
            ),
            Self::NotText => f.write_str("that line is not plain text in UTF-8: send it as such"),
        }
    }
}
