//! Requests as they come over a connection: RESP2 arrays of bulk strings, and inline commands.
//!
//! This is a parser of its own because the server's bounds depend on it. The crate `redis-protocol` was considered:
//! it reads a frame from its beginning whenever more of it has come, which makes a large value that comes in pieces cost
//! the square of its length; it takes any declared length, so that what has to be kept is up to the client; arrays in
//! arrays are read by recursion without an end; it allocates for each command; and it knows no inline commands. Here each
//! byte is looked at once, a declared length is checked before anything waits for it, memory grows with what has come and
//! not with what was announced, and what is no array of bulk strings is refused at its first byte.

use crate::args::{Args, Span};
use crate::inline::split;
use crate::limits::{ARGUMENTS, BULK, COMMAND, INLINE, KEPT};
use std::borrow::Cow;

/// Longer than any number's line.
const NUMBER: usize = 32;

/// What is no command. The connection is closed after the error reply: nobody knows where the next command begins.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Malformed(pub(crate) Cow<'static, str>);

fn malformed<T>(text: &'static str) -> Result<T, Malformed> {
    Err(Malformed(text.into()))
}

/// What has come over a connection and was not handed out yet.
#[derive(Default)]
pub(crate) struct Requests {
    bytes: Vec<u8>,
    /// Where the command begins that is being read.
    begin: usize,
    /// How far it is read.
    at: usize,
    /// How far the end of an inline command was looked for.
    searched: usize,
    /// How many of its arguments are still to come.
    left: usize,
    /// The length of the argument that comes next, if that was read.
    bulk: Option<usize>,
    /// Its arguments, from where it begins.
    spans: Vec<Span>,
    /// Those of an inline command, without quotes.
    words: Vec<u8>,
}

impl Requests {
    /// More has come.
    pub(crate) fn feed(&mut self, chunk: &[u8]) {
        if self.left == 0 {
            self.begin = self.at;
        }
        self.forget();
        self.bytes.extend_from_slice(chunk);
    }

    /// Forgets the commands that were handed out. What is left is one that is not whole: it moves once, and begins the
    /// buffer from then on.
    fn forget(&mut self) {
        if self.begin > 0 {
            self.bytes.drain(..self.begin);
            self.at -= self.begin;
            self.searched = self.searched.saturating_sub(self.begin);
            self.begin = 0;
        }
    }

    /// The next command, if it has come whole. It has at least one argument.
    pub(crate) fn next(&mut self) -> Result<Option<Args<'_>>, Malformed> {
        if self.left == 0 && !self.start()? {
            return Ok(None);
        }
        if self.left == 0 {
            return Ok(Some(Args::new(&self.words, &self.spans)));
        }
        while self.left > 0 {
            if !self.argument()? {
                return Ok(None);
            }
        }
        Ok(Some(Args::new(&self.bytes[self.begin..], &self.spans)))
    }

    /// Has the command that was handed out last come next again.
    pub(crate) fn put_back(&mut self) {
        self.at = self.begin;
    }

    /// Reads the start of a command, or the whole of it if it is inline. `false`: it has not come.
    fn start(&mut self) -> Result<bool, Malformed> {
        loop {
            self.begin = self.at;
            self.spans.clear();
            match self.bytes.get(self.at) {
                None => {
                    // Its client may say nothing more for long.
                    self.forget();
                    self.bytes.shrink_to(KEPT);
                    return Ok(false);
                }
                Some(b'*') => {
                    let invalid = "Protocol error: invalid multibulk length";
                    let Some(count) = self.number(invalid)? else {
                        return Ok(false);
                    };
                    // Redis passes over empty commands, too.
                    if count > 0 {
                        self.left = usize::try_from(count).unwrap_or(usize::MAX);
                        return match self.left <= ARGUMENTS {
                            true => Ok(true),
                            false => malformed(invalid),
                        };
                    }
                }
                Some(_) => {
                    if !self.inline()? {
                        return Ok(false);
                    }
                    if !self.spans.is_empty() {
                        return Ok(true);
                    }
                }
            }
        }
    }

    /// Reads the next argument of an array. `false`: it has not come.
    #[inline]
    fn argument(&mut self) -> Result<bool, Malformed> {
        let len = match self.bulk {
            Some(len) => len,
            None => match self.bytes.get(self.at) {
                None => return Ok(false),
                Some(b'$') => {
                    let invalid = "Protocol error: invalid bulk length";
                    let Some(len) = self.number(invalid)? else {
                        return Ok(false);
                    };
                    let len = usize::try_from(len).unwrap_or(usize::MAX);
                    if len > BULK || self.at - self.begin + len > COMMAND {
                        return malformed(invalid);
                    }
                    self.bulk = Some(len);
                    len
                }
                Some(&other) => {
                    let other = other.escape_ascii();
                    let text = format!("Protocol error: expected '$', got '{other}'");
                    return Err(Malformed(text.into()));
                }
            },
        };
        let Some(end) = self.bytes.get(self.at + len..self.at + len + 2) else {
            return Ok(false);
        };
        if end != b"\r\n" {
            return malformed("Protocol error: expected CRLF behind a bulk");
        }
        let start = self.at - self.begin;
        self.spans.push(Span::new(start, start + len));
        self.at += len + 2;
        self.bulk = None;
        self.left -= 1;
        Ok(true)
    }

    /// Reads the number of a line behind its first byte. `None`: the line has not come whole.
    #[inline]
    fn number(&mut self, invalid: &'static str) -> Result<Option<i64>, Malformed> {
        let rest = &self.bytes[self.at + 1..];
        let negative = rest.first() == Some(&b'-');
        let digits = usize::from(negative);
        let (mut number, mut at) = (0_i64, digits);
        loop {
            match rest.get(at) {
                Some(digit @ b'0'..=b'9') if at < NUMBER => {
                    let more = number.checked_mul(10);
                    let more = more.and_then(|more| more.checked_add(i64::from(digit - b'0')));
                    number = more.ok_or(Malformed(invalid.into()))?;
                    at += 1;
                }
                Some(b'\r') if at > digits => break,
                None => return Ok(None),
                Some(_) => return malformed(invalid),
            }
        }
        match rest.get(at + 1) {
            None => Ok(None),
            Some(b'\n') => {
                self.at += at + 3;
                Ok(Some(if negative { -number } else { number }))
            }
            Some(_) => malformed(invalid),
        }
    }

    /// Reads an inline command. `false`: its line has not come whole.
    fn inline(&mut self) -> Result<bool, Malformed> {
        let from = self.searched.max(self.at);
        let Some(end) = memchr::memchr(b'\n', &self.bytes[from..]).map(|end| from + end) else {
            self.searched = self.bytes.len();
            return match self.bytes.len() - self.at <= INLINE {
                true => Ok(false),
                false => malformed("Protocol error: too big inline request"),
            };
        };
        let line = &self.bytes[self.at..end];
        if line.len() > INLINE {
            return malformed("Protocol error: too big inline request");
        }
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        self.words.clear();
        if !split(line, &mut self.words, &mut self.spans) {
            return malformed("Protocol error: unbalanced quotes in request");
        }
        self.at = end + 1;
        Ok(true)
    }
}
