//! Real clients: `redis-cli`, `redis-benchmark`, and the crate `redis`.

use crate::common::skip::skip_unless_required;
use crate::each_server;
use crate::server::Kv;
use redis::Commands;
use std::io::Write;
use std::process::{Command, Stdio};
use std::thread;

/// What a program of Debian's `redis-tools` prints, given this input. `None`: it is not installed.
fn tool(program: &str, kv: &Kv, arguments: &[&str], input: &str) -> Option<String> {
    let port = kv.address().port().to_string();
    let child = Command::new(program)
        .args(["-p", &port])
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let Ok(mut child) = child else {
        let why = format_args!("there is no {program}; .ci/run installs redis-tools");
        skip_unless_required("SPARGIO_REQUIRE_REDIS", why);
        return None;
    };
    child
        .stdin
        .take()
        .unwrap()
        .write_all(input.as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{program}: {}: {errors}",
        output.status
    );
    Some(String::from_utf8(output.stdout).unwrap())
}

#[test]
fn redis_cli() {
    each_server(&[], |kv| {
        let commands = "SET greeting \"hello, world\"\nGET greeting\nINCR visits\nMSET a 1 b 2\nMGET a b none\n\
                        EXPIRE a 100\nTTL a\nINCR greeting\nDBSIZE\n";
        let Some(printed) = tool("redis-cli", kv, &[], commands) else {
            return;
        };
        let expected = "OK\nhello, world\n1\nOK\n1\n2\n\n1\n100\nERR value is not an integer or out of range\n\n4\n";
        assert_eq!(printed, expected);
        let mut scanned: Vec<String> = tool("redis-cli", kv, &["--scan"], "")
            .unwrap()
            .lines()
            .map(str::to_owned)
            .collect();
        scanned.sort();
        assert_eq!(scanned, ["a", "b", "greeting", "visits"]);
        // RESP3 is asked for, and refused.
        let printed = tool("redis-cli", kv, &["-3", "PING"], "").unwrap();
        assert!(printed.contains("PONG"), "{printed}");
        // Thousands of commands as they stand in a file.
        let bulk: String = (0..5000).map(|n| format!("SET pipe:{n} {n}\r\n")).collect();
        let printed = tool("redis-cli", kv, &["--pipe"], &bulk).unwrap();
        assert!(printed.contains("errors: 0, replies: 5000"), "{printed}");
        assert_eq!(tool("redis-cli", kv, &["DBSIZE"], "").unwrap(), "5004\n");
    });
}

#[test]
fn redis_benchmark() {
    each_server(&[], |kv| {
        for pipeline in ["1", "16"] {
            let arguments = [
                "-t",
                "ping,set,get,incr,mset",
                "-n",
                "2000",
                "-c",
                "20",
                "-r",
                "1000",
                "-P",
                pipeline,
                "--csv",
            ];
            let Some(printed) = tool("redis-benchmark", kv, &arguments, "") else {
                return;
            };
            // A line for each test, which it prints when all replies have come and none was an error.
            for test in ["PING_INLINE", "PING_MBULK", "SET", "GET", "INCR", "MSET"] {
                assert!(printed.contains(&format!("\"{test}")), "{test}: {printed}");
            }
        }
    });
}

#[test]
fn the_crate_redis() {
    each_server(&[], |kv| {
        let client = redis::Client::open(format!("redis://{}/", kv.address())).unwrap();
        let mut connection = client.get_connection().unwrap();
        let () = connection.set("a", "1").unwrap();
        assert_eq!(connection.get::<_, String>("a").unwrap(), "1");
        assert_eq!(connection.get::<_, Option<String>>("none").unwrap(), None);
        assert_eq!(connection.incr::<_, _, i64>("a", 41).unwrap(), 42);
        assert_eq!(connection.append::<_, _, usize>("a", "x").unwrap(), 3);
        let error = connection.incr::<_, _, i64>("a", 1).unwrap_err();
        assert_eq!(
            error.kind(),
            redis::ErrorKind::Server(redis::ServerErrorKind::ResponseError)
        );
        let mut pipeline = redis::pipe();
        for n in 0..1000 {
            pipeline
                .set(format!("p:{n}"), n)
                .ignore()
                .get(format!("p:{n}"));
        }
        let values: Vec<i64> = pipeline.query(&mut connection).unwrap();
        assert_eq!(values, (0..1000).collect::<Vec<_>>());
        let keys: Vec<String> = connection
            .scan_match("p:*")
            .unwrap()
            .map(Result::unwrap)
            .collect();
        assert_eq!(keys.len(), 1000);
        let values: Vec<Option<i64>> = connection.mget(&["p:5", "none", "p:7"]).unwrap();
        assert_eq!(values, [Some(5), None, Some(7)]);
    });
}

/// Each counts what all count: nothing is lost between connections and shards.
#[test]
fn many_clients_at_once() {
    each_server(&[], |kv| {
        thread::scope(|scope| {
            for _ in 0..16 {
                scope.spawn(|| {
                    let mut peer = kv.connect();
                    for n in 0..200 {
                        peer.send(format!("INCR all\r\nINCR n:{}\r\n", n % 10));
                        peer.line();
                        peer.line();
                    }
                });
            }
        });
        let mut peer = kv.connect();
        peer.ask("GET all", "$4\r\n3200\r\n");
        for n in 0..10 {
            peer.ask(&format!("GET n:{n}"), "$3\r\n320\r\n");
        }
    });
}
