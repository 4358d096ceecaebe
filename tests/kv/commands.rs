//! What each command replies.

use crate::each_server;

#[test]
fn values() {
    each_server(&[], |kv| {
        let mut peer = kv.connect();
        peer.ask("GET none", "$-1\r\n");
        peer.ask("SET a 1", "+OK\r\n");
        peer.ask("get a", "$1\r\n1\r\n");
        peer.ask("SET a 2 NX", "$-1\r\n");
        peer.ask("SET a 2 xx", "+OK\r\n");
        peer.ask("SET b 2 XX", "$-1\r\n");
        peer.ask("SET b 2 NX", "+OK\r\n");
        peer.ask("SET b 3 GET", "$1\r\n2\r\n");
        peer.ask("SET c 3 GET", "$-1\r\n");
        peer.ask("SET a 1 NX XX", "-ERR syntax error\r\n");
        peer.ask("SET a 1 EX", "-ERR syntax error\r\n");
        peer.ask(
            "SET a 1 EX 0",
            "-ERR invalid expire time in 'set' command\r\n",
        );
        peer.ask(
            "SET a 1 EX x",
            "-ERR value is not an integer or out of range\r\n",
        );
        peer.ask(
            "SET a 1 PX 9223372036854775807",
            "-ERR invalid expire time in 'set' command\r\n",
        );
        peer.ask("SET a 1 EX 9 PX 9", "-ERR syntax error\r\n");
        peer.ask("SET a 1 EX 9 KEEPTTL", "-ERR syntax error\r\n");
        peer.ask("GET a", "$1\r\n2\r\n");
        peer.ask("APPEND a xyz", ":4\r\n");
        peer.ask("APPEND new xyz", ":3\r\n");
        peer.ask("STRLEN a", ":4\r\n");
        peer.ask("STRLEN none", ":0\r\n");
        peer.ask("GET a", "$4\r\n2xyz\r\n");
    });
}

#[test]
fn numbers() {
    each_server(&[], |kv| {
        let mut peer = kv.connect();
        let not_an_integer = "-ERR value is not an integer or out of range\r\n";
        let overflow = "-ERR increment or decrement would overflow\r\n";
        peer.ask("INCR n", ":1\r\n");
        peer.ask("INCRBY n 41", ":42\r\n");
        peer.ask("DECR n", ":41\r\n");
        peer.ask("DECRBY n 42", ":-1\r\n");
        peer.ask("GET n", "$2\r\n-1\r\n");
        peer.ask("INCRBY n x", not_an_integer);
        peer.ask("INCRBY n 1.5", not_an_integer);
        peer.ask("INCRBY n 9223372036854775808", not_an_integer);
        peer.ask("SET n 9223372036854775807", "+OK\r\n");
        peer.ask("INCR n", overflow);
        peer.ask("DECRBY n -1", overflow);
        peer.ask("DECRBY n -9223372036854775808", not_an_integer);
        peer.ask("GET n", "$19\r\n9223372036854775807\r\n");
        for no_number in ["abc", "01", "+1", "1x", "-0"] {
            peer.ask(&format!("SET n {no_number}"), "+OK\r\n");
            peer.ask("INCR n", not_an_integer);
        }
    });
}

#[test]
fn several_keys_on_whatever_shards() {
    each_server(&[], |kv| {
        let mut peer = kv.connect();
        peer.ask("MSET a 1 b 2 c 3 d 4 e 5 f 6", "+OK\r\n");
        peer.ask(
            "MGET a b none c d e f",
            "*7\r\n$1\r\n1\r\n$1\r\n2\r\n$-1\r\n$1\r\n3\r\n$1\r\n4\r\n$1\r\n5\r\n$1\r\n6\r\n",
        );
        peer.ask(
            "MSET a 1 b",
            "-ERR wrong number of arguments for 'mset' command\r\n",
        );
        peer.ask("EXISTS a b none a", ":3\r\n");
        peer.ask("DBSIZE", ":6\r\n");
        peer.ask("DEL a b none a", ":2\r\n");
        peer.ask("UNLINK c", ":1\r\n");
        peer.ask("DBSIZE", ":3\r\n");
        peer.ask("KEYS none*", "*0\r\n");
        peer.ask("KEYS [d]", "*1\r\n$1\r\nd\r\n");
        peer.ask("FLUSHALL", "+OK\r\n");
        peer.ask("FLUSHALL ASYNC", "+OK\r\n");
        peer.ask("FLUSHALL sync", "+OK\r\n");
        peer.ask("FLUSHALL x", "-ERR syntax error\r\n");
        peer.ask("DBSIZE", ":0\r\n");
        peer.ask("KEYS *", "*0\r\n");
    });
}

#[test]
fn patterns() {
    each_server(&[], |kv| {
        let mut peer = kv.connect();
        for (key, pattern, matches) in [
            ("hello", "h?llo", true),
            ("hllo", "h?llo", false),
            ("heeeello", "h*llo", true),
            ("hello", "h[ae]llo", true),
            ("hillo", "h[ae]llo", false),
            ("hbllo", "h[^a]llo", true),
            ("hbllo", "h[a-c]llo", true),
            ("h*llo", "h\\*llo", true),
            ("hello", "h\\*llo", false),
            ("abcabc", "*abc", true),
            ("abc", "**", true),
            ("abc", "abc?", false),
        ] {
            peer.ask("FLUSHALL", "+OK\r\n");
            peer.ask(&format!("SET {key} 1"), "+OK\r\n");
            let keys = match matches {
                true => format!("*1\r\n${}\r\n{key}\r\n", key.len()),
                false => "*0\r\n".to_owned(),
            };
            peer.ask(&format!("KEYS {pattern}"), &keys);
        }
        // It takes no time that grows without bound.
        let key = "a".repeat(1000);
        peer.ask(&format!("SET {key} 1"), "+OK\r\n");
        peer.ask(&format!("KEYS {}b", "a*".repeat(100)), "*0\r\n");
    });
}

#[test]
fn a_scan_meets_every_key_that_stays() {
    each_server(&[], |kv| {
        let mut peer = kv.connect();
        for key in 0..500 {
            peer.ask(&format!("SET stays:{key} x"), "+OK\r\n");
            peer.ask(&format!("SET goes:{key} x"), "+OK\r\n");
        }
        let mut met = vec![false; 500];
        let (mut cursor, mut round) = ("0".to_owned(), 0);
        loop {
            peer.send(format!(
                "SCAN {cursor} MATCH stays:* TYPE string COUNT 7\r\n"
            ));
            assert_eq!(peer.line(), "*2\r\n");
            peer.line();
            cursor = peer.line().trim().to_owned();
            let keys: usize = peer.line()[1..].trim().parse().unwrap();
            for _ in 0..keys {
                peer.line();
                let key = peer.line();
                met[key.trim()["stays:".len()..].parse::<usize>().unwrap()] = true;
            }
            if cursor == "0" {
                break;
            }
            // Whatever comes and goes meanwhile.
            peer.ask(
                &format!("DEL goes:{round}"),
                if round < 500 { ":1\r\n" } else { ":0\r\n" },
            );
            peer.ask(&format!("SET comes:{round} x"), "+OK\r\n");
            round += 1;
            assert!(round < 5000, "it does not end");
        }
        assert!(met.iter().all(|&met| met));
        peer.send("SCAN 0 COUNT 9999 TYPE list\r\n");
        let lines: String = (0..4).map(|_| peer.line()).collect();
        assert!(lines.ends_with("*0\r\n"), "all are strings: {lines}");
        peer.ask("SCAN x", "-ERR invalid cursor\r\n");
        peer.ask("SCAN 0 COUNT 0", "-ERR syntax error\r\n");
        peer.ask("SCAN 0 MATCH", "-ERR syntax error\r\n");
        peer.ask("SCAN 18446744073709551615", "*2\r\n$1\r\n0\r\n*0\r\n");
    });
}

#[test]
fn what_a_connection_answers_itself() {
    each_server(&[], |kv| {
        let mut peer = kv.connect();
        peer.ask("PING", "+PONG\r\n");
        peer.ask("PING hello", "$5\r\nhello\r\n");
        peer.ask("ECHO hello", "$5\r\nhello\r\n");
        peer.ask(
            "ECHO",
            "-ERR wrong number of arguments for 'echo' command\r\n",
        );
        peer.ask("SELECT 0", "+OK\r\n");
        peer.ask(
            "PING a b",
            "-ERR wrong number of arguments for 'ping' command\r\n",
        );
        peer.ask("SELECT 1", "-ERR DB index is out of range\r\n");
        peer.ask("CONFIG GET save", "*2\r\n$4\r\nsave\r\n$0\r\n\r\n");
        peer.ask("CONFIG GET nope", "*0\r\n");
        peer.ask(
            "CONFIG SET save x",
            "-ERR unknown subcommand 'SET'. Try CONFIG HELP.\r\n",
        );
        peer.ask("CLIENT SETNAME me", "+OK\r\n");
        peer.ask("CLIENT GETNAME", "$-1\r\n");
        peer.ask(
            "CLIENT LIST",
            "-ERR unknown subcommand 'LIST'. Try CLIENT HELP.\r\n",
        );
        peer.ask("CLIENT SETINFO lib-name x", "+OK\r\n");
        peer.ask("COMMAND DOCS", "*0\r\n");
        peer.ask("COMMAND COUNT", ":33\r\n");
        peer.ask(
            "COMMAND INFO get",
            "*1\r\n*6\r\n$3\r\nget\r\n:2\r\n*1\r\n+readonly\r\n:1\r\n:1\r\n:1\r\n",
        );
        peer.ask("COMMAND INFO nope", "*1\r\n*-1\r\n");
        peer.ask("HELLO", "-NOPROTO unsupported protocol version\r\n");
        peer.ask("HELLO 3", "-NOPROTO unsupported protocol version\r\n");
        peer.ask(
            "NOPE a b",
            "-ERR unknown command 'NOPE', with args beginning with: 'a' 'b' \r\n",
        );
        peer.send("INFO\r\n");
        let len: usize = peer.line()[1..].trim().parse().unwrap();
        assert!(len > 100);
        let mut text = String::new();
        while text.len() < len + 2 {
            text += &peer.line();
        }
        assert!(text.contains("connected_clients:1\r\n"), "{text}");
        assert!(text.contains("db0:keys=0\r\n"), "{text}");
        peer.ask("QUIT", "+OK\r\n");
        assert_eq!(peer.rest(), b"");
    });
}
