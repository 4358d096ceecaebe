//! Words: how text is split into them, how they are tallied, and which counter each belongs to.

use std::collections::HashMap;
use std::hash::{BuildHasher, BuildHasherDefault, Hasher};
use std::iter;

/// Bytes that a reader reads, or splits into words, before it lets its shard do something else.
pub(crate) const CHUNK: usize = 64 * 1024;

pub(crate) type Tally = HashMap<String, u64, BuildHasherDefault<Fnv>>;

/// Calls `f` with each word, in lower case. Words are what stands between characters that are not alphanumeric.
pub(crate) fn each_word(text: &str, mut f: impl FnMut(&str)) {
    let mut lower = String::new();
    for word in text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
    {
        if word.is_ascii() {
            lower.clear();
            lower.push_str(word);
            lower.make_ascii_lowercase();
        } else {
            lower = word.to_lowercase();
        }
        f(&lower);
    }
}

pub(crate) fn add(tally: &mut Tally, word: &str) {
    match tally.get_mut(word) {
        Some(times) => *times += 1,
        None => _ = tally.insert(word.to_owned(), 1),
    }
}

/// Pieces of about `CHUNK` bytes, cut where no word is.
pub(crate) fn chunks(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    iter::from_fn(move || {
        let least = rest.floor_char_boundary(CHUNK);
        let cut = rest[least..]
            .find(|c: char| !c.is_alphanumeric())
            .map_or(rest.len(), |gap| least + gap);
        let (chunk, after) = rest.split_at(cut);
        rest = after;
        (!chunk.is_empty()).then_some(chunk)
    })
}

/// FNV-1a: the same word goes to the same counter in every run, which the seeded hashers of `std` do not promise.
pub(crate) struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Hasher for Fnv {
    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// Which counter a word belongs to. By the upper half of the hash: the counter's map goes by the lower bits.
pub(crate) fn place(word: &str, counters: usize) -> usize {
    let hash = BuildHasherDefault::<Fnv>::default().hash_one(word);
    (hash >> 32) as usize % counters
}
