//! The example `chat`, as its members see it, over TCP and over a Unix socket.

#![cfg(target_os = "linux")]

mod common;

use common::place::Place;
use common::server::{Server, refusal};
use common::{LONG, Setup, each_backend, eventually};
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::os::unix::net::UnixStream;
use std::thread;

/// A member's end of its connection, of whichever kind.
struct Member {
    heard: BufReader<Box<dyn Read + Send>>,
    said: Box<dyn Write + Send>,
    hang_up: Box<dyn Fn(Shutdown) + Send>,
}

impl Member {
    fn connect(server: &Server) -> Self {
        if server.address.starts_with('/') {
            let stream = UnixStream::connect(&server.address).unwrap();
            stream.set_read_timeout(Some(LONG)).unwrap();
            let (reading, writing) = (stream.try_clone().unwrap(), stream.try_clone().unwrap());
            let hang_up = move |how| stream.shutdown(how).unwrap();
            return Self::new(reading, writing, hang_up);
        }
        let stream = TcpStream::connect(&server.address).unwrap();
        stream.set_read_timeout(Some(LONG)).unwrap();
        stream.set_nodelay(true).unwrap();
        let (reading, writing) = (stream.try_clone().unwrap(), stream.try_clone().unwrap());
        let hang_up = move |how| stream.shutdown(how).unwrap();
        Self::new(reading, writing, hang_up)
    }

    fn new(
        reading: impl Read + Send + 'static,
        writing: impl Write + Send + 'static,
        hang_up: impl Fn(Shutdown) + Send + 'static,
    ) -> Self {
        Self {
            heard: BufReader::new(Box::new(reading)),
            said: Box::new(writing),
            hang_up: Box::new(hang_up),
        }
    }

    /// Comes in under a name, and hears of it.
    fn join(server: &Server, name: &str) -> Self {
        let mut member = Self::connect(server);
        assert_eq!(member.hear(), "* your name?");
        member.say(name);
        assert_eq!(member.hear(), format!("* {name} has joined"));
        member
    }

    fn send(&mut self, bytes: &[u8]) {
        self.said.write_all(bytes).unwrap();
    }

    fn say(&mut self, line: &str) {
        self.send(format!("{line}\n").as_bytes());
    }

    /// The next line; an empty one is the end.
    fn hear(&mut self) -> String {
        let mut line = String::new();
        self.heard.read_line(&mut line).unwrap();
        line.truncate(line.trim_end_matches('\n').len());
        line
    }

    fn hang_up(&self, how: Shutdown) {
        (self.hang_up)(how);
    }
}

/// Members who all know of each other.
fn members<const N: usize>(server: &Server, names: [&str; N]) -> [Member; N] {
    let mut members: Vec<Member> = Vec::new();
    for name in names {
        let new = Member::join(server, name);
        for before in &mut members {
            assert_eq!(before.hear(), format!("* {name} has joined"));
        }
        members.push(new);
    }
    members.try_into().ok().unwrap()
}

/// Runs a test on every backend, over TCP and over a Unix socket.
fn each_way(shards: &[usize], test: impl Fn(Server)) {
    each_backend(shards, |setup: &Setup| {
        test(setup.server("chat", &[]));
        let place = Place::new();
        test(setup.server("chat", &["--unix", place.path()]));
        assert!(!place.0.exists(), "it is removed at the end");
    });
}

#[test]
fn all_hear_the_same_in_one_order() {
    const NAMES: [&str; 5] = ["ann", "bob", "cid", "dora", "emil"];
    const LINES: usize = 100;
    each_way(&[1, 2, 4], |server| {
        let members = members(&server, NAMES);
        let heard: Vec<Vec<String>> = thread::scope(|scope| {
            let members = members.into_iter().map(|mut member| {
                scope.spawn(move || {
                    (0..LINES).for_each(|n| member.say(&n.to_string()));
                    (0..LINES * NAMES.len()).map(|_| member.hear()).collect()
                })
            });
            let members: Vec<_> = members.collect();
            members.into_iter().map(|it| it.join().unwrap()).collect()
        });
        assert!(heard.iter().all(|one| *one == heard[0]));
        for name in NAMES {
            let prefix = format!("{name}: ");
            let lines = heard[0]
                .iter()
                .filter_map(|line| line.strip_prefix(&prefix));
            assert!(lines.eq((0..LINES).map(|n| n.to_string())), "{name}");
        }
        assert!(server.end().is_empty());
    });
}

#[test]
fn one_who_never_reads_is_dropped_and_the_others_go_on() {
    each_way(&[1, 2], |server| {
        let [mut ann, mut bob, mut slow] = members(&server, ["ann", "bob", "slow"]);
        let dropped = "* slow was dropped: it reads too slowly";
        let long = "x".repeat(1000);
        // Ann and Bob hear what was said before more is said, so they are never too slow.
        let mut rounds = 0;
        while {
            const ROUND: usize = 32;
            (0..ROUND).for_each(|_| ann.say(&long));
            let heard = [&mut ann, &mut bob].map(|member| {
                let heard: Vec<_> = (0..ROUND).map(|_| member.hear()).collect();
                heard.iter().any(|line| line == dropped)
            });
            assert_eq!(heard[0], heard[1]);
            rounds += 1;
            assert!(rounds < 10_000, "300 MB wait for somebody who never reads");
            !heard[0]
        } {}
        // The news was one more line than was said.
        for member in [&mut ann, &mut bob] {
            assert!(member.hear().starts_with("ann: xxx"));
        }
        bob.say("still here");
        for member in [&mut ann, &mut bob] {
            assert_eq!(member.hear(), "bob: still here");
        }
        // Its connection ends, after what was under way.
        let mut rest = Vec::new();
        match slow.heard.read_to_end(&mut rest) {
            Ok(_) => {}
            Err(error) => assert_eq!(error.kind(), ErrorKind::ConnectionReset),
        }
        // Its name is free again.
        Member::join(&server, "slow");
        server.end();
    });
}

#[test]
fn one_who_sends_much_at_once_has_nobody_dropped() {
    each_backend(&[2], |setup| {
        const LINES: usize = 4000;
        let server = setup.server("chat", &[]);
        let members = members(&server, ["ann", "bob", "cid", "dora"]);
        let text: String = (0..LINES).map(|n| format!("line {n}\n")).collect();
        thread::scope(|scope| {
            for (place, mut member) in members.into_iter().enumerate() {
                let text = (place == 0).then_some(&text);
                scope.spawn(move || {
                    if let Some(text) = text {
                        member.send(text.as_bytes());
                    }
                    for n in 0..LINES {
                        assert_eq!(member.hear(), format!("ann: line {n}"));
                    }
                });
            }
        });
        server.end();
    });
}

#[test]
fn a_line_that_is_too_long_or_no_text_is_an_error_and_the_next_is_not() {
    each_way(&[1, 2], |server| {
        let [mut ann, mut bob] = members(&server, ["ann", "bob"]);
        let too_long = "! that line has more than 1024 bytes: send it in parts";
        let no_text = "! that line is not plain text in UTF-8: send it as such";
        let longest = "x".repeat(1024);
        for (line, error) in [
            (longest.as_bytes(), None),
            (format!("{longest}x").as_bytes(), Some(too_long)),
            (&vec![b'y'; 1 << 20], Some(too_long)),
            (b"hello \xff\xfe", Some(no_text)),
            (b"\x1b[2J", Some(no_text)),
            (b"", None),
            (b"tab\tand return\r", None),
        ] {
            ann.send(&[line, b"\n"].concat());
            if let Some(error) = error {
                assert_eq!(ann.hear(), error);
                continue;
            }
            let line = String::from_utf8_lossy(line);
            let heard = format!("ann: {}", line.trim_end_matches('\r'));
            assert_eq!(ann.hear(), heard);
            // Nothing of the others came here.
            assert_eq!(bob.hear(), heard);
        }
        // One byte at a time.
        b"slowly\n".iter().for_each(|&byte| ann.send(&[byte]));
        assert_eq!(bob.hear(), "ann: slowly");
        server.end();
    });
}

#[test]
fn names_are_good_and_taken_once() {
    each_way(&[2], |server| {
        let mut ann = Member::join(&server, "ann");
        let mut other = Member::connect(&server);
        assert_eq!(other.hear(), "* your name?");
        let bad = "! a name has 1 to 20 letters, digits, - and _: send another";
        for (name, error) in [
            ("ann", "! that name is taken: send another"),
            ("", bad),
            ("two words", bad),
            ("abcdefghijklmnopqrstu", bad),
        ] {
            other.say(name);
            assert_eq!(other.hear(), error);
        }
        ann.hang_up(Shutdown::Write);
        assert_eq!(ann.hear(), "", "the end");
        other.say("ann");
        assert_eq!(other.hear(), "* ann has joined");
        // One who goes without a name was never there.
        Member::connect(&server).hang_up(Shutdown::Both);
        other.say("alone");
        assert_eq!(other.hear(), "ann: alone");
        server.end();
    });
}

#[test]
fn one_who_goes_in_the_middle_of_a_line_has_left() {
    each_way(&[1, 2], |server| {
        let [mut ann, mut bob, mut cid] = members(&server, ["ann", "bob", "cid"]);
        bob.send(b"whole\nhal");
        bob.hang_up(Shutdown::Both);
        for expected in ["bob: whole", "* bob has left"] {
            assert_eq!(ann.hear(), expected);
            assert_eq!(cid.hear(), expected);
        }
        // With something unread, which makes it a reset.
        ann.say("you will not read this");
        assert_eq!(ann.hear(), "ann: you will not read this");
        drop(cid);
        assert_eq!(ann.hear(), "* cid has left");
        server.end();
    });
}

#[test]
fn one_who_has_no_more_to_say_hears_what_was_said() {
    each_way(&[1, 2], |server| {
        let mut member = Member::connect(&server);
        let lines: String = (0..500).map(|n| format!("{n}\n")).collect();
        member.send(format!("ann\n{lines}").as_bytes());
        member.hang_up(Shutdown::Write);
        assert_eq!(member.hear(), "* your name?");
        assert_eq!(member.hear(), "* ann has joined");
        for n in 0..500 {
            assert_eq!(member.hear(), format!("ann: {n}"));
        }
        assert_eq!(member.hear(), "", "the end");
        server.end();
    });
}

#[test]
fn at_the_end_all_are_told() {
    each_way(&[1, 2, 4], |server| {
        let mut members = members(&server, ["ann", "bob", "cid", "dora"]);
        members[0].say("last");
        for member in &mut members {
            assert_eq!(member.hear(), "ann: last");
        }
        let ending = thread::spawn(move || server.end());
        for member in &mut members {
            assert_eq!(member.hear(), "* the server ends");
            assert_eq!(member.hear(), "", "the end");
        }
        assert!(ending.join().unwrap().is_empty());
    });
}

#[test]
fn a_path_is_taken_over_only_from_those_who_have_ended() {
    each_backend(&[1], |setup| {
        let place = Place::new();
        let refuse = || {
            let error = refusal("chat", &["--unix", place.path()]);
            assert!(error.contains("in use"), "{error}");
        };
        // Somebody's file.
        std::fs::write(&place.0, "precious").unwrap();
        refuse();
        assert_eq!(std::fs::read(&place.0).unwrap(), b"precious");
        std::fs::remove_file(&place.0).unwrap();
        // A server that was killed leaves its socket there.
        drop(setup.server("chat", &["--unix", place.path()]));
        assert!(place.0.exists());
        // A ring ends after its process, in the kernel's own time, and its listener with it.
        eventually("nobody listens any more", || {
            let found = UnixStream::connect(&place.0);
            found.is_err_and(|error| error.kind() == ErrorKind::ConnectionRefused)
        });
        let server = setup.server("chat", &["--unix", place.path()]);
        refuse();
        Member::join(&server, "ann");
        server.end();
        assert!(!place.0.exists());
    });
}
