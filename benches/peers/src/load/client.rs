//! The one client of all servers: a plain thread on near's CPU that blocks in system calls. It knows nothing of runtimes,
//! so what differs is the server. Whatever comes back is compared with what was sent.

use crate::load::{BLOCK, NEAR};
use crate::measure::{Measured, Stopwatch, pin};
use rustix::event::epoll;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::fd::OwnedFd;
use std::thread;

/// The bytes of a message.
const MESSAGE: usize = 64;
/// How far the writer of a stream may be ahead of what has come back. It fits into the buffers of a connection, so that
/// neither end ever waits for the other to read.
const AHEAD: u64 = 16 * BLOCK as u64;
/// After so many bytes a stream repeats itself: a prime, so that no two blocks are alike for long.
const PERIOD: usize = 4099;

/// One connection, one message there and back, and again.
pub fn trips(server: SocketAddr, operations: u64) -> Measured {
    on_near(move || {
        let mut peer = Peer::connect(server);
        let mut trips = |operations| {
            for _ in 0..operations {
                peer.send();
                peer.receive();
            }
        };
        trips(operations / 10);
        let watch = Stopwatch::start();
        trips(operations);
        watch.stop(operations)
    })
}

/// So many connections, each with one message under way.
pub fn exchange(server: SocketAddr, connections: usize, operations: u64) -> Measured {
    on_near(move || {
        let mut crowd = Crowd::connect(server, connections);
        crowd.exchange(operations / 10);
        let watch = Stopwatch::start();
        crowd.exchange(operations);
        watch.stop(operations)
    })
}

/// One connection, blocks written one after the other while earlier ones come back.
pub fn stream(server: SocketAddr, operations: u64) -> Measured {
    on_near(move || {
        let mut stream = connect(server);
        run_through(&mut stream, operations / 10);
        let watch = Stopwatch::start();
        run_through(&mut stream, operations);
        watch.stop(operations)
    })
}

fn on_near(work: impl FnOnce() -> Measured + Send + 'static) -> Measured {
    let client = thread::spawn(|| {
        pin(NEAR);
        work()
    });
    client.join().expect("what comes back is what was sent")
}

fn connect(server: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(server).expect("the server listens");
    stream.set_nodelay(true).expect("a TCP stream");
    stream
}

/// A connection with at most one message under way.
struct Peer {
    stream: TcpStream,
    sent: u8,
}

impl Peer {
    fn connect(server: SocketAddr) -> Self {
        Self {
            stream: connect(server),
            sent: 0,
        }
    }

    fn send(&mut self) {
        self.sent = self.sent.wrapping_add(1);
        let message = [self.sent; MESSAGE];
        self.stream.write_all(&message).expect("the server reads");
    }

    fn receive(&mut self) {
        let mut message = [0; MESSAGE];
        self.stream
            .read_exact(&mut message)
            .expect("the server answers");
        assert_eq!(message, [self.sent; MESSAGE]);
    }
}

/// Connections, and where it is told which of them have something to read.
struct Crowd {
    epoll: OwnedFd,
    peers: Vec<Peer>,
}

impl Crowd {
    fn connect(server: SocketAddr, connections: usize) -> Self {
        let epoll = epoll::create(epoll::CreateFlags::CLOEXEC).expect("a descriptor");
        let peers: Vec<Peer> = (0..connections).map(|_| Peer::connect(server)).collect();
        for (place, peer) in peers.iter().enumerate() {
            let place = epoll::EventData::new_u64(place as u64);
            epoll::add(&epoll, &peer.stream, place, epoll::EventFlags::IN).expect("a socket");
        }
        Self { epoll, peers }
    }

    /// Each sends one message, and the next whenever one has come back, until so many have.
    fn exchange(&mut self, operations: u64) {
        let (mut sent, mut received) = (0, 0);
        for peer in self.peers.iter_mut().take(operations as usize) {
            peer.send();
            sent += 1;
        }
        let mut ready = Vec::with_capacity(self.peers.len());
        while received < operations {
            ready.clear();
            epoll::wait(
                &self.epoll,
                rustix::buffer::spare_capacity(&mut ready),
                None,
            )
            .expect("it waits");
            for event in &ready {
                let peer = &mut self.peers[event.data.u64() as usize];
                peer.receive();
                received += 1;
                if sent < operations {
                    peer.send();
                    sent += 1;
                }
            }
        }
    }
}

/// Writes so many blocks, and reads them.
fn run_through(stream: &mut TcpStream, blocks: u64) {
    let total = blocks * BLOCK as u64;
    // Any place of the period, and as much behind it as is written or read at a time.
    let bytes: Vec<u8> = (0..PERIOD + AHEAD as usize)
        .map(|place| (place % PERIOD % 251) as u8)
        .collect();
    let from = |place: u64| &bytes[(place % PERIOD as u64) as usize..];
    let mut buffer = vec![0; AHEAD as usize];
    let (mut written, mut read) = (0, 0);
    while read < total {
        while written < total && written + BLOCK as u64 <= read + AHEAD {
            stream
                .write_all(&from(written)[..BLOCK])
                .expect("the server reads");
            written += BLOCK as u64;
        }
        let count = stream.read(&mut buffer).expect("the server answers");
        assert!(count > 0, "the server answers");
        assert!(buffer[..count] == from(read)[..count], "it sends the same");
        read += count as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    /// A server with a thread for each connection, which sends back what comes, as `change` leaves it.
    fn server(change: fn(&mut [u8])) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("it is bound");
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.expect("a connection");
                thread::spawn(move || {
                    let mut buffer = [0; BLOCK];
                    // The client goes when it has what it wants.
                    while let Ok(count @ 1..) = stream.read(&mut buffer) {
                        change(&mut buffer[..count]);
                        if stream.write_all(&buffer[..count]).is_err() {
                            return;
                        }
                    }
                });
            }
        });
        address
    }

    #[test]
    fn every_operation_is_done() {
        let server = server(|_| {});
        assert_eq!(trips(server, 64).operations, 64);
        assert_eq!(exchange(server, 64, 640).operations, 640);
        assert_eq!(stream(server, 640).operations, 640);
    }

    #[test]
    fn fewer_operations_than_connections_are_done() {
        assert_eq!(exchange(server(|_| {}), 64, 10).operations, 10);
    }

    #[test]
    #[should_panic(expected = "what comes back is what was sent")]
    fn a_message_that_was_changed_is_found() {
        trips(server(|bytes| bytes[0] ^= 1), 64);
    }

    #[test]
    #[should_panic(expected = "what comes back is what was sent")]
    fn a_stream_that_was_changed_is_found() {
        stream(server(|bytes| bytes[0] ^= 1), 64);
    }
}
