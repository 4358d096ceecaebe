//! A socket and the shard that it lives on: what sockets of all kinds do alike.

use crate::door::io::operation::{Attempt, Interest, Operation};
use crate::door::io::socket::Socket;
use crate::door::io::stream::Ready;
use crate::shard::Core;
use crate::shard::io::{Flight, Io};
use socket2::SockAddr;
use std::cell::RefCell;
use std::future::poll_fn;
use std::io::{
    self,
    ErrorKind::{Interrupted, WouldBlock},
};
use std::net::SocketAddr;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

/// A wait for a socket to be ready, while there is one.
pub(super) type Wait = RefCell<Option<Io<Ready>>>;

pub(super) struct Endpoint {
    core: Rc<Core>,
    pub(super) socket: Socket,
}

impl Endpoint {
    /// Makes a socket one of this shard.
    pub(super) fn new(core: Rc<Core>, socket: socket2::Socket) -> io::Result<Self> {
        let socket = Socket::new(socket, core.has_ring())?;
        Ok(Self { core, socket })
    }

    /// The same for one that listens.
    pub(super) fn listening(core: Rc<Core>, socket: socket2::Socket) -> io::Result<Self> {
        let socket = Socket::new(socket, false)?;
        Ok(Self { core, socket })
    }

    /// Makes a socket one of the same shard.
    pub(super) fn beside(&self, socket: socket2::Socket) -> io::Result<Self> {
        Self::new(self.core.clone(), socket)
    }

    /// The shard that it lives on.
    #[cfg(unix)]
    pub(super) fn core(&self) -> &Core {
        &self.core
    }

    /// Whether a ring does the operations.
    pub(super) fn has_ring(&self) -> bool {
        self.core.has_ring()
    }

    /// Begins what only a ring can do.
    pub(super) fn launch<O: Operation>(&self, operation: O) -> Flight<O> {
        Flight::new(&self.core, operation)
    }

    pub(super) fn begin<O: Attempt>(&self, operation: O) -> Io<O> {
        Io::new(&self.core, operation)
    }

    /// Attempts an operation once. `None`: its socket is not ready.
    pub(super) async fn attempt<O: Attempt>(&self, operation: &mut O) -> Option<io::Result<usize>> {
        poll_fn(|task| self.core.give_way(task.waker())).await;
        match operation.attempt() {
            Err(error) if matches!(error.kind(), WouldBlock | Interrupted) => None,
            result => Some(result),
        }
    }

    /// Calls `f`, which must not block, whenever the socket may be ready, until it returns something other than
    /// `WouldBlock`.
    pub(super) async fn when<R>(
        &self,
        interest: Interest,
        mut f: impl FnMut(&socket2::Socket) -> io::Result<R>,
    ) -> io::Result<R> {
        let wait = Wait::default();
        poll_fn(|task| self.poll_when(&wait, interest, task, &mut f)).await
    }

    /// The same, for one poll after another; `wait` is what they wait for in between.
    pub(super) fn poll_when<R>(
        &self,
        wait: &Wait,
        interest: Interest,
        task: &mut Context<'_>,
        mut f: impl FnMut(&socket2::Socket) -> io::Result<R>,
    ) -> Poll<io::Result<R>> {
        loop {
            // Taken out while it is polled: that clones a waker, which may be user code.
            if let Some(mut ready) = wait.take() {
                match Pin::new(&mut ready).poll(task) {
                    Poll::Pending => {
                        wait.replace(Some(ready));
                        return Poll::Pending;
                    }
                    Poll::Ready((result, _)) => _ = result?,
                }
            }
            let result = match self.socket.is_drained(interest) {
                true => Err(WouldBlock.into()),
                false => {
                    ready!(self.core.give_way(task.waker()));
                    f(&self.socket)
                }
            };
            match result {
                Err(error) if error.kind() == WouldBlock => {
                    let socket = self.socket.clone();
                    let ready = Ready { socket, interest };
                    wait.replace(Some(Io::refused(&self.core, ready)));
                }
                Err(error) if error.kind() == Interrupted => {}
                result => return Poll::Ready(result),
            }
        }
    }

    /// Where an internet socket is.
    pub(super) fn local_ip(&self) -> io::Result<SocketAddr> {
        ip(&self.socket.local_addr()?)
    }

    /// Where the other end of an internet socket is.
    pub(super) fn peer_ip(&self) -> io::Result<SocketAddr> {
        ip(&self.socket.peer_addr()?)
    }

    /// How many hops a packet may take. IPv6 has an option of its own for it.
    pub(super) fn hops(&self) -> io::Result<u32> {
        match self.local_ip()?.is_ipv6() {
            true => self.socket.unicast_hops_v6(),
            false => self.socket.ttl_v4(),
        }
    }

    pub(super) fn set_hops(&self, hops: u32) -> io::Result<()> {
        if self.local_ip()?.is_ipv6() {
            self.socket.set_unicast_hops_v6(hops)?;
            // For IPv4 through an IPv6 socket. Not every system has that.
            _ = self.socket.set_ttl_v4(hops);
            return Ok(());
        }
        self.socket.set_ttl_v4(hops)
    }
}

/// An address of the internet.
pub(super) fn ip(address: &SockAddr) -> io::Result<SocketAddr> {
    let other = || io::Error::other("the socket has no address of the internet");
    address.as_socket().ok_or_else(other)
}

/// The system's buffers of a socket, for every type that has an `endpoint`.
macro_rules! buffer_sizes {
    ($socket:ty) => {
        impl $socket {
            /// Sets the size of the kernel's send buffer, in bytes (`SO_SNDBUF`). Linux caps it at `net.core.wmem_max`,
            /// and then doubles it.
            ///
            /// ```
            /// # use spargio::net::{TcpListener, TcpStream};
            /// # #[spargio::main(shards = 1)]
            /// # async fn main() -> std::io::Result<()> {
            /// # let listener = TcpListener::bind("127.0.0.1:0").await?;
            /// # let near = TcpStream::connect(listener.local_addr()?).await?;
            /// # let (far, _) = listener.accept().await?;
            /// // A peer that reads nothing holds up the writer soon, and fills little memory.
            /// near.set_send_buffer_size(4 << 10)?;
            /// far.set_recv_buffer_size(4 << 10)?;
            /// let (wrote, _) = near.write(vec![0; 1 << 20]).await;
            /// assert!(wrote? < 1 << 19);
            /// # Ok(())
            /// # }
            /// ```
            ///
            /// # Errors
            ///
            /// Those of the system, which may also silently choose another size.
            pub fn set_send_buffer_size(&self, bytes: usize) -> std::io::Result<()> {
                self.endpoint().socket.set_send_buffer_size(bytes)
            }

            /// Sets the size of the kernel's receive buffer, in bytes (`SO_RCVBUF`). Linux caps it at
            /// `net.core.rmem_max`, and then doubles it.
            ///
            /// ```
            /// # use spargio::net::UdpSocket;
            /// # #[spargio::main(shards = 1)]
            /// # async fn main() -> std::io::Result<()> {
            /// # let (near, far) = (UdpSocket::bind("127.0.0.1:0").await?, UdpSocket::bind("127.0.0.1:0").await?);
            /// // Room for a burst: a datagram that finds none is lost.
            /// far.set_recv_buffer_size(1 << 17)?;
            /// for n in 0..50 { near.send_to(vec![n; 1000], far.local_addr()?).await.0?; }
            /// for n in 0..50 {
            ///     let (received, datagram) = far.recv(Vec::with_capacity(1500)).await;
            ///     assert_eq!((received?, datagram), (1000, vec![n; 1000]));
            /// }
            /// # Ok(())
            /// # }
            /// ```
            ///
            /// # Errors
            ///
            /// As for [`set_send_buffer_size`](Self::set_send_buffer_size).
            pub fn set_recv_buffer_size(&self, bytes: usize) -> std::io::Result<()> {
                self.endpoint().socket.set_recv_buffer_size(bytes)
            }
        }
    };
}
pub(super) use buffer_sizes;
