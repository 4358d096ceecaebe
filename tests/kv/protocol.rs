//! What comes over a connection, however it comes.

use crate::each_server;
use crate::peer::encode;
use std::io::Write;

#[test]
fn inline_commands() {
    each_server(&[], |kv| {
        let mut peer = kv.connect();
        peer.send(
            "\r\n  \r\nPING\r\nset 'a b' \"c\\x64\\n\\\"\"\n  get 'a b'  \r\n*0\r\n*-1\r\nPING\r\n",
        );
        peer.expect("+PONG\r\n+OK\r\n$4\r\ncd\n\"\r\n+PONG\r\n");
        peer.send("get \"a b\r\n");
        peer.expect("-ERR Protocol error: unbalanced quotes in request\r\n");
        assert_eq!(peer.rest(), b"");
    });
}

/// Commands for keys of all shards, and those that the connection answers, in between each other.
fn mixed(commands: usize) -> (Vec<u8>, Vec<u8>) {
    let (mut sent, mut expected) = (Vec::new(), Vec::new());
    for n in 0..commands {
        let (key, value) = (format!("key:{n}"), format!("value:{n}"));
        sent.extend(encode(&["SET", &key, &value]));
        expected.extend(b"+OK\r\n");
        sent.extend(encode(&["GET", &key]));
        expected.extend(format!("${}\r\n{value}\r\n", value.len()).bytes());
        match n % 5 {
            0 => {
                sent.extend(encode(&["PING"]));
                expected.extend(b"+PONG\r\n");
            }
            1 => {
                sent.extend(encode(&["MGET", &key, "none", &key]));
                let bulk = format!("${}\r\n{value}\r\n", value.len());
                expected.extend(format!("*3\r\n{bulk}$-1\r\n{bulk}").bytes());
            }
            2 => {
                sent.extend(encode(&["DEL", &key, "none", &key]));
                expected.extend(b":1\r\n");
                sent.extend(encode(&["DBSIZE"]));
                expected.extend(format!(":{}\r\n", n - n / 5).bytes());
            }
            3 => {
                sent.extend(encode(&["INCR", &key]));
                expected.extend(b"-ERR value is not an integer or out of range\r\n");
            }
            _ => {
                sent.extend(encode(&["NOPE"]));
                expected.extend(b"-ERR unknown command 'NOPE', with args beginning with: \r\n");
            }
        }
    }
    (sent, expected)
}

#[test]
fn a_pipeline_is_answered_in_order() {
    each_server(&[], |kv| {
        let mut peer = kv.connect();
        let (sent, expected) = mixed(2000);
        let mut writer = peer.0.try_clone().unwrap();
        let writing = std::thread::spawn(move || writer.write_all(&sent).unwrap());
        peer.expect(expected);
        writing.join().unwrap();
    });
}

#[test]
fn one_byte_at_a_time() {
    each_server(&[], |kv| {
        let mut peer = kv.connect();
        let (sent, expected) = mixed(15);
        for byte in sent.chunks(1) {
            peer.send(byte);
        }
        peer.expect(expected);
        // As often cut in two, at each place.
        let mut command = encode(&["SET", "k", "a\r\nb\0c"]);
        command.extend(b"get k\r\n");
        for cut in 1..command.len() {
            peer.send(&command[..cut]);
            peer.send(&command[cut..]);
            peer.expect("+OK\r\n$6\r\na\r\nb\0c\r\n");
        }
    });
}

#[test]
fn large_values() {
    each_server(&[], |kv| {
        let mut peer = kv.connect();
        for len in [1 << 16, 1 << 20, 16 << 20] {
            let value: Vec<u8> = (0..len).map(|n| (n % 251) as u8).collect();
            peer.send(encode(&[&b"SET"[..], b"large", &value]));
            peer.expect("+OK\r\n");
            peer.send(encode(&["GET", "large"]));
            peer.expect(format!("${len}\r\n"));
            peer.expect(&value);
            peer.expect("\r\n");
        }
        peer.ask(
            "APPEND large x",
            "-ERR string exceeds maximum allowed size (proto-max-bulk-len)\r\n",
        );
        peer.ask("STRLEN large", &format!(":{}\r\n", 16 << 20));
    });
}

/// What is malformed or too large has an error reply, and the connection is closed; the server goes on.
#[test]
fn malformed_and_oversized_commands_end_the_connection() {
    each_server(&[], |kv| {
        let too_long = "x".repeat((64 << 10) + 1);
        let many = "*65537\r\n".to_owned();
        // Each argument may be so long, but not all of them.
        for (sent, error) in [
            ("*2\r\n+GET\r\n", "expected '$', got '+'"),
            ("*1\r\n*1\r\n$4\r\nPING\r\n", "expected '$', got '*'"),
            ("*x\r\n", "invalid multibulk length"),
            ("*99999999999999999999\r\n", "invalid multibulk length"),
            ("*2147483648\r\n", "invalid multibulk length"),
            (
                "*00000000000000000000000000000000000000000001\r\n",
                "invalid multibulk length",
            ),
            (&many, "invalid multibulk length"),
            ("*1\r\n$-1\r\n", "invalid bulk length"),
            ("*1\r\n$x\r\n", "invalid bulk length"),
            ("*1\r\n$16777217\r\n", "invalid bulk length"),
            ("*1\r\n$9223372036854775807\r\n", "invalid bulk length"),
            ("*1\r\n$4\r\nPINGxx", "expected CRLF behind a bulk"),
            (&too_long, "too big inline request"),
        ] {
            let mut peer = kv.connect();
            peer.send("PING\r\n");
            peer.send(sent);
            peer.expect("+PONG\r\n");
            peer.expect(format!("-ERR Protocol error: {error}\r\n"));
            assert_eq!(peer.rest(), b"", "{error}");
        }
        kv.connect().ask("PING", "+PONG\r\n");
    });
}

/// Numbers that look random and are the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % below
    }
}

/// Something like a command, more or less.
fn garbage(dice: &mut Dice) -> Vec<u8> {
    let pieces: [&[u8]; 14] = [
        b"*3\r\n",
        b"$3\r\n",
        b"SET",
        b"GET",
        b"\r\n",
        b"k",
        b"*",
        b"$-1\r\n",
        b"MGET",
        b"\"",
        b"SCAN 0 COUNT ",
        b"DEL ",
        b"\0\xff",
        b"99999999999",
    ];
    let mut bytes = Vec::new();
    for _ in 0..dice.roll(40) {
        match dice.roll(4) {
            0 => bytes.push(dice.roll(256) as u8),
            1 => bytes.extend(encode(&["SET", "k", "v"])),
            _ => bytes.extend(pieces[dice.roll(pieces.len())]),
        }
    }
    bytes
}

#[test]
fn garbage_does_no_harm() {
    each_server(&[], |kv| {
        let mut dice = Dice(7);
        for round in 0..400 {
            let mut peer = kv.connect();
            let bytes = garbage(&mut dice);
            // It may have been ended before all was sent.
            _ = peer.0.write_all(&bytes);
            if round % 2 == 0 {
                _ = peer.0.shutdown(std::net::Shutdown::Write);
                peer.rest();
            }
        }
        let mut peer = kv.connect();
        peer.ask("SET sane 1", "+OK\r\n");
        peer.ask("GET sane", "$1\r\n1\r\n");
    });
}
