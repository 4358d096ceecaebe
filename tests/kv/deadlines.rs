//! When keys expire, as commands say it.

use crate::common::eventually;
use crate::each_server;
use crate::peer::Peer;
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

#[test]
fn deadlines() {
    each_server(&[], |kv| {
        let mut peer = kv.connect();
        peer.ask("SET a 1", "+OK\r\n");
        peer.ask("TTL a", ":-1\r\n");
        peer.ask("TTL none", ":-2\r\n");
        peer.ask("EXPIRE none 100", ":0\r\n");
        peer.ask("EXPIRE a 100", ":1\r\n");
        peer.ask("TTL a", ":100\r\n");
        peer.ask("SET a 2 KEEPTTL", "+OK\r\n");
        peer.ask("TTL a", ":100\r\n");
        peer.ask("INCR a", ":3\r\n");
        peer.ask("TTL a", ":100\r\n");
        peer.ask("EXPIRE a 200 NX", ":0\r\n");
        peer.ask("EXPIRE a 50 GT", ":0\r\n");
        peer.ask("EXPIRE a 200 GT", ":1\r\n");
        peer.ask("TTL a", ":200\r\n");
        peer.ask("PERSIST a", ":1\r\n");
        peer.ask("PERSIST a", ":0\r\n");
        peer.ask("TTL a", ":-1\r\n");
        peer.ask("PEXPIRE a 300000", ":1\r\n");
        peer.ask("TTL a", ":300\r\n");
        peer.ask("SET a 2", "+OK\r\n");
        peer.ask("TTL a", ":-1\r\n");
        peer.ask("EXPIRE a -1", ":1\r\n");
        peer.ask("GET a", "$-1\r\n");
        peer.ask("SET b 1 PX 100000", "+OK\r\n");
        peer.ask("TTL b", ":100\r\n");
        peer.ask("EXPIREAT b 1", ":1\r\n");
        peer.ask("EXISTS b", ":0\r\n");
        peer.ask(
            "EXPIRE a x",
            "-ERR value is not an integer or out of range\r\n",
        );
        peer.ask(
            "EXPIRE a 9223372036854775807",
            "-ERR invalid expire time in 'expire' command\r\n",
        );
    });
}

/// In milliseconds.
fn unix_time() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.unwrap().as_millis() as u64
}

/// Fails unless a key expires at exactly this time.
#[track_caller]
fn expires_at(peer: &mut Peer, key: &str, deadline: u64) {
    let before = unix_time();
    peer.send(format!("PTTL {key}\r\n"));
    let left: u64 = peer.line()[1..].trim().parse().unwrap();
    let at = before + left..=unix_time() + left;
    assert!(at.contains(&deadline), "at {at:?}, not {deadline}");
}

#[test]
fn milliseconds() {
    each_server(&[], |kv| {
        let mut peer = kv.connect();
        peer.ask("PTTL none", ":-2\r\n");
        peer.ask("SET a 1", "+OK\r\n");
        peer.ask("PTTL a", ":-1\r\n");
        // In whole seconds, and so that none of them is over soon.
        let later = (unix_time() / 1000 + 1000) * 1000;
        for (set, deadline) in [
            (format!("PEXPIREAT a {}", later + 7), later + 7),
            (format!("EXPIREAT a {}", later / 1000), later),
        ] {
            peer.ask(&set, ":1\r\n");
            expires_at(&mut peer, "a", deadline);
        }
        for (set, deadline) in [
            (format!("SET a 2 PXAT {}", later + 8), later + 8),
            ("SET a 3 KEEPTTL".to_owned(), later + 8),
            (format!("SET a 4 EXAT {}", later / 1000), later),
        ] {
            peer.ask(&set, "+OK\r\n");
            expires_at(&mut peer, "a", deadline);
        }
        for (set, most) in [("SET a 5 PX 500007", 500_007), ("SET a 6 EX 500", 500_000)] {
            let before = unix_time();
            peer.ask(set, "+OK\r\n");
            peer.send("PTTL a\r\n");
            let left: u64 = peer.line()[1..].trim().parse().unwrap();
            let passed = unix_time() - before;
            assert!((most - passed..=most).contains(&left), "{set}: {left}");
        }
    });
}

#[test]
fn conditions() {
    each_server(&[], |kv| {
        let mut peer = kv.connect();
        let time = unix_time() + 1_000_000;
        peer.ask(&format!("PEXPIREAT none {time}"), ":0\r\n");
        peer.ask("SET a 1", "+OK\r\n");
        // A key without a deadline never expires, which is later than any time.
        for (more, condition, is_set) in [
            (0, "XX", false),
            (0, "GT", false),
            (0, "LT", true),
            (1, "NX", false),
            (1, "LT", false),
            (0, "LT", false),
            (0, "GT", false),
            (1, "GT", true),
            (2, "xx", true),
            (1, "lt", true),
        ] {
            let set = format!("PEXPIREAT a {} {condition}", time + more);
            peer.ask(&set, &format!(":{}\r\n", u8::from(is_set)));
            if is_set {
                expires_at(&mut peer, "a", time + more);
            }
        }
        peer.ask("PERSIST a", ":1\r\n");
        peer.ask(&format!("PEXPIREAT a {time} NX"), ":1\r\n");
        peer.ask(
            &format!("PEXPIREAT a {time} x"),
            "-ERR Unsupported option\r\n",
        );
        expires_at(&mut peer, "a", time);
    });
}

#[test]
fn a_time_that_has_come() {
    each_server(&[], |kv| {
        let mut peer = kv.connect();
        for passed in ["1", "0", "-1", &unix_time().to_string()] {
            peer.ask("SET a 1", "+OK\r\n");
            peer.ask(&format!("PEXPIREAT a {passed}"), ":1\r\n");
            peer.ask("EXISTS a", ":0\r\n");
            peer.ask("PTTL a", ":-2\r\n");
        }
        peer.ask("SET a 1", "+OK\r\n");
        let soon = unix_time() + 100;
        peer.ask(&format!("PEXPIREAT a {soon}"), ":1\r\n");
        eventually("it has expired", || {
            thread::sleep(Duration::from_millis(2));
            peer.send("EXISTS a\r\n");
            peer.line() == ":0\r\n"
        });
        assert!(unix_time() >= soon);
        // The last time there is.
        peer.ask("SET a 1", "+OK\r\n");
        peer.ask(&format!("PEXPIREAT a {}", i64::MAX), ":1\r\n");
        expires_at(&mut peer, "a", i64::MAX as u64);
        peer.ask(
            "PEXPIREAT a 9223372036854775808",
            "-ERR value is not an integer or out of range\r\n",
        );
        peer.ask(
            "PEXPIREAT a",
            "-ERR wrong number of arguments for 'pexpireat' command\r\n",
        );
        peer.ask(
            "PTTL a b",
            "-ERR wrong number of arguments for 'pttl' command\r\n",
        );
    });
}
