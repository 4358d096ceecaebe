//! The append-only file: what was written is there again, whatever the number of shards.

use crate::common::eventually;
use crate::peer::encode;
use crate::server::{Kv, Room, command};
use crate::setups;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::process::CommandExt;

/// A server of this setup with its file in a room.
fn start(room: &Room, setup: &[&str], fsync: &str) -> Kv {
    let mut arguments = setup.to_vec();
    arguments.extend(["--dir", room.path(), "--appendfsync", fsync]);
    Kv::start(&arguments)
}

#[test]
fn everything_is_there_after_a_restart() {
    for setup in setups() {
        for fsync in ["always", "everysec", "no"] {
            let room = Room::new();
            let kv = start(&room, &setup, fsync);
            let mut peer = kv.connect();
            peer.ask("MSET gone 1 gone:too 2", "+OK\r\n");
            peer.ask("FLUSHALL", "+OK\r\n");
            for n in 0..200 {
                peer.ask(&format!("SET n:{n} {n}"), "+OK\r\n");
            }
            peer.ask("DEL n:0 n:1", ":2\r\n");
            peer.ask("INCRBY n:2 40", ":42\r\n");
            peer.ask("APPEND n:3 x", ":2\r\n");
            peer.ask("SET later 1 EX 1000", "+OK\r\n");
            peer.ask("EXPIRE n:4 1000", ":1\r\n");
            peer.ask("INCR n:4", ":5\r\n");
            peer.ask("EXPIRE n:5 1000", ":1\r\n");
            peer.ask("PERSIST n:5", ":1\r\n");
            peer.ask("SET soon 1 PX 50", "+OK\r\n");
            peer.send(encode(&[&b"SET"[..], b"binary", b"\r\n\0\xff"]));
            peer.expect("+OK\r\n");
            assert_eq!(kv.end(), "");
            // With another number of shards each time.
            for shards in ["3", "1", "2"] {
                let kv = start(&room, &["--shards", shards, "--backend", setup[1]], fsync);
                let mut peer = kv.connect();
                peer.ask("MGET n:0 gone gone:too", "*3\r\n$-1\r\n$-1\r\n$-1\r\n");
                peer.ask(
                    "MGET n:2 n:3 n:4 n:199",
                    "*4\r\n$2\r\n42\r\n$2\r\n3x\r\n$1\r\n5\r\n$3\r\n199\r\n",
                );
                peer.ask("GET binary", "$4\r\n\r\n\0");
                assert_eq!(peer.rest_of_bulk(), b"\xff\r\n");
                eventually("it expires", || {
                    peer.send("EXISTS soon\r\n");
                    peer.line() == ":0\r\n"
                });
                peer.ask("DBSIZE", ":200\r\n");
                peer.send("TTL n:4\r\nTTL n:5\r\nTTL later\r\n");
                let ttl = |line: String| line[1..].trim().parse::<i64>().unwrap();
                assert!((900..=1000).contains(&ttl(peer.line())));
                assert_eq!(ttl(peer.line()), -1);
                assert!((900..=1000).contains(&ttl(peer.line())));
                assert_eq!(kv.end(), "");
            }
        }
    }
}

impl crate::peer::Peer {
    /// What is left of a value that was read in part.
    fn rest_of_bulk(&mut self) -> Vec<u8> {
        let mut rest = vec![0; 3];
        std::io::Read::read_exact(&mut self.0, &mut rest).unwrap();
        rest
    }
}

/// A tail that is cut short at any place, or is not what was written, is cut off, kept aside, and said so.
#[test]
fn a_torn_tail_is_cut_off() {
    let room = Room::new();
    let kv = start(&room, &["--shards", "1"], "always");
    let mut peer = kv.connect();
    peer.ask("SET first 1", "+OK\r\n");
    let whole = fs::metadata(room.file()).unwrap().len();
    peer.ask("SET second 2", "+OK\r\n");
    kv.end();
    let bytes = fs::read(room.file()).unwrap();
    assert!(bytes.len() as u64 > whole);

    let mut tails: Vec<Vec<u8>> = (whole as usize + 1..bytes.len())
        .map(|cut| bytes[..cut].to_vec())
        .collect();
    tails.push([&bytes[..whole as usize], &[0; 5000]].concat());
    tails.push([&bytes[..whole as usize], &[0xff; 5000]].concat());
    let mut flipped = bytes.clone();
    *flipped.last_mut().unwrap() ^= 1;
    tails.push(flipped);
    for (round, tail) in tails.iter().enumerate() {
        fs::write(room.file(), tail).unwrap();
        let kv = start(
            &room,
            &["--shards", if round % 2 == 0 { "1" } else { "2" }],
            "always",
        );
        let mut peer = kv.connect();
        peer.ask("MGET first second", "*2\r\n$1\r\n1\r\n$-1\r\n");
        peer.ask("SET third 3", "+OK\r\n");
        let errors = kv.end();
        let cut = tail.len() as u64 - whole;
        assert!(errors.contains("torn tail"), "{errors}");
        assert!(
            errors.contains(&format!("cut off {cut} bytes at offset {whole}")),
            "{errors}"
        );
        assert_eq!(fs::read(room.torn()).unwrap(), tail[whole as usize..]);
        // What was written behind the cut is good.
        let kv = start(&room, &["--shards", "1"], "always");
        kv.connect().ask(
            "MGET first second third",
            "*3\r\n$1\r\n1\r\n$-1\r\n$1\r\n3\r\n",
        );
        assert_eq!(kv.end(), "");
    }
}

#[test]
fn a_file_that_is_none_of_its_own_is_left_alone() {
    let room = Room::new();
    fs::write(room.file(), "precious").unwrap();
    let output = command(&["--dir", room.path()]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(
        errors.contains("does not begin as a file of this server"),
        "{errors}"
    );
    assert_eq!(fs::read(room.file()).unwrap(), b"precious");
}

#[test]
fn one_file_has_one_server() {
    let room = Room::new();
    let kv = start(&room, &["--shards", "1"], "no");
    let output = command(&["--port", "0", "--dir", room.path()])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(errors.contains("another server has the file"), "{errors}");
    kv.end();
}

/// Lets a process write no file longer than this.
fn limit_files(command: &mut std::process::Command, most: u64) {
    let limits = move || {
        let limit = libc::rlimit {
            rlim_cur: most,
            rlim_max: libc::RLIM_INFINITY,
        };
        // SAFETY: the call reads one `rlimit`, which lives until it returns.
        let result = unsafe { libc::setrlimit(libc::RLIMIT_FSIZE, &raw const limit) };
        // SAFETY: it has the signal ignored that would end the process; the write fails instead.
        unsafe { libc::signal(libc::SIGXFSZ, libc::SIG_IGN) };
        match result {
            0 => Ok(()),
            _ => Err(std::io::Error::last_os_error()),
        }
    };
    // SAFETY: the closure makes two system calls and allocates nothing.
    unsafe { command.pre_exec(limits) };
}

/// Where the file cannot be written, writes are refused, reads are not; and it goes on when it can be written again.
#[test]
fn a_write_that_fails_is_not_acknowledged() {
    for setup in setups() {
        let room = Room::new();
        let mut command = command(&setup);
        command.args([
            "--port",
            "0",
            "--dir",
            room.path(),
            "--appendfsync",
            "always",
        ]);
        limit_files(&mut command, 20_000);
        let kv = Kv::spawn(command);
        let mut acknowledged = 0;
        let value = "x".repeat(1000);
        let mut peer = kv.connect();
        loop {
            peer.send(encode(&["SET", &format!("k:{acknowledged}"), &value]));
            let reply = peer.line();
            if reply != "+OK\r\n" {
                assert!(reply.starts_with("-MISCONF "), "{reply}");
                break;
            }
            acknowledged += 1;
            assert!(acknowledged < 30, "it must fail");
        }
        assert!(acknowledged > 10);
        let mut peer = kv.connect();
        peer.send("SET other 1\r\nDEL k:0\r\nFLUSHALL\r\nSTRLEN k:0\r\n");
        for _ in 0..3 {
            assert!(peer.line().starts_with("-MISCONF "));
        }
        assert_eq!(peer.line(), ":1000\r\n");

        let limit = libc::rlimit {
            rlim_cur: libc::RLIM_INFINITY,
            rlim_max: libc::RLIM_INFINITY,
        };
        let id = kv.id() as libc::pid_t;
        // SAFETY: the call reads one `rlimit`, which lives until it returns, and writes none.
        let result = unsafe {
            libc::prlimit(
                id,
                libc::RLIMIT_FSIZE,
                &raw const limit,
                std::ptr::null_mut(),
            )
        };
        assert_eq!(result, 0);
        eventually("it can be written again", || {
            peer.send("SET after 1\r\n");
            peer.line() == "+OK\r\n"
        });
        kv.kill();

        let kv = start(&room, &setup, "always");
        let mut peer = kv.connect();
        for key in 0..acknowledged {
            peer.ask(&format!("STRLEN k:{key}"), ":1000\r\n");
        }
        peer.ask("GET after", "$1\r\n1\r\n");
        kv.end();
    }
}

/// `FLUSHALL` while others write: whatever it left is there after a restart, and nothing that it took.
#[test]
fn flushes_and_writes_at_once() {
    for setup in setups() {
        let room = Room::new();
        let kv = start(&room, &setup, "no");
        std::thread::scope(|scope| {
            for writer in 0..3 {
                let kv = &kv;
                scope.spawn(move || {
                    let mut peer = kv.connect();
                    for n in 0..300 {
                        peer.ask(&format!("SET {writer}:{n} {n}"), "+OK\r\n");
                        if n % 50 == 17 {
                            peer.ask("FLUSHALL", "+OK\r\n");
                        }
                    }
                });
            }
        });
        let keys = |kv: &Kv| {
            let mut peer = kv.connect();
            peer.send("KEYS *\r\n");
            let count: usize = peer.line()[1..].trim().parse().unwrap();
            let mut keys: Vec<String> = (0..count)
                .map(|_| {
                    peer.line();
                    peer.line()
                })
                .collect();
            keys.sort();
            keys
        };
        let before = keys(&kv);
        assert!(!before.is_empty());
        kv.end();
        let kv = start(&room, &["--shards", "3"], "no");
        assert_eq!(keys(&kv), before);
        kv.end();
    }
}

#[test]
fn a_file_that_grew_before_its_end_was_cut_goes_on() {
    let room = Room::new();
    // A server that was killed before it had written the beginning.
    OpenOptions::new()
        .create(true)
        .write(true)
        .truncate(true)
        .open(room.file())
        .unwrap()
        .write_all(b"SPA")
        .unwrap();
    let kv = start(&room, &["--shards", "1"], "everysec");
    kv.connect().ask("SET a 1", "+OK\r\n");
    room.await_len(20);
    kv.end();
    let kv = start(&room, &["--shards", "1"], "everysec");
    kv.connect().ask("GET a", "$1\r\n1\r\n");
    kv.end();
}
