//! One connection: it reads what has come, has it done, and writes the replies, all at once.

use crate::limits::{FIRST_READ, KEPT, MOST_READ};
use crate::pipeline::{Failure, Pipeline, Taken};
use crate::reply;
use crate::requests::Requests;
use crate::shard::Shard;
use futures::future::join;
use spargio::net::TcpStream;
use spargio::time::timeout;
use std::io;
use std::net::Shutdown;
use std::rc::Rc;
use std::time::Duration;

/// How long a client that was sent an error has to read it before the connection is closed.
const LINGER: Duration = Duration::from_secs(1);

/// After so long a silence the system asks whether the client is still there: one that lost its power says nothing.
const KEEPALIVE: Duration = Duration::from_secs(60);

/// Serves a connection to its end.
pub(crate) async fn serve(stream: TcpStream, shard: Rc<Shard>) {
    // They fail only if the connection has ended.
    _ = stream.set_nodelay(true);
    _ = stream.set_keepalive(Some(KEEPALIVE));
    let stream = Rc::new(stream);
    let Some(_place) = shard.clients.enter(stream.clone()) else {
        _ = stream.write("-ERR max number of clients reached\r\n").await;
        return;
    };
    let mut connection = Connection {
        stream,
        requests: Requests::default(),
        pipeline: Pipeline::new(shard),
        chunk: Vec::with_capacity(FIRST_READ),
    };
    // What is wrong with the connection ends it: there is nobody to be told.
    _ = connection.run().await;
}

struct Connection {
    stream: Rc<TcpStream>,
    requests: Requests,
    pipeline: Pipeline,
    /// What was read last.
    chunk: Vec<u8>,
}

impl Connection {
    async fn run(&mut self) -> io::Result<()> {
        while self.read().await? > 0 {
            self.requests.feed(&self.chunk);
            if self.chunk.len() == self.chunk.capacity() && self.chunk.len() < MOST_READ {
                self.chunk = Vec::with_capacity(self.chunk.len() * 4);
            }
            loop {
                let taken = self.pipeline.take(&mut self.requests);
                if let Err(failure) = self.settle().await? {
                    return self.fail(failure.text()).await;
                }
                match taken {
                    Ok(Taken::All) => break,
                    Ok(Taken::Some) => self.write().await?,
                    Err(malformed) => return self.fail(&format!("ERR {}", malformed.0)).await,
                }
                if self.pipeline.quit {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// Reads what comes next, while what there is to reply is written. Not more: a client that does not read its replies
    /// is not read from.
    async fn read(&mut self) -> io::Result<usize> {
        let chunk = std::mem::take(&mut self.chunk);
        let (read, chunk) = match self.pipeline.replies.out.is_empty() {
            true => self.stream.read(chunk).await,
            false => {
                let out = std::mem::take(&mut self.pipeline.replies.out);
                let both = join(self.stream.write_all(out), self.stream.read(chunk));
                let ((written, out), read) = both.await;
                self.keep(out);
                written?;
                read
            }
        };
        self.chunk = chunk;
        read
    }

    /// Has all that was taken answered; replies beyond the bound are written meanwhile.
    async fn settle(&mut self) -> io::Result<Result<(), Failure>> {
        loop {
            match self.pipeline.settle().await {
                Ok(true) => return Ok(Ok(())),
                Ok(false) => self.write().await?,
                Err(failure) => return Ok(Err(failure)),
            }
        }
    }

    async fn write(&mut self) -> io::Result<()> {
        let out = std::mem::take(&mut self.pipeline.replies.out);
        let (written, out) = self.stream.write_all(out).await;
        self.keep(out);
        written
    }

    /// Keeps a buffer for the next replies, unless it is large.
    fn keep(&mut self, mut out: Vec<u8>) {
        if out.capacity() <= KEPT {
            out.clear();
            self.pipeline.replies.out = out;
        }
    }

    /// Says what is wrong, and ends the connection.
    async fn fail(&mut self, text: &str) -> io::Result<()> {
        if !text.starts_with("ERR") {
            // The replies that are there may be to what was not written.
            self.pipeline.replies.out.clear();
        }
        reply::error(&mut self.pipeline.replies.out, text);
        self.write().await?;
        self.stream.shutdown(Shutdown::Write)?;
        // Closed with something unread, the system would throw away what the client has not read yet.
        let mut chunk = std::mem::take(&mut self.chunk);
        let rest = async {
            loop {
                let (read, back) = self.stream.read(chunk).await;
                chunk = back;
                if !matches!(read, Ok(1..)) {
                    return;
                }
            }
        };
        _ = timeout(LINGER, rest).await;
        Ok(())
    }
}
