//! What becomes of operations in flight.

use crate::common::{self, SHARDS, Setup, each_backend, eventually};
use crate::{Read, Room, both, closed, in_a_room, open_in, run};
use futures::FutureExt;
use spargio::fs::{File, OpenOptions};
use spargio::time::{sleep, timeout};
use spargio::{BackendKind, ShardId};
use std::io;
use std::rc::Rc;
use std::time::Duration;

#[test]
fn syncs_and_closes_report() {
    in_a_room(&SHARDS, 256, async |_, room| {
        let file = both(&room.at("file")).await?;
        file.write_all_at("lasting", 0).await.0?;
        file.sync_all().await?;
        file.sync_data().await?;
        // A close with something in flight, and one that nobody waits for.
        _ = file.read_at(vec![0; 9], 0).now_or_never();
        file.close().await?;
        closed(room).await;
        _ = File::open(room.at("file")).await?.close().now_or_never();
        drop(File::open(room.at("file")).await?.close());
        drop(File::open(room.at("file")).await?);
        closed(room).await;
        // What cannot be synced says so.
        if cfg!(target_os = "linux") {
            let null = OpenOptions::new().write(true).open("/dev/null").await?;
            assert!(null.sync_all().await.is_err());
            assert!(null.sync_data().await.is_err());
        }
        Ok(())
    });
}

#[test]
fn files_of_the_standard_library_and_back() {
    each_backend(&[2], |setup| {
        let rt = setup.build();
        let room = Room::new();
        let path = room.at("file");
        std::fs::write(&path, "hello").unwrap();
        let file = std::fs::File::open(&path).unwrap();
        let file = run(&rt, 0, async move |_| {
            let file = File::from_std(file)?;
            assert_eq!(file.read_to_end().await?, b"hello");
            // Something is in flight when it goes.
            _ = file.read_at(vec![0; 9], 0).now_or_never();
            assert!(format!("{file:?}").contains("file"));
            file.into_std()
        });
        run(&rt, 1, async move |_| {
            let file = File::from_std(file)?;
            assert_eq!(file.read_at(vec![0; 9], 1).await, Read::of(b"ello"));
            Ok(())
        });
        eventually("all descriptors are closed", || open_in(&room) == 0);
    });
}

#[test]
fn dropped_operations_leave_the_file_usable() {
    const PIECE: usize = 4096;
    in_a_room(&SHARDS, 8, async |_, room| {
        let file = both(&room.at("file")).await?;
        for round in 0..300_u64 {
            let bytes = vec![round as u8 | 1; PIECE];
            // Several at once, polled and dropped.
            let mut reads: Vec<_> = (0..3)
                .map(|n| Box::pin(file.read_at(vec![0; 1 << 16], n * 7)))
                .collect();
            for read in &mut reads {
                _ = read.now_or_never();
            }
            _ = file
                .write_all_at(bytes, round * PIECE as u64)
                .now_or_never();
            _ = file.sync_data().now_or_never();
            _ = file.metadata().now_or_never();
        }
        // Each write was done or was not.
        for (round, piece) in file.read_to_end().await?.chunks(PIECE).enumerate() {
            let written = round as u8 | 1;
            assert!(piece.iter().all(|byte| [0, written].contains(byte)));
        }
        let place = 400 * PIECE as u64;
        file.write_all_at("still good", place).await.0?;
        let (read, buffer) = file.read_at(Vec::with_capacity(99), place).await;
        assert_eq!((read?, &buffer[..]), (10, &b"still good"[..]));
        file.sync_all().await?;
        file.close().await?;
        // Opening, too.
        for _ in 0..300 {
            _ = File::open(room.at("file")).now_or_never();
        }
        closed(room).await;
        Ok(())
    });
}

#[test]
fn what_runs_on_is_cancelled_at_the_end_and_nothing_leaks() {
    each_backend(&SHARDS, |setup| {
        for entries in [8, 256] {
            let room = Room::new();
            let rt = setup.builder().ring_entries(entries).build().unwrap();
            for shard in 0..setup.shards as ShardId {
                let path = room.at(&format!("file {shard}"));
                run(&rt, shard, async move |ctx| {
                    let file = Rc::new(both(&path).await?);
                    for n in 0..1000_u64 {
                        let file = file.clone();
                        ctx.spawn_local(async move {
                            match n % 4 {
                                0 => _ = file.read_at(vec![0; 1 << 14], n).await,
                                1 => _ = file.write_all_at(vec![1; 1 << 14], n << 12).await,
                                2 => _ = file.sync_data().await,
                                _ => _ = file.metadata().await,
                            }
                        });
                    }
                    common::yield_now().await;
                    Ok(())
                });
            }
            let report = rt.shutdown().unwrap();
            assert_eq!(report.leaked_ops, 0, "{report:?}");
            eventually("all descriptors are closed", || open_in(&room) == 0);
        }
    });
}

/// Reads that the kernel surely has not done: of a pipe, which only a ring makes something of.
#[cfg(target_os = "linux")]
#[test]
fn reads_that_wait_are_cancelled_when_dropped_and_at_the_end() {
    each_backend(&SHARDS, |setup: &Setup| {
        if setup.backend == BackendKind::Queue {
            return;
        }
        let room = Room::new();
        let path = room.pipe();
        let rt = setup.builder().ring_entries(8).build().unwrap();
        run(&rt, setup.last(), async move |ctx| {
            let pipe = Rc::new(both(&path).await?);
            for _ in 0..300 {
                let read = pipe.read_at(vec![0; 4096], 0).now_or_never();
                assert!(read.is_none());
            }
            common::yield_now().await;
            // The kernel has them by now, and this one for a while.
            timeout(Duration::from_millis(10), pipe.read_at(vec![0; 9], 0))
                .await
                .unwrap_err();
            sleep(Duration::from_millis(1)).await;
            // What the dropped reads did not take is read.
            std::fs::write(&path, "hello")?;
            assert_eq!(pipe.read_at(vec![0; 9], 0).await, Read::of(b"hello"));
            for _ in 0..1000 {
                let pipe = pipe.clone();
                ctx.spawn_local(async move { pipe.read_at(vec![0; 4096], 0).await.0 });
            }
            common::yield_now().await;
            Ok(())
        });
        let report = rt.shutdown().unwrap();
        assert_eq!(report.leaked_ops, 0, "{report:?}");
        eventually("all descriptors are closed", || open_in(&room) == 0);
    });
}

#[test]
fn many_tasks_share_a_file() {
    in_a_room(&[1, 2], 8, async |ctx, room| {
        let file = Rc::new(both(&room.at("file")).await?);
        let tasks: Vec<_> = (0..100_u64)
            .map(|task| {
                let file = file.clone();
                ctx.spawn_local(async move {
                    for round in 0..10 {
                        let place = (round * 100 + task) * 100;
                        file.write_all_at(vec![task as u8; 100], place).await.0?;
                        let (read, buffer) = file.read_exact_at(vec![0; 100], place).await;
                        read?;
                        assert_eq!(buffer, [task as u8; 100]);
                    }
                    Ok::<_, io::Error>(())
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap()?;
        }
        let whole = file.read_to_end().await?;
        assert_eq!(whole.len(), 100_000);
        for (n, piece) in whole.chunks(100).enumerate() {
            assert_eq!(piece, [(n % 100) as u8; 100]);
        }
        Ok(())
    });
}
