//! A client that says what it likes and reads byte for byte what it is answered.

use crate::common::LONG;
use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};

pub(crate) struct Peer(pub(crate) TcpStream);

/// A command as clients send it.
pub(crate) fn encode<A: AsRef<[u8]>>(arguments: &[A]) -> Vec<u8> {
    let mut bytes = format!("*{}\r\n", arguments.len()).into_bytes();
    for argument in arguments {
        let argument = argument.as_ref();
        bytes.extend_from_slice(format!("${}\r\n", argument.len()).as_bytes());
        bytes.extend_from_slice(argument);
        bytes.extend_from_slice(b"\r\n");
    }
    bytes
}

impl Peer {
    pub(crate) fn connect(to: SocketAddr) -> Self {
        let stream = TcpStream::connect(to).unwrap();
        stream.set_nodelay(true).unwrap();
        stream.set_read_timeout(Some(LONG)).unwrap();
        stream.set_write_timeout(Some(LONG)).unwrap();
        Self(stream)
    }

    pub(crate) fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.0.write_all(bytes.as_ref()).unwrap();
    }

    /// Reads exactly this.
    #[track_caller]
    pub(crate) fn expect(&mut self, expected: impl AsRef<[u8]>) {
        let expected = expected.as_ref();
        let mut got = vec![0; expected.len()];
        let mut len = 0;
        while len < got.len() && got[..len] == expected[..len] {
            match self.0.read(&mut got[len..]) {
                Ok(0) => break,
                Ok(more) => len += more,
                // A time limit keeps the system from going on by itself.
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => panic!("{error} after {:?}", got[..len].escape_ascii().to_string()),
            }
        }
        let show = |bytes: &[u8]| bytes[..bytes.len().min(600)].escape_ascii().to_string();
        assert!(
            got[..len] == *expected,
            "{}, not {}",
            show(&got[..len]),
            show(expected)
        );
    }

    /// Sends a command of words, and reads exactly this.
    #[track_caller]
    pub(crate) fn ask(&mut self, command: &str, expected: &str) {
        let words: Vec<&str> = command.split(' ').filter(|word| !word.is_empty()).collect();
        self.send(encode(&words));
        self.expect(expected);
    }

    /// Reads a line, with its end.
    pub(crate) fn line(&mut self) -> String {
        let mut line = Vec::new();
        while !line.ends_with(b"\r\n") {
            let mut byte = [0];
            if let Err(error) = self.0.read_exact(&mut byte) {
                panic!("{error} after {:?}", line.escape_ascii().to_string());
            }
            line.push(byte[0]);
        }
        String::from_utf8(line).unwrap()
    }

    /// Reads to the end. A server that has not read all may end a connection hard.
    pub(crate) fn rest(&mut self) -> Vec<u8> {
        let mut rest = Vec::new();
        match self.0.read_to_end(&mut rest) {
            Err(error) if error.kind() != ErrorKind::ConnectionReset => panic!("{error}"),
            _ => rest,
        }
    }
}
