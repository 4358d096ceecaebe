//! Clients that hyper is not: silent, broken, slow, or gone.

use crate::common::server::{Server, refusal};
use crate::common::{LONG, bytes, each_backend};
use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::thread;

/// Sends some bytes and hears what comes until the server closes the connection.
fn until_closed(address: &str, bytes: &[u8], then: Option<Shutdown>) -> Vec<u8> {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(LONG)).unwrap();
    stream.write_all(bytes).unwrap();
    if let Some(how) = then {
        // It may have been closed meanwhile.
        _ = stream.shutdown(how);
    }
    let mut heard = Vec::new();
    match stream.read_to_end(&mut heard) {
        Ok(_) => {}
        // What the server had not read when it closed.
        Err(error) => assert_eq!(error.kind(), ErrorKind::ConnectionReset),
    }
    heard
}

/// Whether somebody new is served.
fn assert_serves(server: &Server) {
    let request = b"GET / HTTP/1.1\r\nhost: it\r\nconnection: close\r\n\r\n";
    let answer = until_closed(&server.address, request, None);
    assert!(answer.starts_with(b"HTTP/1.1 200 "), "{answer:?}");
}

#[test]
fn clients_that_say_nothing_or_half_of_it_are_closed() {
    each_backend(&[2], |setup| {
        let server = setup.server("http", &["--header-timeout", "3"]);
        let address = server.address.as_str();
        let halves = [
            "",
            "P",
            "PRI * HTTP/2.0\r\n\r\n",
            "GET / HT",
            "GET / HTTP/1.1\r\nhost: it\r\n",
        ];
        // All at once: each waits for the server's patience to end.
        thread::scope(|scope| {
            for half in halves {
                for then in [None, Some(Shutdown::Write)] {
                    scope.spawn(move || {
                        let heard = until_closed(address, half.as_bytes(), then);
                        assert!(!heard.starts_with(b"HTTP/1.1 200"), "{half:?}: {heard:?}");
                    });
                }
            }
            // Answered once, and then silent.
            scope.spawn(move || {
                let heard = until_closed(address, b"GET / HTTP/1.1\r\nhost: it\r\n\r\n", None);
                assert!(heard.starts_with(b"HTTP/1.1 200 "), "{heard:?}");
            });
            // Nothing more to say, but to hear.
            scope.spawn(move || {
                let heard = until_closed(
                    address,
                    b"GET /hits HTTP/1.1\r\nhost: it\r\n\r\n",
                    Some(Shutdown::Write),
                );
                assert!(heard.ends_with(b"\r\n\r\n1\n"), "{heard:?}");
            });
            // Gone in the middle of a body.
            scope.spawn(move || {
                let cut = b"POST /echo HTTP/1.1\r\nhost: it\r\ncontent-length: 100\r\n\r\nhalf";
                let heard = until_closed(address, cut, Some(Shutdown::Write));
                assert!(heard.len() < 300, "{heard:?}");
            });
        });
        assert_serves(&server);
        server.end();
    });
}

#[test]
fn garbage_is_refused_and_harms_nobody() {
    each_backend(&[1, 2], |setup| {
        let server = setup.server("http", &[]);
        let long = [&b"GET /"[..], &vec![b'a'; 1 << 20]].concat();
        let noise = bytes(1 << 16);
        for garbage in [
            &b"\r\n\0\xff\xfe\r\n\r\n"[..],
            b"hello\r\n\r\n",
            &long,
            &noise,
        ] {
            let mut stream = TcpStream::connect(&server.address).unwrap();
            stream.set_read_timeout(Some(LONG)).unwrap();
            // It may be closed before all of it is sent.
            _ = stream.write_all(garbage);
            let mut heard = Vec::new();
            _ = stream.read_to_end(&mut heard);
            assert!(
                heard.is_empty() || heard.starts_with(b"HTTP/1.1 4"),
                "{heard:?}"
            );
        }
        assert_serves(&server);
        server.end();
    });
}

#[test]
fn one_byte_at_a_time_is_a_request_like_any_other() {
    each_backend(&[1], |setup| {
        let server = setup.server("http", &[]);
        let mut stream = TcpStream::connect(&server.address).unwrap();
        stream.set_nodelay(true).unwrap();
        stream.set_read_timeout(Some(LONG)).unwrap();
        for byte in b"POST /echo HTTP/1.1\r\nhost: it\r\nconnection: close\r\ncontent-length: 5\r\n\r\nbytes" {
            stream.write_all(&[*byte]).unwrap();
        }
        let mut heard = String::new();
        stream.read_to_string(&mut heard).unwrap();
        assert!(
            heard.starts_with("HTTP/1.1 200 ") && heard.ends_with("\r\n\r\nbytes"),
            "{heard}"
        );
        server.end();
    });
}

#[test]
fn the_end_answers_what_was_asked_and_takes_nothing_new() {
    each_backend(&[2], |setup| {
        let server = setup.server("http", &[]);
        let address = server.address.clone();
        // One is idle, one in the middle of its body.
        let mut idle = TcpStream::connect(&address).unwrap();
        let mut busy = TcpStream::connect(&address).unwrap();
        for stream in [&idle, &busy] {
            stream.set_read_timeout(Some(LONG)).unwrap();
        }
        let mut head = [0; 12];
        idle.write_all(b"GET / HTTP/1.1\r\nhost: it\r\n\r\n")
            .unwrap();
        idle.read_exact(&mut head).unwrap();
        busy.write_all(b"POST /echo HTTP/1.1\r\nhost: it\r\ncontent-length: 10\r\n\r\nfirst")
            .unwrap();
        // The answer begins: the request is known.
        busy.read_exact(&mut head).unwrap();
        assert_eq!(&head, b"HTTP/1.1 200");
        let ending = thread::spawn(move || server.end());
        let mut rest = Vec::new();
        idle.read_to_end(&mut rest).unwrap();
        assert!(rest.ends_with(b"sends the body back\n"));
        busy.write_all(b"again").unwrap();
        let mut rest = Vec::new();
        busy.read_to_end(&mut rest).unwrap();
        assert!(
            rest.ends_with(b"firstagain"),
            "{}",
            String::from_utf8_lossy(&rest)
        );
        let errors = ending.join().unwrap();
        assert!(errors.is_empty(), "{errors:?}");
        assert!(TcpStream::connect(&address).is_err());
    });
}

#[test]
fn a_port_that_is_taken_is_an_error_that_says_so() {
    each_backend(&[1], |setup| {
        let server = setup.server("http", &[]);
        let port = server.address.rsplit(':').next().unwrap();
        let error = refusal("http", &["--port", port]);
        assert!(error.contains("in use"), "{error}");
        server.end();
    });
}
