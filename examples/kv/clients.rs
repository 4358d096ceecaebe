//! The connections of a shard: counted, and ended when the server is.

use crate::limits::CLIENTS;
use futures::channel::oneshot;
use slab::Slab;
use spargio::net::TcpStream;
use std::cell::{Cell, RefCell};
use std::net::Shutdown;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

pub(crate) struct Clients {
    streams: RefCell<Slab<Rc<TcpStream>>>,
    /// How many there are on all shards.
    total: Arc<AtomicUsize>,
    draining: Cell<bool>,
    /// Whoever waits for the last to end.
    ended: RefCell<Vec<oneshot::Sender<()>>>,
}

impl Clients {
    pub(crate) fn new(total: Arc<AtomicUsize>) -> Self {
        Self {
            streams: RefCell::default(),
            total,
            draining: Cell::default(),
            ended: RefCell::default(),
        }
    }

    /// How many there are on all shards.
    pub(crate) fn total(&self) -> usize {
        self.total.load(Ordering::Relaxed)
    }

    /// A place for one more. `None`: there are as many as there may be, or the server ends.
    pub(crate) fn enter(self: &Rc<Self>, stream: Rc<TcpStream>) -> Option<Place> {
        if self.total.fetch_add(1, Ordering::Relaxed) >= CLIENTS || self.draining.get() {
            self.total.fetch_sub(1, Ordering::Relaxed);
            return None;
        }
        let at = self.streams.borrow_mut().insert(stream);
        Some(Place {
            clients: self.clone(),
            at,
        })
    }

    /// Has every connection end once what its client has sent is answered: it reads the end behind that.
    pub(crate) fn drain(&self) -> oneshot::Receiver<()> {
        self.draining.set(true);
        for (_, stream) in &*self.streams.borrow() {
            // It fails only if the connection has ended.
            _ = stream.shutdown(Shutdown::Read);
        }
        let (sender, receiver) = oneshot::channel();
        self.ended.borrow_mut().push(sender);
        self.tell_if_ended();
        receiver
    }

    fn tell_if_ended(&self) {
        if self.draining.get() && self.streams.borrow().is_empty() {
            for waits in self.ended.take() {
                _ = waits.send(());
            }
        }
    }
}

/// A connection's place. Dropping it gives it up.
pub(crate) struct Place {
    clients: Rc<Clients>,
    at: usize,
}

impl Drop for Place {
    fn drop(&mut self) {
        let stream = self.clients.streams.borrow_mut().try_remove(self.at);
        drop(stream);
        self.clients.total.fetch_sub(1, Ordering::Relaxed);
        self.clients.tell_if_ended();
    }
}
