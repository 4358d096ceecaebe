//! Names, directories, and what is wrong with them.

use crate::common::{each_backend, run_watched};
use crate::{Room, in_a_room, kind, open_in};
use futures::join;
use spargio::fs::{self, File, OpenOptions};
use std::io::ErrorKind;

#[test]
fn names_and_whole_files() {
    in_a_room(&[1, 2], 256, async |_, room| {
        let (one, two) = (room.at("one"), room.at("two"));
        assert!(!fs::exists(&one).await?);
        fs::write(&one, "text").await?;
        assert!(fs::exists(&one).await?);
        assert_eq!(fs::read(&one).await?, b"text");
        assert_eq!(fs::metadata(&one).await?.len(), 4);
        fs::rename(&one, &two).await?;
        assert!(!fs::exists(&one).await?);
        assert_eq!(fs::copy(&two, &one).await?, 4);
        fs::write(&two, vec![0xFF]).await?;
        assert_eq!(fs::read_to_string(&one).await?, "text");
        assert_eq!(kind(fs::read_to_string(&two).await), ErrorKind::InvalidData);
        let other = room.at("other name");
        fs::hard_link(&one, &other).await?;
        fs::remove_file(&one).await?;
        assert_eq!(fs::read_to_string(&other).await?, "text");
        #[cfg(unix)]
        {
            fs::symlink("other name", &one).await?;
            assert!(fs::symlink_metadata(&one).await?.is_symlink());
            assert!(fs::metadata(&one).await?.is_file());
            assert_eq!(fs::read_to_string(&one).await?, "text");
        }
        // Open, it outlives its name.
        let file = File::open(&other).await?;
        fs::remove_file(&other).await?;
        assert_eq!(file.read_to_end().await?, b"text");
        Ok(())
    });
}

#[test]
fn directories() {
    in_a_room(&[1, 2], 256, async |_, room| {
        let (deep, top) = (room.at("a/b/c"), room.at("a"));
        assert_eq!(kind(fs::create_dir(&deep).await), ErrorKind::NotFound);
        fs::create_dir_all(&deep).await?;
        fs::create_dir_all(&deep).await?;
        assert_eq!(kind(fs::create_dir(&deep).await), ErrorKind::AlreadyExists);
        for n in 0..300 {
            fs::write(top.join(format!("file {n}")), "x").await?;
        }
        let mut entries = fs::read_dir(&top).await?;
        assert_eq!(entries.len(), 301);
        entries.sort_by_key(|entry| entry.path());
        assert_eq!(entries[0].file_name(), "b");
        assert!(entries[0].file_type().is_dir());
        assert_eq!(entries[1].path(), top.join("file 0"));
        assert!(entries[1..].iter().all(|entry| entry.file_type().is_file()));
        assert_eq!(entries[1].metadata().await?.len(), 1);
        assert_eq!(open_in(room), 0, "entries keep nothing open");
        assert_eq!(
            kind(fs::remove_dir(&top).await),
            ErrorKind::DirectoryNotEmpty
        );
        fs::remove_dir(&deep).await?;
        assert_eq!(kind(fs::read_dir(&deep).await), ErrorKind::NotFound);
        fs::remove_dir_all(&top).await?;
        assert_eq!(kind(entries[1].metadata().await), ErrorKind::NotFound);
        assert_eq!(fs::read_dir(&room.0).await?.len(), 0);
        Ok(())
    });
}

#[test]
fn errors_have_their_kinds() {
    in_a_room(&[1, 2], 256, async |_, room| {
        let (none, directory, file) = (room.at("none"), room.at("directory"), room.at("file"));
        fs::create_dir(&directory).await?;
        fs::write(&file, "x").await?;
        for missing in [
            kind(File::open(&none).await),
            kind(fs::read(&none).await),
            kind(fs::metadata(&none).await),
            kind(fs::remove_file(&none).await),
            kind(fs::remove_dir_all(&none).await),
            kind(fs::rename(&none, &file).await),
            kind(fs::copy(&none, &file).await),
            kind(fs::hard_link(&none, &file).await),
            kind(fs::write(none.join("below"), "x").await),
        ] {
            assert_eq!(missing, ErrorKind::NotFound);
        }
        assert_eq!(fs::read_to_string(&file).await?, "x", "left as it was");
        assert_eq!(
            kind(File::open(file.join("below")).await),
            ErrorKind::NotADirectory
        );
        assert_eq!(
            kind(File::open("a name\0 with a null").await),
            ErrorKind::InvalidInput
        );
        if cfg!(target_os = "linux") {
            assert_eq!(
                kind(File::create(&directory).await),
                ErrorKind::IsADirectory
            );
            assert_eq!(kind(fs::read(&directory).await), ErrorKind::IsADirectory);
            let directory_file = File::open(&directory).await?;
            let (read, _) = directory_file.read_at(vec![0; 9], 0).await;
            assert_eq!(kind(read), ErrorKind::IsADirectory);
            let whole = directory_file.read_to_end().await;
            assert_eq!(kind(whole), ErrorKind::IsADirectory);
            // Not even root may.
            let linked = fs::hard_link(&directory, &none).await;
            assert_eq!(kind(linked), ErrorKind::PermissionDenied);
            let full = OpenOptions::new().write(true).open("/dev/full").await?;
            assert_eq!(kind(full.write_at("x", 0).await.0), ErrorKind::StorageFull);
            let written = full.write_all_at("x", 0).await.0;
            assert_eq!(kind(written), ErrorKind::StorageFull);
        }
        Ok(())
    });
}

/// Each end of a pipe waits, in the system, until somebody opens the other.
#[cfg(unix)]
#[test]
fn a_path_that_has_to_be_waited_for_does_not_hold_the_shard_up() {
    each_backend(&[1], |setup| {
        let (rt, room) = (setup.build(), Room::new());
        let pipe = room.pipe();
        let heard = run_watched(&rt, 0, async move |_| {
            let (first, written) = join!(fs::read(&pipe), fs::write(&pipe, "one"));
            written?;
            // Whichever is first.
            let (written, second) = join!(fs::write(&pipe, "two"), fs::read(&pipe));
            written?;
            let writing = OpenOptions::new().write(true);
            let (reader, writer) = join!(File::open(&pipe), writing.open(&pipe));
            _ = (reader?, writer?);
            Ok((first?, second?))
        });
        assert_eq!(heard, (b"one".to_vec(), b"two".to_vec()));
    });
}

#[test]
fn files_need_a_shard_and_names_do_not() {
    each_backend(&[1], |setup| {
        let rt = setup.build();
        let room = Room::new();
        let path = room.at("file");
        rt.block_on(fs::write(path.clone(), "x")).unwrap();
        assert_eq!(rt.block_on(fs::read_dir(&room.0)).unwrap().len(), 1);
        let file = std::fs::File::open(&path).unwrap();
        for error in [
            rt.block_on(File::open(&path)).unwrap_err(),
            rt.block_on(File::create(&path)).unwrap_err(),
            File::from_std(file).unwrap_err(),
        ] {
            assert!(error.to_string().contains("is no shard"), "{error}");
        }
        assert_eq!(std::fs::read(&path).unwrap(), b"x", "nor was it emptied");
    });
}
