//! What listeners do, whatever connects to them.

use super::endpoint::Endpoint;
use crate::door::io::accept::{Accept, AcceptMany, Accepted, Waiting};
use crate::door::io::operation::Interest;
use crate::door::io::stream::Ready;
use crate::shard::io::{Flight, Io};
use futures_core::Stream;
use socket2::SockAddr;
use std::cell::Cell;
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

pub(super) struct Listener {
    pub(super) endpoint: Endpoint,
    /// Connections that nobody has been given yet.
    accepted: Accepted,
    /// Whether one operation can accept many connections, as far as is known.
    many: Cell<bool>,
}

impl Listener {
    pub(super) fn new(endpoint: Endpoint) -> Self {
        let many = Cell::new(endpoint.has_ring());
        Self {
            endpoint,
            accepted: Accepted::default(),
            many,
        }
    }

    /// Waits for the next connection.
    pub(super) async fn accept(&self) -> io::Result<(Endpoint, SockAddr)> {
        let mut waiting = self.accepted.wait();
        let mut accept = self.begin_one();
        poll_fn(|task| {
            if let Some(accepted) = self.leftover() {
                return Poll::Ready(accepted);
            }
            waiting.set(task.waker());
            accept.poll(self, task)
        })
        .await
    }

    fn connected(
        &self,
        result: io::Result<usize>,
        mut accept: Accept,
    ) -> io::Result<(Endpoint, SockAddr)> {
        result?;
        let (socket, address) = accept.take().ok_or(io::ErrorKind::Other)?;
        Ok((self.endpoint.beside(socket)?, address))
    }

    /// A connection that was accepted before anybody asked for it.
    fn leftover(&self) -> Option<io::Result<(Endpoint, SockAddr)>> {
        let socket = self.accepted.next()?;
        // The address is not told where many are accepted; a peer that has gone meanwhile has none any more.
        let gone = |_| io::ErrorKind::ConnectionAborted.into();
        Some(
            socket
                .peer_addr()
                .map_err(gone)
                .and_then(|address| Ok((self.endpoint.beside(socket)?, address))),
        )
    }

    fn begin_one(&self) -> One {
        let (socket, line) = (self.endpoint.socket.clone(), self.accepted.clone());
        One::Accept(self.endpoint.begin(Accept::new(socket, line)))
    }

    /// The same, when the kernel has refused to wait.
    fn await_one(&self) -> One {
        let (socket, interest) = (self.endpoint.socket.clone(), Interest::Read);
        One::Ready(self.endpoint.begin(Ready { socket, interest }))
    }

    fn begin(&self) -> Accepting {
        if !self.many.get() {
            return Accepting::One(self.begin_one());
        }
        let socket = self.endpoint.socket.clone();
        let accepted = self.accepted.clone();
        Accepting::Many(self.endpoint.launch(AcceptMany::new(socket, accepted)))
    }
}

/// Accepts one connection. A ring waits for it, although the listener is non-blocking; where an old kernel does not, the
/// listener is waited for first.
enum One {
    Accept(Io<Accept>),
    Ready(Io<Ready>),
}

impl One {
    fn poll(
        &mut self,
        listener: &Listener,
        task: &mut Context<'_>,
    ) -> Poll<io::Result<(Endpoint, SockAddr)>> {
        loop {
            *self = match self {
                Self::Accept(accept) => {
                    let (result, accept) = ready!(Pin::new(accept).poll(task));
                    match result {
                        Err(error) if would_wait(&error) => listener.await_one(),
                        result => return Poll::Ready(listener.connected(result, accept)),
                    }
                }
                Self::Ready(ready) => {
                    _ = ready!(Pin::new(ready).poll(task)).0?;
                    listener.begin_one()
                }
            };
        }
    }
}

/// The connections to a listener, one after another.
pub(super) struct Incoming {
    listener: Rc<Listener>,
    accepting: Option<Accepting>,
    /// For what others leave.
    waiting: Waiting,
}

enum Accepting {
    /// Where there is no ring, or an old one.
    One(One),
    Many(Flight<AcceptMany>),
}

impl Incoming {
    pub(super) fn new(listener: &Rc<Listener>) -> Self {
        Self {
            listener: listener.clone(),
            accepting: None,
            waiting: listener.accepted.wait(),
        }
    }
}

impl Stream for Incoming {
    type Item = io::Result<(Endpoint, SockAddr)>;

    fn poll_next(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        loop {
            if let Some(accepted) = this.listener.leftover() {
                return Poll::Ready(Some(accepted));
            }
            this.waiting.set(task.waker());
            let accepting = this.accepting.get_or_insert_with(|| this.listener.begin());
            match accepting {
                Accepting::One(accept) => {
                    let accepted = ready!(accept.poll(&this.listener, task));
                    this.accepting = None;
                    return Poll::Ready(Some(accepted));
                }
                Accepting::Many(accept) => {
                    let (result, _) = ready!(Pin::new(accept).poll(task));
                    this.accepting = None;
                    match result {
                        Err(error) if is_unknown(&error) => this.listener.many.set(false),
                        Err(error) if would_wait(&error) => {
                            this.accepting = Some(Accepting::One(this.listener.await_one()));
                        }
                        // There was no room for more.
                        Err(error) if is_cancelled(&error) => {}
                        Err(error) => return Poll::Ready(Some(Err(error))),
                        Ok(_) => {}
                    }
                }
            }
        }
    }
}

/// Whether the kernel does not know what it was asked for: it is older than 5.19.
fn is_unknown(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::InvalidInput
}

fn would_wait(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::WouldBlock
}

fn is_cancelled(error: &io::Error) -> bool {
    #[cfg(target_os = "linux")]
    let cancelled = error.raw_os_error() == Some(libc::ECANCELED);
    // There are no rings.
    #[cfg(not(target_os = "linux"))]
    let cancelled = false;
    cancelled
}
