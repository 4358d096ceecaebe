//! What files hold.

use crate::common::SHARDS;
use crate::{GIB, Read, both, in_a_room, kind, pattern};
use futures::future::join_all;
use spargio::fs::{self, File, OpenOptions};
use std::io::ErrorKind;
use std::path::Path;
use std::sync::Arc;

#[test]
fn what_is_written_is_read() {
    in_a_room(&SHARDS, 256, async |_, room| {
        let file = both(&room.at("file")).await?;
        let (written, back) = file.write_at(b"hello, world".to_vec(), 0).await;
        assert_eq!((written?, &back[..]), (12, &b"hello, world"[..]));
        let (read, buffer) = file.read_at(Vec::with_capacity(5), 7).await;
        assert_eq!((read?, &buffer[..]), (5, &b"world"[..]));
        // What stood in a vector does not count, and a box keeps its length.
        let (read, buffer) = file.read_at(vec![9; 64], 7).await;
        assert_eq!((read?, &buffer[..]), (5, &b"world"[..]));
        let (read, buffer) = file.read_at(vec![7; 7].into_boxed_slice(), 7).await;
        assert_eq!((read?, &*buffer), (5, &b"world\x07\x07"[..]));
        // Every kind of buffer.
        file.write_all_at("HELLO", 0).await.0?;
        file.write_all_at(String::from("THERE"), 7).await.0?;
        file.write_all_at(Arc::<[u8]>::from(&b"; "[..]), 5)
            .await
            .0?;
        file.write_all_at(&b"!"[..], 12).await.0?;
        file.write_all_at(vec![b'?'].into_boxed_slice(), 13)
            .await
            .0?;
        assert_eq!(file.read_to_end().await?, b"HELLO; THERE!?");
        file.close().await
    });
}

#[test]
fn reads_at_the_end_are_short_and_beyond_it_empty() {
    in_a_room(&[1, 2], 256, async |_, room| {
        let file = both(&room.at("file")).await?;
        assert_eq!(file.read_to_end().await?, b"");
        assert_eq!(file.read_at(vec![0; 9], 0).await.0?, 0);
        file.write_all_at(pattern(10), 0).await.0?;
        assert_eq!(file.read_at(vec![0; 9], 8).await, Read::of(&[8, 9]));
        for beyond in [10, 11, 1 << 40, i64::MAX as u64 - 9] {
            assert_eq!(file.read_at(vec![0; 9], beyond).await.0?, 0, "{beyond}");
        }
        // Exactly, up to the end, and beyond.
        let (exact, buffer) = file.read_exact_at(vec![0; 10].into_boxed_slice(), 0).await;
        exact?;
        assert_eq!(*buffer, pattern(10));
        let (short, buffer) = file.read_exact_at(Vec::with_capacity(64), 4).await;
        assert_eq!(kind(short), ErrorKind::UnexpectedEof);
        assert_eq!(buffer, [4, 5, 6, 7, 8, 9], "what there was");
        let (none, buffer) = file.read_exact_at(vec![1; 4], 10).await;
        assert_eq!(kind(none), ErrorKind::UnexpectedEof);
        assert_eq!(buffer, []);
        Ok(())
    });
}

#[test]
fn empty_buffers_and_offsets_that_no_file_has() {
    in_a_room(&[1], 256, async |_, room| {
        let file = both(&room.at("file")).await?;
        file.write_all_at("some", 0).await.0?;
        assert_eq!(
            kind(file.read_at(Vec::new(), 0).await.0),
            ErrorKind::InvalidInput
        );
        file.read_exact_at(Vec::new(), 99).await.0?;
        assert_eq!(file.write_at("", 99).await.0?, 0);
        file.write_all_at(Vec::new(), 99).await.0?;
        assert_eq!(file.metadata().await?.len(), 4, "nothing was written");
        // The last of them would be the file's own position for a ring.
        for offset in [i64::MAX as u64 + 1, u64::MAX - 1, u64::MAX] {
            let (read, buffer) = file.read_at(vec![1; 3], offset).await;
            assert_eq!(kind(read), ErrorKind::InvalidInput);
            assert_eq!(buffer, [1; 3], "left alone");
            for result in [
                file.read_exact_at(vec![1; 3], offset).await.0,
                file.write_at("x", offset).await.0.map(drop),
                file.write_all_at("x", offset).await.0,
            ] {
                assert_eq!(kind(result), ErrorKind::InvalidInput, "{offset}");
            }
        }
        // The sum is none, though the offset would be one.
        assert!(file.write_all_at("xyz", i64::MAX as u64).await.0.is_err());
        assert_eq!(file.read_to_end().await?, b"some");
        Ok(())
    });
}

#[test]
fn files_have_holes() {
    in_a_room(&[1, 2], 256, async |_, room| {
        let file = both(&room.at("file")).await?;
        for place in [GIB, 5 * GIB] {
            file.write_all_at("far", place).await.0?;
            assert_eq!(file.metadata().await?.len(), place + 3);
            assert_eq!(file.read_at(vec![9; 9], place).await, Read::of(b"far"));
            assert_eq!(
                file.read_at(vec![9; 4], place - 2).await,
                Read::of(b"\0\0fa")
            );
        }
        assert_eq!(
            file.read_at(vec![9; 1000], 2 * GIB).await,
            Read::of(&[0; 1000])
        );
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt;
            let blocks = file.metadata().await?.blocks();
            assert!(blocks < 1000, "the holes take {blocks} blocks");
        }
        // Cut off, and made longer again.
        file.set_len(2).await?;
        assert_eq!(file.read_to_end().await?, [0; 2]);
        file.write_all_at("ab", 0).await.0?;
        file.set_len(4).await?;
        assert_eq!(file.read_to_end().await?, b"ab\0\0");
        Ok(())
    });
}

#[test]
fn large_files_come_whole() {
    in_a_room(&[1, 2], 8, async |_, room| {
        let bytes = pattern(20_000_003);
        let path = room.at("file");
        let file = both(&path).await?;
        let (written, bytes) = file.write_all_at(bytes, 0).await;
        written?;
        assert!(file.read_to_end().await? == bytes);
        let (read, back) = file.read_exact_at(Vec::with_capacity(bytes.len()), 0).await;
        read?;
        assert!(back == bytes);
        assert!(fs::read(&path).await? == bytes);
        // In pieces, all at once.
        let pieces = join_all((0..500_u64).map(|n| file.read_at(vec![0; 4096], n * 40_000))).await;
        for (n, (read, piece)) in pieces.into_iter().enumerate() {
            read?;
            assert!(piece[..] == bytes[n * 40_000..][..piece.len()], "{n}");
        }
        Ok(())
    });
}

#[test]
fn files_that_do_not_say_how_long_they_are() {
    if !Path::new("/proc/self/maps").exists() {
        return;
    }
    in_a_room(&[1], 256, async |_, _| {
        let file = File::open("/proc/self/maps").await?;
        assert_eq!(file.metadata().await?.len(), 0);
        let maps = file.read_to_end().await?;
        assert!(maps.len() > 4096, "more than one page of them");
        // One read gives a page of them at the most: each went on where the one before it had ended.
        let start = |line: &str| u64::from_str_radix(line.split('-').next().unwrap(), 16);
        let maps = String::from_utf8(maps).unwrap();
        let starts: Vec<_> = maps.lines().map(|line| start(line).unwrap()).collect();
        assert!(starts.is_sorted_by(|a, b| a < b));
        Ok(())
    });
}

#[test]
fn options_mean_what_they_say() {
    in_a_room(&[1, 2], 256, async |_, room| {
        let path = room.at("file");
        let write = OpenOptions::new().write(true);
        assert_eq!(kind(write.open(&path).await), ErrorKind::NotFound);
        let new = write.clone().create_new(true);
        new.open(&path).await?.write_all_at("first", 0).await.0?;
        assert_eq!(kind(new.open(&path).await), ErrorKind::AlreadyExists);
        // Neither for reading nor for writing more than was said.
        assert!(
            write
                .open(&path)
                .await?
                .read_at(vec![0; 9], 0)
                .await
                .0
                .is_err()
        );
        let reader = File::open(&path).await?;
        assert!(reader.write_at("x", 0).await.0.is_err());
        assert!(reader.set_len(0).await.is_err());
        assert_eq!(reader.read_to_end().await?, b"first");
        // Appended, wherever the end is by then.
        let append = OpenOptions::new().append(true).create(true);
        let (one, two) = (append.open(&path).await?, append.open(&path).await?);
        one.write_all_at(", second", 5).await.0?;
        two.write_all_at(", third", 5).await.0?;
        one.write_all_at(", fourth", 0).await.0?;
        assert_eq!(reader.read_to_end().await?, b"first, second, third, fourth");
        write.clone().truncate(true).open(&path).await?;
        assert_eq!(reader.read_to_end().await?, b"");
        fs::write(&path, "again").await?;
        File::create(&path).await?;
        assert_eq!(reader.read_to_end().await?, b"");
        assert_eq!(
            kind(OpenOptions::new().open(&path).await),
            ErrorKind::InvalidInput,
            "for nothing"
        );
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let file = new.mode(0o400).open(room.at("private")).await?;
            assert_eq!(file.metadata().await?.permissions().mode() & 0o777, 0o400);
            // Opened for writing, it can be written, though another could not open it so.
            file.write_all_at("x", 0).await.0?;
        }
        Ok(())
    });
}

/// Where the page cache has something of what is wanted and not all, the rest is read, too.
#[cfg(target_os = "linux")]
#[test]
fn reads_are_whole_though_only_a_part_is_in_memory() {
    use rustix::fs::{Advice, fadvise};

    /// More than a page of every architecture, and little enough to be read at once.
    const PART: usize = 64 << 10 >> 1;
    in_a_room(&SHARDS, 256, async |_, room| {
        let path = room.at("file");
        std::fs::write(&path, pattern(2 * PART))?;
        let plain = std::fs::File::open(&path)?;
        plain.sync_all()?;
        let file = File::open(&path).await?;
        for _ in 0..20 {
            // Nothing is in memory any more, and then the first part is.
            fadvise(&plain, 0, None, Advice::DontNeed)?;
            fadvise(&plain, 0, None, Advice::Random)?;
            let mut first = vec![0; PART];
            std::os::unix::fs::FileExt::read_exact_at(&plain, &mut first, 0)?;
            let (read, bytes) = file.read_at(Vec::with_capacity(2 * PART), 0).await;
            assert_eq!(read?, 2 * PART);
            assert!(bytes == pattern(2 * PART));
            // Nothing at all of it, and what was just read again.
            fadvise(&plain, 0, None, Advice::DontNeed)?;
            for _ in 0..20 {
                let (read, bytes) = file.read_at(Vec::with_capacity(PART), PART as u64).await;
                assert_eq!(read?, PART);
                assert!(bytes == pattern(2 * PART)[PART..]);
            }
        }
        Ok(())
    });
}
