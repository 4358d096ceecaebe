//! When the file is synced: each policy, told by a server whose syncs fail. A kill would not tell it: what was written the
//! system still has, synced or not.
//!
//! On the queue backend, where a sync is a system call that a filter can have fail. A ring's is none.

use crate::common::eventually;
use crate::common::seccomp::forbid;
use crate::peer::Peer;
use crate::server::{Kv, Room, command};
use std::thread;
use std::time::{Duration, Instant};

/// Runs a test with a server whose syncs fail once it is ready, with one shard and with two. Its start makes other calls.
fn each_without_syncs(fsync: &str, test: impl Fn(&Kv)) {
    for shards in ["1", "2"] {
        let room = Room::new();
        let mut command = command(&["--backend", "queue", "--shards", shards, "--port", "0"]);
        command.args(["--dir", room.path(), "--appendfsync", fsync]);
        forbid(&mut command, libc::SYS_fdatasync, libc::EIO);
        let kv = Kv::spawn(command);
        test(&kv);
        // Whatever the policy, the end syncs.
        kv.terminate();
        let (status, errors) = kv.wait();
        assert_eq!(status.code(), Some(1), "{errors}");
        assert_eq!(errors.matches("cannot be synced").count(), 1, "{errors}");
        assert!(errors.contains("could not be written"), "{errors}");
    }
}

/// Writes a key. Whether that was acknowledged.
fn set(peer: &mut Peer) -> bool {
    peer.send("SET k 1\r\n");
    let reply = peer.line();
    let refused = reply.starts_with("-MISCONF ");
    assert!(refused || reply == "+OK\r\n", "{reply}");
    !refused
}

#[test]
fn always_syncs_before_a_write_is_acknowledged() {
    each_without_syncs("always", |kv| {
        // What could not be synced ends the connection; what comes later is refused.
        for _ in 0..3 {
            assert!(!set(&mut kv.connect()));
        }
    });
}

#[test]
fn everysec_syncs_a_second_after_a_write_was_acknowledged() {
    each_without_syncs("everysec", |kv| {
        let mut peer = kv.connect();
        let begin = Instant::now();
        assert!(set(&mut peer));
        eventually("a write is refused", || {
            thread::sleep(Duration::from_millis(10));
            !set(&mut peer)
        });
        let after = begin.elapsed();
        assert!(after >= Duration::from_secs(1), "after {after:?}");
        assert!(after < Duration::from_secs(10), "after {after:?}");
    });
}

#[test]
fn no_syncs_at_the_end_alone() {
    each_without_syncs("no", |kv| {
        let mut peer = kv.connect();
        // Longer than it would take `everysec`.
        let begin = Instant::now();
        while begin.elapsed() < Duration::from_secs(3) {
            assert!(set(&mut peer));
            thread::sleep(Duration::from_millis(10));
        }
    });
}
