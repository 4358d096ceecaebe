//! The readers: actors that read files, split them into words and send those to the counters.

use crate::AnyError;
use crate::counter::{CounterHandle, CounterMsg};
use crate::files::{Totals, at};
use crate::progress::Progress;
use crate::words::{CHUNK, Tally, add, chunks, each_word, place};
use spargio::{Cx, Handle, Reply, RingMsg, SendError, shard_actor};
use std::fs::File;
use std::future;
use std::io::{self, Read};
use std::mem;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::task::Poll;

/// A reader sends a batch when it holds so many different words, looking at it after each chunk.
const BATCH: usize = 512;

#[derive(RingMsg)]
pub(crate) enum ReaderMsg {
    /// What was read, when there is nothing more to read. Asked before the reading begins.
    #[ring(reply = Result<Totals, AnyError>, later)]
    Report,
    Read(PathBuf),
    /// There is nothing more to read.
    Done,
}

#[shard_actor(msg = ReaderMsg)]
pub(crate) struct Reader {
    counters: Vec<CounterHandle>,
    /// For each counter, the words that are to be sent to it. A word that is met again meanwhile travels once.
    batches: Vec<Tally>,
    progress: Arc<Progress>,
    totals: Totals,
    /// Why there will be no result. What is still to be read is then passed over.
    failed: Option<AnyError>,
    report: Option<Reply<Result<Totals, AnyError>>>,
}

impl Reader {
    pub(crate) fn new(counters: Vec<CounterHandle>, progress: Arc<Progress>) -> Self {
        let batches = counters.iter().map(|_| Tally::default()).collect();
        Self {
            counters,
            batches,
            progress,
            totals: Totals::default(),
            failed: None,
            report: None,
        }
    }

    async fn count(&mut self, path: &Path) -> Result<(), AnyError> {
        let bytes = read_in_chunks(path)
            .await
            .map_err(|error| at(path, error))?;
        let Ok(text) = String::from_utf8(bytes) else {
            self.totals.skipped += 1;
            return Ok(());
        };
        for chunk in chunks(&text) {
            self.split(chunk).await?;
            self.progress.add(chunk.len());
            give_way().await;
        }
        self.totals.files += 1;
        self.totals.bytes += text.len() as u64;
        Ok(())
    }

    /// Sorts the words of a chunk into the batches, and sends those that are full.
    async fn split(&mut self, chunk: &str) -> Result<(), SendError<CounterMsg>> {
        each_word(chunk, |word| {
            self.totals.words += 1;
            add(&mut self.batches[place(word, self.counters.len())], word);
        });
        self.send_batches(BATCH).await
    }

    /// Sends the batches of at least so many words.
    async fn send_batches(&mut self, least: usize) -> Result<(), SendError<CounterMsg>> {
        for (&counter, batch) in self.counters.iter().zip(&mut self.batches) {
            if batch.len() >= least {
                deliver(counter, CounterMsg::Add(batch.drain().collect())).await?;
            }
        }
        Ok(())
    }

    async fn finish(&mut self) -> Result<(), SendError<CounterMsg>> {
        self.send_batches(1).await?;
        for &counter in &self.counters {
            deliver(counter, CounterMsg::Done).await?;
        }
        Ok(())
    }
}

impl ReaderBehavior for Reader {
    async fn report(&mut self, _: &Cx<Self>, reply: Reply<Result<Totals, AnyError>>) {
        self.report = Some(reply);
    }

    async fn read(&mut self, _: &Cx<Self>, value: PathBuf) {
        if self.failed.is_none()
            && let Err(error) = self.count(&value).await
        {
            self.failed = Some(error);
        }
    }

    async fn done(&mut self, _: &Cx<Self>) {
        if self.failed.is_none()
            && let Err(error) = self.finish().await
        {
            self.failed = Some(error.into());
        }
        if let Some(reply) = self.report.take() {
            reply.send(match self.failed.take() {
                Some(error) => Err(error),
                None => Ok(self.totals),
            });
        }
    }
}

/// A handler that reads files blocks its shard: until a read returns, no other actor there runs. So this reads in chunks
/// and gives way between them. That bounds the wait of the neighbours; it does not make the disk faster.
async fn read_in_chunks(path: &Path) -> io::Result<Vec<u8>> {
    let mut file = File::open(path)?;
    let mut bytes = Vec::new();
    loop {
        let mut chunk = (&mut file).take(CHUNK as u64);
        if chunk.read_to_end(&mut bytes)? == 0 {
            return Ok(bytes);
        }
        give_way().await;
    }
}

/// Sends a message for certain: a `send` waits for room, but only so long, and then hands the message back.
pub(crate) async fn deliver<H>(to: H, mut message: H::Msg) -> Result<(), SendError<H::Msg>>
where
    H: Handle,
    H::Msg: Send,
{
    loop {
        match to.send(message).await {
            Err(SendError::Full(back)) => message = back,
            sent => return sent,
        }
    }
}

/// Lets the shard's other actors run before the caller goes on.
async fn give_way() {
    let mut given = false;
    future::poll_fn(|task| {
        if mem::replace(&mut given, true) {
            return Poll::Ready(());
        }
        task.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
