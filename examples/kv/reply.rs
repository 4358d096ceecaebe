//! Replies in RESP2.

/// `+OK`
pub(crate) fn ok(out: &mut Vec<u8>) {
    out.extend_from_slice(b"+OK\r\n");
}

/// A short text without line ends.
pub(crate) fn simple(out: &mut Vec<u8>, text: &str) {
    line(out, b'+', text.as_bytes());
}

/// An error: its kind in capitals, and what is wrong. Line ends would end it, so they are blanks.
pub(crate) fn error(out: &mut Vec<u8>, text: &str) {
    out.push(b'-');
    let blank = |byte| {
        if matches!(byte, b'\r' | b'\n') {
            b' '
        } else {
            byte
        }
    };
    out.extend(text.bytes().map(blank));
    out.extend_from_slice(b"\r\n");
}

#[inline]
pub(crate) fn integer(out: &mut Vec<u8>, number: i64) {
    line(out, b':', itoa::Buffer::new().format(number).as_bytes());
}

#[inline]
pub(crate) fn bulk(out: &mut Vec<u8>, bytes: &[u8]) {
    line(
        out,
        b'$',
        itoa::Buffer::new().format(bytes.len()).as_bytes(),
    );
    out.extend_from_slice(bytes);
    out.extend_from_slice(b"\r\n");
}

/// No value.
#[inline]
pub(crate) fn null(out: &mut Vec<u8>) {
    out.extend_from_slice(b"$-1\r\n");
}

/// The head of an array.
pub(crate) fn array(out: &mut Vec<u8>, len: usize) {
    line(out, b'*', itoa::Buffer::new().format(len).as_bytes());
}

#[inline]
fn line(out: &mut Vec<u8>, kind: u8, bytes: &[u8]) {
    out.push(kind);
    out.extend_from_slice(bytes);
    out.extend_from_slice(b"\r\n");
}

/// The number in a reply's first line, and what is behind it.
pub(crate) fn head(reply: &[u8]) -> (i64, &[u8]) {
    let end = memchr::memchr(b'\n', reply).map_or(reply.len(), |end| end + 1);
    let (line, rest) = reply.split_at(end);
    let number = line.get(1..).unwrap_or_default().trim_ascii_end();
    (parse(number).unwrap_or(0), rest)
}

/// A number, as Redis has them: no sign but a minus, no blanks.
pub(crate) fn parse(text: &[u8]) -> Option<i64> {
    let canonical = match text {
        [b'-', b'1'..=b'9', rest @ ..] | [b'1'..=b'9', rest @ ..] => {
            rest.iter().all(u8::is_ascii_digit)
        }
        _ => text == b"0",
    };
    canonical.then_some(())?;
    str::from_utf8(text).ok()?.parse().ok()
}
