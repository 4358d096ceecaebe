//! Files as wholes, names and folders: what is dropped goes on, or never began, and leaves no half.

use super::{POLLS, on_a_small_ring, polled};
use crate::common::place::Place;
use crate::common::{SHARDS, Setup, each_backend, eventually};
use spargio::fs;
use std::io::{self, ErrorKind};
use std::path::Path;

const ROUNDS: usize = 50;

#[test]
fn a_dropped_change_of_names_was_made_or_was_not() {
    each_backend(&SHARDS, names_and_folders);
}

pub(super) fn names_and_folders(setup: &Setup) {
    let place = Place::new();
    let all = place.0.clone();
    on_a_small_ring(setup, async move |_| {
        for round in 0..ROUNDS {
            let folder = all.join(round.to_string());
            fs::create_dir_all(&folder).await?;
            change(&folder, round % POLLS).await?;
        }
        Ok(())
    });
    // Some may go on yet.
    eventually("all is removed", || {
        std::fs::remove_dir_all(&place).is_ok() || !place.0.exists()
    });
}

/// What was given up may have come first, or come yet.
fn either<T>(ended: Option<io::Result<T>>) -> io::Result<()> {
    use ErrorKind::{AlreadyExists, DirectoryNotEmpty, NotFound};
    match ended {
        Some(Err(error))
            if ![AlreadyExists, DirectoryNotEmpty, NotFound].contains(&error.kind()) =>
        {
            Err(error)
        }
        _ => Ok(()),
    }
}

async fn change(folder: &Path, times: usize) -> io::Result<()> {
    let at = |name| folder.join(name);
    fs::write(at("file"), "contents").await?;
    either(polled(times, fs::hard_link(at("file"), at("second"))).await)?;
    either(polled(times, fs::rename(at("file"), at("new"))).await)?;
    // Until it has the new name, it has the old one.
    let mut found = 0;
    for name in ["file", "new"] {
        if let Ok(contents) = fs::read_to_string(at(name)).await {
            assert_eq!(contents, "contents");
            found += 1;
        }
    }
    assert_ne!(found, 0, "it has neither name");
    either(polled(times, fs::copy(at("second"), at("third"))).await)?;
    either(polled(times, fs::create_dir(at("a"))).await)?;
    either(polled(times, fs::create_dir_all(at("b/c/d"))).await)?;
    either(polled(times, fs::read(at("new"))).await)?;
    either(polled(times, fs::read_to_string(at("new"))).await)?;
    either(polled(times, fs::metadata(at("new"))).await)?;
    either(polled(times, fs::exists(at("new"))).await)?;
    #[cfg(unix)]
    either(polled(times, fs::symlink("new", at("link"))).await)?;
    // The link itself, whatever has become of what it names.
    let link = polled(times, fs::symlink_metadata(at("link"))).await;
    if let Some(Ok(link)) = &link {
        assert!(link.is_symlink());
    }
    either(link)?;
    if let Some(entries) = polled(times, fs::read_dir(folder)).await.transpose()? {
        for entry in &entries {
            either(polled(times, entry.metadata()).await)?;
        }
    }
    either(polled(times, fs::remove_dir(at("a"))).await)?;
    either(polled(times, fs::remove_file(at("second"))).await)?;
    either(polled(times, fs::remove_dir_all(at("b"))).await)
}
