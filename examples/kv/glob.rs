//! The patterns of `KEYS` and `SCAN`.

/// Whether a pattern describes a text: `*` any bytes, `?` one, `[a-z]` one of these, `[^a-z]` none of these, and `\` takes
/// the next byte for itself.
///
/// It goes back to the last `*` only, so it takes no longer than the product of both lengths.
pub(crate) fn matches(pattern: &[u8], text: &[u8]) -> bool {
    let (mut rest, mut at) = (pattern, 0);
    let mut retry: Option<(&[u8], usize)> = None;
    loop {
        if let [b'*', behind @ ..] = rest {
            retry = Some((behind, at));
            rest = behind;
            continue;
        }
        match (rest.is_empty(), text.get(at)) {
            (true, None) => return true,
            (false, Some(&byte)) => {
                if let Some(behind) = one(rest, byte) {
                    (rest, at) = (behind, at + 1);
                    continue;
                }
            }
            (false, None) => return false,
            (true, Some(_)) => {}
        }
        // The `*` takes one byte more.
        let Some((behind, from)) = retry else {
            return false;
        };
        (rest, at) = (behind, from + 1);
        retry = Some((behind, at));
    }
}

/// What is behind the first part of a pattern, if that describes this byte.
fn one(pattern: &[u8], byte: u8) -> Option<&[u8]> {
    match pattern {
        [b'?', behind @ ..] => Some(behind),
        [b'[', behind @ ..] => class(behind, byte),
        [b'\\', escaped, behind @ ..] => (*escaped == byte).then_some(behind),
        [literal, behind @ ..] => (*literal == byte).then_some(behind),
        [] => None,
    }
}

/// The same of a class, behind its bracket. One that does not end goes to the end of the pattern.
fn class(mut rest: &[u8], byte: u8) -> Option<&[u8]> {
    let wanted = match rest {
        [b'^', behind @ ..] => {
            rest = behind;
            false
        }
        _ => true,
    };
    let mut found = false;
    loop {
        rest = match rest {
            [] | [b']', ..] => break,
            [b'\\', escaped, behind @ ..] => {
                found |= *escaped == byte;
                behind
            }
            [low, b'-', high, behind @ ..] => {
                found |= (*low.min(high)..=*low.max(high)).contains(&byte);
                behind
            }
            [literal, behind @ ..] => {
                found |= *literal == byte;
                behind
            }
        };
    }
    (found == wanted).then_some(rest.get(1..).unwrap_or_default())
}
