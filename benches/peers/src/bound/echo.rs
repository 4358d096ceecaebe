//! A server that sends back what comes, as bare as it can be: one thread, one `epoll`, a call to receive and one to send.

use crate::load::{BLOCK, FAR};
use crate::measure::pin;
use rustix::buffer::spare_capacity;
use rustix::event::{Timespec, epoll};
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::thread;
use std::time::{Duration, Instant};

/// How long it looks for more before it sleeps.
const SPIN: Duration = Duration::from_micros(20);
/// The listener's number; a connection's is its place.
const LISTENER: u64 = u64::MAX;

/// Starts it, for as long as the process lasts. Returns where it listens.
pub fn serve() -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let address = listener.local_addr().expect("it is bound");
    thread::spawn(move || {
        pin(FAR);
        Server::new(listener).run();
    });
    address
}

struct Server {
    listener: TcpListener,
    epoll: OwnedFd,
    connections: Vec<TcpStream>,
}

impl Server {
    fn new(listener: TcpListener) -> Self {
        let epoll = epoll::create(epoll::CreateFlags::CLOEXEC).expect("a descriptor");
        let number = epoll::EventData::new_u64(LISTENER);
        epoll::add(&epoll, &listener, number, epoll::EventFlags::IN).expect("a socket");
        Self {
            listener,
            epoll,
            connections: Vec::new(),
        }
    }

    fn run(&mut self) {
        let mut ready = Vec::with_capacity(64);
        let mut buffer = [0; BLOCK];
        let mut last = Instant::now();
        loop {
            ready.clear();
            let spins = last.elapsed() < SPIN;
            let limit = spins.then(Timespec::default);
            epoll::wait(&self.epoll, spare_capacity(&mut ready), limit.as_ref()).expect("it waits");
            if ready.is_empty() {
                continue;
            }
            for event in &ready {
                match event.data.u64() {
                    LISTENER => self.accept(),
                    place => self.echo(place as usize, &mut buffer),
                }
            }
            last = Instant::now();
        }
    }

    fn accept(&mut self) {
        let (stream, _) = self.listener.accept().expect("a connection");
        stream.set_nodelay(true).expect("a TCP stream");
        let place = epoll::EventData::new_u64(self.connections.len() as u64);
        epoll::add(&self.epoll, &stream, place, epoll::EventFlags::IN).expect("a socket");
        self.connections.push(stream);
    }

    /// What is sent fits into the buffers of a connection, so it waits for nobody.
    fn echo(&mut self, place: usize, buffer: &mut [u8]) {
        let stream = &mut self.connections[place];
        match stream.read(buffer).expect("the peer stays") {
            // Told once more and again otherwise.
            0 => epoll::delete(&self.epoll, stream).expect("a socket"),
            read => stream.write_all(&buffer[..read]).expect("the peer stays"),
        }
    }
}
