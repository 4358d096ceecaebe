//! Killed in the middle of writes: under `always`, every write that was acknowledged is there at the next start.

use crate::common::eventually;
use crate::peer::{Peer, encode};
use crate::server::{Kv, Room};
use crate::setups;
use std::io::{Read, Write};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

/// How many writers there are, each with keys of its own.
const WRITERS: usize = 6;

/// Writes keys, several at a time, until the connection ends. Returns how many were acknowledged.
fn write(mut peer: Peer, writer: usize, total: &AtomicUsize) -> usize {
    let mut acknowledged = 0;
    loop {
        let at_once = 1 + acknowledged % 7;
        let commands: Vec<u8> = (acknowledged..acknowledged + at_once)
            .flat_map(|n| encode(&["SET", &format!("{writer}:{n}"), &format!("value {n}")]))
            .collect();
        if peer.0.write_all(&commands).is_err() {
            return acknowledged;
        }
        for _ in 0..at_once {
            let mut reply = [0; 5];
            if peer.0.read_exact(&mut reply).is_err() {
                return acknowledged;
            }
            assert_eq!(&reply, b"+OK\r\n");
            acknowledged += 1;
            total.fetch_add(1, Ordering::Relaxed);
        }
    }
}

#[test]
fn every_acknowledged_write_outlasts_a_kill() {
    for setup in setups() {
        let room = Room::new();
        let mut expected = [0; WRITERS];
        // Again and again over the same file, with another number of shards each time.
        for (round, shards) in ["1", "2", "3"].into_iter().enumerate() {
            let arguments = [
                setup[0],
                setup[1],
                "--shards",
                shards,
                "--dir",
                room.path(),
                "--appendfsync",
                "always",
            ];
            let kv = Kv::start(&arguments);
            check(&kv, &expected);
            let total = AtomicUsize::new(0);
            thread::scope(|scope| {
                let writers: Vec<_> = (0..WRITERS)
                    .map(|writer| {
                        let (peer, total) = (kv.connect(), &total);
                        scope.spawn(move || write(peer, writer, total))
                    })
                    .collect();
                while total.load(Ordering::Relaxed) < 300 + 200 * round {
                    thread::yield_now();
                }
                kv.kill();
                for (expected, writer) in expected.iter_mut().zip(writers) {
                    *expected = writer.join().unwrap().max(*expected);
                }
            });
        }
        let last = Kv::start(&["--shards", "2", "--dir", room.path()]);
        check(&last, &expected);
        last.end();
    }
}

/// Fails unless each writer's acknowledged keys are there.
fn check(kv: &Kv, expected: &[usize; WRITERS]) {
    let mut peer = kv.connect();
    for (writer, &acknowledged) in expected.iter().enumerate() {
        for n in 0..acknowledged {
            let value = format!("value {n}");
            peer.ask(
                &format!("GET {writer}:{n}"),
                &format!("${}\r\n{value}\r\n", value.len()),
            );
        }
    }
}

/// A client that goes away while one shard has not come to its `FLUSHALL` yet, held up by replies that nobody reads: it is
/// done all the same, and what is written after it outlasts a kill.
#[test]
fn a_flush_whose_client_has_gone_is_whole() {
    for setup in setups() {
        let room = Room::new();
        let arguments = ["--shards", "3", "--dir", room.path()];
        let always = [setup[0], setup[1], "--appendfsync", "always"];
        let kv = Kv::start(&[&arguments[..], &always].concat());
        let mut peer = kv.connect();
        for n in 0..100 {
            peer.ask(&format!("SET old:{n} 1"), "+OK\r\n");
        }
        peer.send(encode(&["SET", "large", &"x".repeat(500_000)]));
        peer.expect("+OK\r\n");

        let size = |peer: &mut Peer| {
            peer.send("DBSIZE\r\n");
            peer.line()
        };
        // A connection on the shard of the key is answered before its next command is looked at: not that one.
        let gone = (0..100).find_map(|_| {
            let mut gone = kv.connect();
            // All at once, so that they are taken together.
            gone.send("GET large\r\n".repeat(20) + "FLUSHALL\r\n");
            thread::sleep(Duration::from_millis(50));
            (size(&mut peer) != ":101\r\n").then_some(gone)
        });
        let gone = gone.expect("a connection on another shard");
        assert_ne!(size(&mut peer), ":0\r\n", "nothing holds it up");
        // What it has not read makes that a reset.
        drop(gone);
        eventually("all shards are done", || size(&mut peer) == ":0\r\n");
        for n in 0..100 {
            peer.ask(&format!("SET new:{n} 1"), "+OK\r\n");
        }
        kv.kill();

        let kv = Kv::start(&arguments);
        let mut peer = kv.connect();
        assert_eq!(size(&mut peer), ":100\r\n");
        kv.end();
    }
}
