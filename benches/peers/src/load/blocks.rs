//! The file that is read: 256 MiB of blocks in the directory for temporary files, filled once, and wholly in the page cache
//! when reading begins. Each block starts with its number.

use std::env::temp_dir;
use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Write};
use std::path::PathBuf;
use std::process::id;

/// The bytes of a block: what is read at a time, and written at a time to streams.
pub const BLOCK: usize = 4096;
/// How many there are.
const BLOCKS: u64 = 65_536;

/// The file, which is filled if it is not there. It serves the samples of a run, each a process of its own.
pub fn file() -> io::Result<PathBuf> {
    let path = path();
    let is_full = fs::metadata(&path).is_ok_and(|file| file.len() == BLOCKS * BLOCK as u64);
    if !is_full {
        // Nobody finds it half full.
        let filling = path.with_extension(id().to_string());
        fill(&filling)?;
        fs::rename(filling, &path)?;
    }
    read_once(&path)?;
    Ok(path)
}

/// Removes the file, if there is one.
pub fn clear() -> io::Result<()> {
    match fs::remove_file(path()) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn path() -> PathBuf {
    temp_dir().join("spargio-peers.blocks")
}

fn fill(path: &PathBuf) -> io::Result<()> {
    let mut file = BufWriter::with_capacity(256 * BLOCK, File::create(path)?);
    let mut block = [0; BLOCK];
    for number in 0..BLOCKS {
        block[..8].copy_from_slice(&number.to_le_bytes());
        file.write_all(&block)?;
    }
    // Written back now, and not while something is measured.
    file.into_inner()?.sync_all()
}

/// Has the page cache hold all of it.
fn read_once(path: &PathBuf) -> io::Result<()> {
    let mut file = File::open(path)?;
    let mut buffer = vec![0; 256 * BLOCK];
    while file.read(&mut buffer)? > 0 {}
    Ok(())
}

/// Where to read: any blocks of the file, in an order that only the seed decides. An iterator without end.
pub fn places(seed: u64) -> impl Iterator<Item = u64> {
    // The generator of Steele, Lea and Flood ("splitmix").
    let mut state = seed;
    std::iter::repeat_with(move || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % BLOCKS * BLOCK as u64
    })
}

/// The number that a block starts with.
pub fn number(block: &[u8]) -> u64 {
    assert_eq!(block.len(), BLOCK, "a whole block is read");
    let (number, _) = block.split_first_chunk().expect("it is longer");
    u64::from_le_bytes(*number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;
    use std::os::unix::fs::FileExt;

    #[test]
    fn every_place_is_a_block_with_its_number() {
        let path = file().expect("there is room for it");
        let file = File::open(path).expect("it is there");
        let mut block = vec![0; BLOCK];
        for place in places(1).take(100) {
            file.read_exact_at(&mut block, place)
                .expect("within the file");
            assert_eq!(number(&block), place / BLOCK as u64);
        }
    }

    #[test]
    fn places_are_all_over_the_file() {
        let quarters = places(1)
            .take(100)
            .map(|place| place * 4 / (BLOCKS * BLOCK as u64));
        assert_eq!(quarters.collect::<HashSet<u64>>().len(), 4);
        assert_ne!(places(1).next(), places(2).next());
    }
}
