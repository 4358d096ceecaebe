//! Files: what is dropped was done or was not, and what it owns is let go of once.

use super::{POLLS, on_a_small_ring, polled};
use crate::common::place::Place;
use crate::common::{SHARDS, Setup, each_backend, eventually};
use spargio::fs::{self, File, OpenOptions};
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex};

const PIECE: usize = 4096;
const ROUNDS: usize = 100;

#[test]
fn a_dropped_operation_was_done_or_was_not() {
    each_backend(&SHARDS, reads_and_writes);
}

pub(super) fn reads_and_writes(setup: &Setup) {
    let buffers: Arc<Mutex<Vec<Arc<[u8]>>>> = Arc::default();
    let written = buffers.clone();
    on_a_small_ring(setup, async move |_| {
        let (name, other) = (Place::new(), Place::new());
        let options = OpenOptions::new().read(true).write(true).create_new(true);
        let file = options.open(&name.0).await?;
        for round in 0..ROUNDS {
            let piece: Arc<[u8]> = vec![round as u8 + 1; PIECE].into();
            written.lock().unwrap().push(piece.clone());
            let place = (round * PIECE) as u64;
            // What a thread does may be a while, and is there when it is awaited.
            match polled(round % POLLS, file.write_all_at(piece, place)).await {
                Some((done, _)) => {
                    done?;
                    let (read, bytes) = file.read_exact_at(vec![0; PIECE], place).await;
                    read?;
                    assert_eq!(bytes, [round as u8 + 1; PIECE]);
                }
                None => others(&file, &name.0, &other.0, round / POLLS % POLLS).await?,
            }
        }
        let all = fs::read(&name.0).await?;
        for (round, piece) in all.chunks(PIECE).enumerate() {
            let new = round as u8 + 1;
            assert!(piece.iter().all(|byte| [0, new].contains(byte)), "{round}");
        }
        file.close().await
    });
    let buffers = buffers.lock().unwrap();
    eventually("all buffers are let go of", || {
        buffers.iter().all(|buffer| Arc::strong_count(buffer) == 1)
    });
}

/// Each of the others, dropped after so many polls.
async fn others(file: &File, path: &Path, other: &Path, times: usize) -> io::Result<()> {
    _ = polled(times, file.read_at(vec![0; 10 * PIECE], 0)).await;
    _ = polled(times, file.read_exact_at(vec![0; PIECE], 0)).await;
    _ = polled(times, file.read_to_end()).await;
    // Behind the end: what is there afterwards is zeros, or nothing.
    let end = (ROUNDS * PIECE) as u64;
    _ = polled(times, file.write_at(vec![0; PIECE], end)).await;
    _ = polled(times, file.set_len(end)).await.transpose()?;
    polled(times, file.sync_data()).await.transpose()?;
    polled(times, file.sync_all()).await.transpose()?;
    polled(times, file.metadata()).await.transpose()?;
    polled(times, fs::read(path)).await.transpose()?;
    polled(times, fs::write(other, vec![0; PIECE]))
        .await
        .transpose()?;
    let options = OpenOptions::new().read(true);
    for opened in [
        polled(times, File::open(path)).await,
        polled(times, File::create(other)).await,
        polled(times, options.open(path)).await,
    ] {
        if let Some(opened) = opened.transpose()? {
            polled(times, opened.close()).await.transpose()?;
        }
    }
    Ok(())
}
