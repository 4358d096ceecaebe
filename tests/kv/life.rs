//! The server itself: how it is told what to do, how it idles, and how it ends.

use crate::common::eventually;
use crate::common::skip::skip;
use crate::peer::encode;
use crate::server::{Kv, command};
use crate::{each_server, raise_files, setups};
use std::net::{SocketAddr, TcpListener};
use std::process;
use std::thread;
use std::time::{Duration, Instant};

/// What a server says that cannot start.
fn refusal(mut command: process::Command) -> String {
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn options() {
    let help = command(&["--help"]).output().unwrap();
    assert!(help.status.success());
    let text = String::from_utf8(help.stdout).unwrap();
    for option in [
        "--port",
        "--bind",
        "--shards",
        "--backend",
        "--dir",
        "--appendfsync",
    ] {
        assert!(text.contains(option), "{text}");
    }
    for (arguments, says) in [
        (&["--nope"][..], "--nope"),
        (&["--port", "70000"], "70000"),
        (&["--backend", "x"], "queue, io_uring or auto"),
        (
            &["--dir", "/tmp", "--appendfsync", "x"],
            "always, everysec or no",
        ),
        (&["--appendfsync", "no"], "--dir"),
        (&["--bind", "nowhere"], "nowhere"),
    ] {
        let output = command(arguments).output().unwrap();
        let errors = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{errors}");
        assert!(errors.contains(says), "{errors}");
    }
    let output = command(&["--shards", "0"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
}

/// At an address of this test's own, so that other servers of this machine are not in the way.
#[test]
fn the_port_is_6400_unless_told_at_the_address_that_is_told() {
    let [.., high, low] = process::id().to_be_bytes();
    let address = SocketAddr::from(([127, 64, high, low], 6400));
    let command = command(&["--shards", "1", "--bind", &address.ip().to_string()]);
    // Somebody may have this port at all addresses.
    if let Err(error) = TcpListener::bind(address) {
        let errors = refusal(command);
        eprintln!("{address}: {error}; {errors}");
        assert!(errors.contains(&format!("cannot listen on {address}")));
        return;
    }
    let kv = Kv::spawn(command);
    assert_eq!(kv.address(), address);
    kv.connect().ask("PING", "+PONG\r\n");
    kv.end();
}

#[test]
fn a_port_that_is_taken() {
    let kv = Kv::start(&["--shards", "1"]);
    let port = kv.address().port().to_string();
    let errors = refusal(command(&["--shards", "1", "--port", &port]));
    assert!(
        errors.contains(&format!("cannot listen on 127.0.0.1:{port}")),
        "{errors}"
    );
    kv.end();
}

/// What was sent before is answered, whoever goes on sending.
#[test]
fn sigterm_drains() {
    each_server(&[], |kv| {
        let begin = Instant::now();
        let mut idle = kv.connect();
        let mut busy = kv.connect();
        let mut deaf = kv.connect();
        idle.ask("PING", "+PONG\r\n");
        deaf.send("PING\r\n");
        let commands: String = (0..1000).map(|n| format!("SET k:{n} {n}\r\n")).collect();
        busy.send(&commands);
        busy.expect("+OK\r\n".repeat(10));
        kv.terminate();
        let answered = 10 + busy.rest().len() / 5;
        assert_eq!(answered, 1000);
        assert_eq!(idle.rest(), b"");
        assert_eq!(deaf.rest(), b"+PONG\r\n");
        // It was not the limit on the time that ended them, which is 10 s.
        assert!(begin.elapsed() < Duration::from_secs(9));
    });
}

/// It holds up the end for as long as any client may, and no longer; those that read have all that they asked for.
#[test]
fn sigterm_waits_ten_seconds_for_a_client_that_never_reads() {
    // At the same time: each takes its ten seconds.
    thread::scope(|scope| {
        for setup in setups() {
            scope.spawn(move || drains_beside_a_deaf_client(&setup));
        }
    });
}

fn drains_beside_a_deaf_client(setup: &[&str]) {
    const READ: usize = 4;
    const UNREAD: usize = 40;
    let kv = Kv::start(setup);
    let mut reader = kv.connect();
    let mut deaf = kv.connect();
    let large = "x".repeat(1 << 20);
    reader.send(encode(&["SET", "large", &large]));
    reader.expect("+OK\r\n");
    // More than the systems between them hold, for the one that does not read. All in one, so that the last has come when
    // the first is answered.
    for (peer, gets) in [(&mut reader, READ), (&mut deaf, UNREAD)] {
        peer.send("GET large\r\n".repeat(gets));
        peer.expect("$");
    }
    let begin = Instant::now();
    kv.terminate();
    let reply = format!("${}\r\n{large}\r\n", large.len());
    reader.expect(&reply[1..]);
    for _ in 1..READ {
        reader.expect(&reply);
    }
    assert_eq!(reader.rest(), b"");
    let (status, errors) = kv.wait();
    let after = begin.elapsed();
    assert!(status.success(), "{setup:?}: {status}: {errors}");
    assert!(after >= Duration::from_secs(10), "{setup:?}: {after:?}");
    assert!(after < Duration::from_secs(20), "{setup:?}: {after:?}");
}

#[test]
fn keys_expire_by_themselves() {
    each_server(&[], |kv| {
        let mut peer = kv.connect();
        for n in 0..3000 {
            peer.ask(&format!("SET k:{n} x PX {}", 100 + n % 50), "+OK\r\n");
        }
        peer.ask("SET stays x", "+OK\r\n");
        // Nobody looks at them.
        eventually("all have expired but one", || {
            thread::sleep(Duration::from_millis(20));
            peer.send("DBSIZE\r\n");
            peer.line() == ":1\r\n"
        });
        let begin = Instant::now();
        peer.ask("SET k x PX 40", "+OK\r\n");
        eventually("it is not there any more", || {
            peer.send("GET k\r\n");
            let there = peer.line() != "$-1\r\n";
            if there {
                peer.line();
            }
            !there
        });
        // The server knows whole milliseconds.
        assert!(begin.elapsed() >= Duration::from_millis(39));
    });
}

#[test]
fn a_thousand_idle_connections_use_no_cpu() {
    let files = raise_files();
    if files < 1200 {
        return skip(format_args!(
            "a thousand connections need more files than the {files} that may be open"
        ));
    }
    each_server(&[], |kv| {
        let mut peers: Vec<_> = (0..1000).map(|_| kv.connect()).collect();
        for peer in &mut peers {
            peer.ask("SET k x EX 1000", "+OK\r\n");
        }
        // Until the last has gone to sleep.
        let mut least = Duration::MAX;
        for _ in 0..5 {
            let before = kv.cpu_time();
            thread::sleep(Duration::from_secs(1));
            least = least.min(kv.cpu_time() - before);
            if least < Duration::from_millis(2) {
                break;
            }
        }
        assert!(
            least < Duration::from_millis(2),
            "an idle second takes {least:?}"
        );
        peers[999].ask("GET k", "$1\r\nx\r\n");
    });
}
