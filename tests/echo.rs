//! The example `echo`, as its clients see it: what they send comes back, and each shard has its turn.

#![cfg(target_os = "linux")]

mod common;

use common::seccomp::forbid;
use common::server::{Server, command, refusal};
use common::{LONG, Setup, bytes, each_backend};
use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};
use spargio::BackendKind;
use std::collections::BTreeMap;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::os::unix::process::CommandExt;
use std::thread;
use std::time::Duration;

/// A server with as many shards and on the same backend. It is told neither, so it is put where it finds them: on so many
/// CPUs, and for the queue where there is no io_uring.
fn start(setup: &Setup) -> Server {
    let mut command = command("echo");
    command.arg("127.0.0.1:0");
    let cpus = first_cpus(setup.shards);
    let pin = move || sched_setaffinity(None, &cpus).map_err(io::Error::from);
    // SAFETY: the closure makes one system call and allocates nothing.
    unsafe { command.pre_exec(pin) };
    let falls_back = setup.backend == BackendKind::Queue;
    if falls_back {
        forbid(&mut command, libc::SYS_io_uring_setup, libc::EPERM);
    }
    let server = Server::spawn(command);
    if falls_back {
        let warning = server.errors.recv_timeout(LONG).unwrap();
        assert!(warning.contains("uses the queue backend"), "{warning}");
    } else {
        assert!(server.errors.try_recv().is_err(), "it has a ring");
    }
    server
}

/// So many of the CPUs that this process may use, if there are so many.
fn first_cpus(count: usize) -> CpuSet {
    let allowed = sched_getaffinity(None).unwrap();
    let mut cpus = CpuSet::new();
    let allowed = (0..CpuSet::MAX_CPU).filter(|&cpu| allowed.is_set(cpu));
    allowed.take(count).for_each(|cpu| cpus.set(cpu));
    cpus
}

/// How many shards such a server has.
fn shards(setup: &Setup) -> usize {
    let cpus = thread::available_parallelism().unwrap();
    setup.shards.min(cpus.get())
}

fn connect(server: &Server) -> TcpStream {
    let stream = TcpStream::connect(&server.address).unwrap();
    stream.set_read_timeout(Some(LONG)).unwrap();
    stream.set_nodelay(true).unwrap();
    stream
}

/// Sends this and reads the same.
fn echo(mut stream: &TcpStream, text: &[u8]) {
    thread::scope(|scope| {
        // A server that nobody reads from does not read, either.
        scope.spawn(|| (&*stream).write_all(text).unwrap());
        let mut back = vec![0; text.len()];
        stream.read_exact(&mut back).unwrap();
        assert!(back == text, "other bytes came back");
    });
}

/// What a shard said of a connection that has ended: which shard, how many it has had, how many bytes these were.
fn served(server: &Server) -> [u64; 3] {
    let line = server.said.recv_timeout(LONG).unwrap();
    let numbers = line.split(|c: char| !c.is_ascii_digit());
    let numbers: Vec<u64> = numbers.filter_map(|number| number.parse().ok()).collect();
    let numbers = numbers.try_into().unwrap();
    let [shard, connections, bytes] = numbers;
    let expected = format!("shard {shard}: {connections} connections, {bytes} bytes");
    assert_eq!(line, expected);
    numbers
}

#[test]
fn what_is_sent_comes_back_from_each_shard_in_turn() {
    each_backend(&[1, 2], |setup| {
        const EACH: usize = 4;
        let server = start(setup);
        let shards = shards(setup);
        let streams: Vec<_> = (0..EACH * shards).map(|_| connect(&server)).collect();
        // All are open, and none waits for another.
        for stream in streams.iter().rev() {
            echo(stream, b"hello");
        }
        let mut sent = 0;
        thread::scope(|scope| {
            for (place, stream) in streams.iter().enumerate() {
                let text = bytes(place * 100_000);
                sent += (b"hello".len() + text.len()) as u64;
                scope.spawn(move || {
                    echo(stream, &text);
                    stream.shutdown(Shutdown::Write).unwrap();
                    let rest = { stream }.read(&mut [0]).unwrap();
                    assert_eq!(rest, 0, "the end comes back, too");
                });
            }
        });
        let mut hosts = BTreeMap::new();
        for _ in &streams {
            let [shard, connections, bytes] = served(&server);
            let (before, _) = hosts.insert(shard, (connections, bytes)).unwrap_or((0, 0));
            assert_eq!(connections, before + 1, "on shard {shard}");
        }
        assert_eq!(hosts.len(), shards);
        assert!(hosts.values().all(|&(served, _)| served == EACH as u64));
        assert_eq!(hosts.values().map(|&(_, bytes)| bytes).sum::<u64>(), sent);
    });
}

#[test]
fn one_that_goes_without_a_word_harms_no_other() {
    each_backend(&[1, 2], |setup| {
        let server = start(setup);
        let streams: Vec<_> = (0..2 * shards(setup)).map(|_| connect(&server)).collect();
        for _ in 0..2 * shards(setup) {
            let mut gone = connect(&server);
            gone.write_all(&bytes(10_000)).unwrap();
            // With something unread, which makes it a reset.
            gone.read_exact(&mut [0]).unwrap();
            drop(gone);
            served(&server);
        }
        for stream in &streams {
            echo(stream, b"still here");
        }
        echo(&connect(&server), b"one more");
    });
}

#[test]
fn one_that_reads_late_has_all_and_holds_up_no_other() {
    each_backend(&[1, 2], |setup| {
        let server = start(setup);
        let streams: Vec<_> = (0..shards(setup)).map(|_| connect(&server)).collect();
        let mut late = connect(&server);
        late.set_write_timeout(Some(Duration::from_millis(200)))
            .unwrap();
        let text = bytes(1_000_003);
        let mut sent = 0;
        // Until the server does not read any more, because nobody reads what it writes.
        let stopped = loop {
            match late.write(&text[sent % text.len()..]) {
                Ok(more) => sent += more,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => break error.kind(),
            }
            assert!(sent < 100 << 20, "it goes on reading");
        };
        assert!(
            matches!(stopped, ErrorKind::WouldBlock | ErrorKind::TimedOut),
            "{stopped}"
        );
        for stream in &streams {
            echo(stream, b"hello");
        }
        late.shutdown(Shutdown::Write).unwrap();
        let mut back = Vec::new();
        late.read_to_end(&mut back).unwrap();
        assert_eq!(back.len(), sent);
        for chunk in back.chunks(text.len()) {
            assert!(text.starts_with(chunk), "other bytes came back");
        }
    });
}

#[test]
fn an_address_that_is_taken_is_said() {
    each_backend(&[1], |setup| {
        let server = start(setup);
        let error = refusal("echo", &[&server.address]);
        assert!(error.contains("in use"), "{error}");
        echo(&connect(&server), b"still here");
    });
}
