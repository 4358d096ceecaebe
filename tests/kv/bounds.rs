//! What clients can have the server keep in memory, and how many they may be.

use crate::common::eventually;
use crate::common::skip::skip;
use crate::peer::{Peer, encode};
use crate::server::Kv;
use crate::{each_server, raise_files, setups};
use std::io::{ErrorKind, Read, Write};
use std::time::Duration;

/// What was announced is not kept room for, and what may come is bounded.
#[test]
fn a_command_as_a_whole_is_bounded() {
    each_server(&["--shards", "1"], |kv| {
        let before = kv.memory();
        let mut idle: Vec<_> = (0..20).map(|_| kv.connect()).collect();
        for peer in &mut idle {
            peer.send("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$16000000\r\nx");
        }
        let mut peer = kv.connect();
        let argument = vec![b'x'; 16 << 20];
        peer.send("*5\r\n$4\r\nMGET\r\n");
        for _ in 0..3 {
            peer.send(format!("${}\r\n", argument.len()));
            peer.send(&argument);
            peer.send("\r\n");
        }
        peer.send(format!("${}\r\n", argument.len()));
        peer.expect("-ERR Protocol error: invalid bulk length\r\n");
        let more = kv.memory() - before;
        assert!(more < 200 << 10, "{more} KiB more");
    });
}

/// A client that has said much, and has nothing more to say, takes no more than one that has said little.
#[test]
fn what_was_read_is_given_back() {
    each_server(&[], |kv| {
        let value = "x".repeat(8 << 20);
        let mut peer = kv.connect();
        peer.send(encode(&["SET", "k", &value]));
        peer.expect("+OK\r\n");
        let before = kv.memory();
        let mut peers: Vec<_> = (0..30).map(|_| kv.connect()).collect();
        for peer in &mut peers {
            peer.send(encode(&["SET", "k", &value]));
            peer.expect("+OK\r\n");
        }
        let more = kv.memory().saturating_sub(before);
        assert!(more < 64 << 10, "{more} KiB more");
    });
}

/// Behind a command that waits for another shard, what the connection itself replies waits, too.
#[test]
fn replies_that_wait_are_bounded() {
    const COMMANDS: usize = 4000;
    const PINGS: usize = 10_000;
    each_server(&[], |kv| {
        let mut peer = kv.connect();
        peer.send("COMMAND\r\nQUIT\r\n");
        let reply = peer.rest();
        let reply = reply.strip_suffix(b"+OK\r\n").unwrap();
        let requests = "DBSIZE\n".to_owned() + &"COMMAND\n".repeat(COMMANDS);
        let before = kv.memory();
        let mut peers: Vec<_> = (0..30).map(|_| kv.connect()).collect();
        for peer in &mut peers {
            // So much at a time that the server reads in large pieces.
            peer.send("PING\n".repeat(PINGS));
            peer.expect("+PONG\r\n".repeat(PINGS));
            peer.send(&requests);
            peer.expect(":0\r\n");
            for _ in 0..COMMANDS {
                peer.expect(reply);
            }
        }
        let more = kv.memory().saturating_sub(before);
        assert!(more < 64 << 10, "{more} KiB more");
    });
}

/// A client that never reads is no longer read from; what it is answered takes bounded memory. Others are served.
#[test]
fn a_client_that_never_reads_takes_bounded_memory() {
    each_server(&[], |kv| {
        let mut reader = kv.connect();
        for key in 0..4 {
            reader.send(encode(&["SET", &format!("k{key}"), &"x".repeat(1 << 20)]));
            reader.expect("+OK\r\n");
        }
        let before = kv.memory();
        let mut peer = kv.connect();
        peer.0
            .set_write_timeout(Some(Duration::from_millis(500)))
            .unwrap();
        let commands: Vec<u8> = (0..1000)
            .flat_map(|n| encode(&["GET", &format!("k{}", n % 4)]))
            .collect();
        let mut sent = 0;
        let stopped = loop {
            match peer.0.write(&commands[sent % commands.len()..]) {
                Ok(more) => sent += more,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => break error.kind(),
            }
            // What the systems between them hold is some megabytes; these would be answered with terabytes.
            assert!(sent < 100 << 20, "it goes on reading");
        };
        assert!(
            matches!(stopped, ErrorKind::WouldBlock | ErrorKind::TimedOut),
            "{stopped}"
        );
        let more = kv.memory().saturating_sub(before);
        assert!(more < 64 << 10, "{more} KiB more after {sent} bytes");
        reader.ask("EXISTS k0 k1 k2 k3", ":4\r\n");

        // It is served to the end if it reads after all.
        peer.0.set_nonblocking(true).unwrap();
        let mut buffer = vec![0; 1 << 20];
        let mut read = 0_u64;
        eventually("replies go on", || {
            if let Ok(more) = peer.0.read(&mut buffer) {
                read += more as u64;
            }
            read > 200 << 20
        });
    });
}

/// How many clients the server says there are, and how many there may be.
fn clients(peer: &mut Peer) -> [usize; 2] {
    peer.send("INFO\r\n");
    let len: usize = peer.line()[1..].trim().parse().unwrap();
    let mut text = String::new();
    while text.len() < len + 2 {
        text += &peer.line();
    }
    ["connected_clients:", "maxclients:"].map(|name| {
        let line = text.lines().find_map(|line| line.strip_prefix(name));
        line.unwrap().parse().unwrap()
    })
}

/// On all shards together. Who was refused takes no place, and who leaves makes room.
#[test]
fn ten_thousand_clients_and_no_more() {
    const CLIENTS: usize = 10_000;
    let files = raise_files();
    if files < 12_000 {
        return skip(format!(
            "so many clients need more files than the {files} that may be open"
        ));
    }
    for setup in setups().iter().filter(|setup| setup.ends_with(&["2"])) {
        let kv = Kv::start(setup);
        let mut peers = Vec::new();
        for _ in 0..CLIENTS {
            let mut peer = kv.connect();
            peer.ask("PING", "+PONG\r\n");
            peers.push(peer);
        }
        for _ in 0..2 {
            for _ in 0..5 {
                let refused = kv.connect().rest();
                assert_eq!(refused, b"-ERR max number of clients reached\r\n");
            }
            assert_eq!(clients(&mut peers[0]), [CLIENTS, CLIENTS]);
            peers.pop();
            eventually("it has left", || {
                clients(&mut peers[0]) == [CLIENTS - 1, CLIENTS]
            });
            let mut next = kv.connect();
            next.ask("PING", "+PONG\r\n");
            peers.push(next);
        }
        // It ends before they do, so that it is not their ports that are not free for a while.
        kv.end();
    }
}
