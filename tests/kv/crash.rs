//! Killed in the middle of writes: under `always`, every write that was acknowledged is there at the next start.

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

/// A `FLUSHALL` behind replies that nobody reads: no shard comes to it while another does not, so what is written meanwhile
/// outlasts a kill. It is done when the replies have been read, and never if the client goes away.
#[test]
fn a_flush_is_done_everywhere_or_nowhere() {
    const GETS: usize = 40;
    for setup in setups() {
        let room = Room::new();
        let arguments = ["--shards", "3", "--dir", room.path()];
        let always = [setup[0], setup[1], "--appendfsync", "always"];
        let kv = Kv::start(&[&arguments[..], &always].concat());
        let mut peer = kv.connect();
        for n in 0..99 {
            peer.ask(&format!("SET old:{n} 1"), "+OK\r\n");
        }
        let large = "x".repeat(500_000);
        peer.send(encode(&["SET", "large", &large]));
        peer.expect("+OK\r\n");

        // Most of them are on another shard than the key.
        let mut slow: Vec<_> = (0..8).map(|_| kv.connect()).collect();
        for slow in &mut slow {
            // All at once, so that they are taken together.
            slow.send("GET large\r\n".repeat(GETS) + "FLUSHALL\r\n");
        }
        thread::sleep(Duration::from_millis(200));
        peer.ask("DBSIZE", ":100\r\n");
        drop(slow);
        thread::sleep(Duration::from_millis(200));
        for n in 0..100 {
            peer.ask(&format!("SET new:{n} 1"), "+OK\r\n");
        }
        outlasts_a_kill(kv, &arguments, ":200\r\n");

        // The same with a client that reads in the end.
        let kv = Kv::start(&[&arguments[..], &always].concat());
        let mut peer = kv.connect();
        let mut reader = kv.connect();
        reader.send("GET large\r\n".repeat(GETS));
        reader.send(encode(&["FLUSHALL", "ASYNC"]));
        reader.send("GET large\r\n");
        thread::sleep(Duration::from_millis(200));
        peer.ask("DBSIZE", ":200\r\n");
        for _ in 0..GETS {
            reader.expect(format!("${}\r\n{large}\r\n", large.len()));
        }
        reader.expect("+OK\r\n$-1\r\n");
        peer.ask("DBSIZE", ":0\r\n");
        peer.ask("SET last 1", "+OK\r\n");
        outlasts_a_kill(kv, &arguments, ":1\r\n");
    }
}

/// Kills the server, and starts it once more to see how many keys there are.
fn outlasts_a_kill(kv: Kv, arguments: &[&str], size: &str) {
    kv.kill();
    let kv = Kv::start(arguments);
    kv.connect().ask("DBSIZE", size);
    kv.end();
}
