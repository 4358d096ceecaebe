//! What bad peers do to the process: it is not killed, and does not grow.

use crate::child::in_child;
use crate::common::{LONG, each_backend, run};
use crate::peers::{MUCH, pair, with_pairs};
use futures::AsyncWriteExt;
use spargio::net::UnixStream;
use spargio::time::{sleep, timeout};
use std::io::{self, ErrorKind};
use std::net::Shutdown;
use std::sync::Arc;
use std::time::Duration;

/// With the signal as a process has it that was not made by Rust's standard library: it kills.
#[test]
fn nobody_is_killed_by_a_pipe_that_breaks() {
    in_child("process::nobody_is_killed_by_a_pipe_that_breaks", || {
        // SAFETY: the default action has no code of this process run.
        let former = unsafe { libc::signal(libc::SIGPIPE, libc::SIG_DFL) };
        assert_ne!(former, libc::SIG_ERR);
        each_backend(&[1, 2], |setup| {
            with_pairs!(setup, |_ctx, near, far| {
                let mut near = near;
                near.shutdown(Shutdown::Write)?;
                drop(far);
                let broken = |error: io::Error| assert_eq!(error.kind(), ErrorKind::BrokenPipe);
                broken(near.write("more").await.0.unwrap_err());
                broken(near.write_all("more").await.0.unwrap_err());
                broken(near.write_vectored(vec!["more"; 3]).await.0.unwrap_err());
                broken(AsyncWriteExt::write(&mut near, b"more").await.unwrap_err());
                let slices = [io::IoSlice::new(b"more")];
                let written = AsyncWriteExt::write_vectored(&mut near, &slices);
                broken(written.await.unwrap_err());
                Ok(())
            });
        });
    });
}

#[test]
fn peers_that_never_read_cost_no_memory() {
    const CONNECTIONS: usize = 20;
    in_child("process::peers_that_never_read_cost_no_memory", || {
        each_backend(&[1, 2], |setup| {
            let rt = setup.build();
            run(&rt, setup.last(), async |ctx| {
                let piece: Arc<[u8]> = vec![1; MUCH].into();
                let before = resident();
                let mut peers = Vec::new();
                let mut writing = Vec::new();
                for _ in 0..CONNECTIONS {
                    let (near, far) = pair().await?;
                    let piece = piece.clone();
                    peers.push(far);
                    writing.push(ctx.spawn_local(async move {
                        loop {
                            near.write_all(piece.clone()).await.0?;
                        }
                    }));
                }
                sleep(Duration::from_millis(100)).await;
                let grown = resident().saturating_sub(before);
                assert!(grown < MUCH, "{grown} bytes more");
                // They wait until the peers have gone.
                drop(peers);
                for writing in writing {
                    let ended: io::Result<()> = timeout(LONG, writing).await?.unwrap();
                    assert!(ended.is_err());
                }
                Ok(())
            });
        });
    });
}

/// How much memory this process has, in bytes.
fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.unwrap().trim().trim_end_matches(" kB");
    kib.parse::<usize>().unwrap() * 1024
}
