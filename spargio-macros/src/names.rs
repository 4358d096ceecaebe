//! Names: what the generated items are called, and which name a misspelt one was meant to be.

/// A variant's name as a method's: `AddAll` gives `add_all`, `HTTPGet` gives `http_get`, `GetV2` gives `get_v2`.
pub(crate) fn snake_case(name: &str) -> String {
    let chars: Vec<char> = name.chars().collect();
    let mut snake = String::new();
    for (at, &c) in chars.iter().enumerate() {
        let before = at.checked_sub(1).map(|before| chars[before]);
        let after = chars.get(at + 1).copied();
        if c.is_uppercase() && before.is_some_and(|before| starts_word(before, after)) {
            snake.push('_');
        }
        snake.extend(c.to_lowercase());
    }
    snake
}

/// Whether an upper-case letter between these two begins a word: after a small letter or a digit it does, and as the
/// last capital of an acronym that a small letter follows.
fn starts_word(before: char, after: Option<char>) -> bool {
    if before.is_uppercase() {
        after.is_some_and(char::is_lowercase)
    } else {
        before != '_'
    }
}

/// What the protocol's handle and behavior are named after: the enum without its `Msg`, unless nothing is left.
pub(crate) fn stem(name: &str) -> &str {
    name.strip_suffix("Msg")
        .filter(|stem| !stem.is_empty())
        .unwrap_or(name)
}

/// The known name that a misspelt one is nearest to, if any is near enough to be meant.
pub(crate) fn nearest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    let most = name.chars().count().div_ceil(3);
    known
        .iter()
        .map(|&other| (distance(&name.to_lowercase(), other), other))
        .filter(|&(distance, _)| distance <= most)
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, other)| other)
}

/// How many letters must be put in, left out, replaced or swapped with their neighbour to make one name the other.
fn distance(from: &str, to: &str) -> usize {
    let (from, to): (Vec<char>, Vec<char>) = (from.chars().collect(), to.chars().collect());
    let mut rows = vec![(0..=to.len()).collect::<Vec<usize>>()];
    for i in 1..=from.len() {
        let mut row = vec![i];
        for j in 1..=to.len() {
            let replaced = rows[i - 1][j - 1] + usize::from(from[i - 1] != to[j - 1]);
            let mut least = replaced.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1] {
                least = least.min(rows[i - 2][j - 2] + 1);
            }
            row.push(least);
        }
        rows.push(row);
    }
    rows[from.len()][to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variants_become_snake_case() {
        for (variant, method) in [
            ("Add", "add"),
            ("AddAll", "add_all"),
            ("HTTPGet", "http_get"),
            ("GetHTTP", "get_http"),
            ("GetV2", "get_v2"),
            ("V2Get", "v2_get"),
            ("AddU8", "add_u8"),
            ("ABC", "abc"),
            ("A", "a"),
            ("Odd_Name", "odd_name"),
            ("already_small", "already_small"),
            ("ÄndereÖl", "ändere_öl"),
        ] {
            assert_eq!(snake_case(variant), method);
        }
    }

    #[test]
    fn the_stem_has_no_msg() {
        assert_eq!(stem("CounterMsg"), "Counter");
        assert_eq!(stem("Msg"), "Msg");
        assert_eq!(stem("Commands"), "Commands");
        assert_eq!(stem("MsgQueue"), "MsgQueue");
    }

    #[test]
    fn a_misspelt_option_finds_its_neighbour() {
        let known = ["reply", "later", "inline", "method", "tag"];
        for (written, meant) in [
            ("replay", Some("reply")),
            ("reply_to", Some("reply")),
            ("Reply", Some("reply")),
            ("lateer", Some("later")),
            ("in_line", Some("inline")),
            ("tga", Some("tag")),
            ("priority", None),
            ("x", None),
        ] {
            assert_eq!(nearest(written, &known), meant, "{written}");
        }
    }

    #[test]
    fn a_swap_is_one_step() {
        assert_eq!(distance("tga", "tag"), 1);
        assert_eq!(distance("", "tag"), 3);
        assert_eq!(distance("tag", "tag"), 0);
    }
}
