//! Inline commands: a line of words, as one types it.

use crate::args::Span;

/// Splits a line into words, which may be quoted as in Redis. `false`: the quotes do not match.
pub(crate) fn split(line: &[u8], words: &mut Vec<u8>, spans: &mut Vec<Span>) -> bool {
    let mut rest = line;
    loop {
        rest = rest.trim_ascii_start();
        if rest.is_empty() {
            return true;
        }
        let start = words.len();
        let Some(behind) = word(rest, words) else {
            return false;
        };
        rest = behind;
        spans.push(Span::new(start, words.len()));
    }
}

/// Takes one word off a line; what is behind it. `None`: its quotes do not match.
fn word<'a>(mut rest: &'a [u8], words: &mut Vec<u8>) -> Option<&'a [u8]> {
    while let [byte, behind @ ..] = rest {
        rest = match byte {
            b' ' | b'\t' | b'\r' | b'\0' => return Some(behind),
            b'"' => quoted(behind, words)?,
            b'\'' => literal(behind, words)?,
            _ => {
                words.push(*byte);
                behind
            }
        };
    }
    Some(rest)
}

/// What is behind closing quotes: the end, or a blank.
fn closed(rest: &[u8]) -> Option<&[u8]> {
    rest.first()
        .is_none_or(u8::is_ascii_whitespace)
        .then_some(rest)
}

fn literal<'a>(mut rest: &'a [u8], words: &mut Vec<u8>) -> Option<&'a [u8]> {
    loop {
        rest = match rest {
            [b'\\', b'\'', behind @ ..] => {
                words.push(b'\'');
                behind
            }
            [b'\'', behind @ ..] => return closed(behind),
            [byte, behind @ ..] => {
                words.push(*byte);
                behind
            }
            [] => return None,
        };
    }
}

fn quoted<'a>(mut rest: &'a [u8], words: &mut Vec<u8>) -> Option<&'a [u8]> {
    loop {
        rest = match rest {
            [b'\\', b'x', high, low, behind @ ..]
                if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() =>
            {
                words.push(hex(*high) << 4 | hex(*low));
                behind
            }
            [b'\\', escaped, behind @ ..] => {
                words.push(match escaped {
                    b'n' => b'\n',
                    b'r' => b'\r',
                    b't' => b'\t',
                    b'b' => 8,
                    b'a' => 7,
                    other => *other,
                });
                behind
            }
            [b'"', behind @ ..] => return closed(behind),
            [byte, behind @ ..] => {
                words.push(*byte);
                behind
            }
            [] => return None,
        };
    }
}

/// The value of a hexadecimal digit.
fn hex(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        _ => (digit | 0x20) - b'a' + 10,
    }
}
