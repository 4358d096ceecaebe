//! The commands of one connection on their way to the stores.
//!
//! A command for a key of this shard is done at once, if nothing before it is under way, and its reply written where it
//! goes. Others are gathered in a batch for each store, and all stores asked at once.
//!
//! Commands of several keys are done key by key, each on its shard: other connections may see some of it before the rest.
//! The rest is not done if the client goes away without reading the replies to what it sent before. `FLUSHALL` is done on
//! all shards or on none.

use crate::answer;
use crate::args::Args;
use crate::assembly::{Assembly, Piece, Sum};
use crate::batch::Batch;
use crate::command::{Command, Route, Spec, find};
use crate::execute::keys::Cursor;
use crate::execute::{MISCONF, Operation};
use crate::keyspace::Keyspace;
use crate::limits::REPLIES;
use crate::log::journal::Receipt;
use crate::reply;
use crate::requests::{Malformed, Requests};
use crate::shard::Shard;
use spargio::ShardId;
use std::rc::Rc;

/// When so many pieces wait, they are answered before more commands are taken.
const PIECES: usize = 4096;

/// Why a connection ends.
#[derive(Debug)]
pub(crate) enum Failure {
    /// What was changed could not be written to the file.
    NotWritten,
    /// A store has ended.
    NoStore,
}

impl Failure {
    pub(crate) fn text(&self) -> &'static str {
        match self {
            Self::NotWritten => MISCONF,
            Self::NoStore => "ERR the server is shutting down",
        }
    }
}

/// How far commands were taken.
pub(crate) enum Taken {
    /// There are no more.
    All,
    /// What was taken is to be answered first.
    Some,
}

pub(crate) struct Pipeline {
    shard: Rc<Shard>,
    batches: Vec<Option<Box<Batch>>>,
    pub(crate) replies: Assembly,
    /// What was changed here and is to be written before anything is answered.
    receipts: Vec<Receipt>,
    /// The client wants no more.
    pub(crate) quit: bool,
}

impl Pipeline {
    pub(crate) fn new(shard: Rc<Shard>) -> Self {
        Self {
            batches: shard.stores.iter().map(|_| None).collect(),
            shard,
            replies: Assembly::default(),
            receipts: Vec::new(),
            quit: false,
        }
    }

    /// Whether what was taken is to be answered before more is.
    #[inline]
    fn is_full(&self) -> bool {
        let bytes = || self.batches.iter().flatten().map(|batch| batch.len());
        self.quit
            || self.replies.bytes() >= REPLIES
            || self.replies.len() >= PIECES
            || !self.replies.is_empty() && bytes().sum::<usize>() >= REPLIES
    }

    /// Takes commands for as long as there are some, and room for their replies.
    pub(crate) fn take(&mut self, requests: &mut Requests) -> Result<Taken, Malformed> {
        let shard = self.shard.clone();
        let (mut keys, gathered) = shard.open();
        let taken = loop {
            if self.is_full() {
                break Ok(Taken::Some);
            }
            match requests.next() {
                Ok(Some(args)) => {
                    let spec = find(args.get(0));
                    if self.is_early(spec) {
                        requests.put_back();
                        break Ok(Taken::Some);
                    }
                    self.begin(&mut keys, spec, args);
                }
                Ok(None) => break Ok(Taken::All),
                Err(malformed) => break Err(malformed),
            }
        };
        self.receipts.extend(shard.close(keys, gathered));
        taken
    }

    /// Whether a command is to come first on each shard, and there is something before it. Behind replies that the client
    /// does not read, one shard would come to a `FLUSHALL` long after another: their epochs would differ for so long, and
    /// a replay skip what the ones behind have written.
    #[inline]
    fn is_early(&self, spec: Option<&Spec>) -> bool {
        !self.replies.is_empty() && spec.is_some_and(|spec| spec.command == Command::FlushAll)
    }

    /// Begins one command.
    #[inline]
    fn begin(&mut self, keys: &mut Keyspace, spec: Option<&Spec>, args: Args<'_>) {
        let Some(spec) = spec else {
            return self
                .replies
                .reply(|out| reply::error(out, &answer::unknown(args)));
        };
        if !spec.takes(args) {
            let text = format!("ERR wrong number of arguments for '{}' command", spec.name);
            return self.replies.reply(|out| reply::error(out, &text));
        }
        match spec.route {
            Route::Key => self.begin_key(keys, spec.command, args.from(1)),
            Route::Connection => {
                self.quit |= spec.command == Command::Quit;
                self.replies
                    .reply(|out| answer::answer(spec.command, args.from(1), &self.shard, out));
            }
            _ => self.begin_many(keys, spec, args.from(1)),
        }
    }

    #[inline]
    fn begin_key(&mut self, keys: &mut Keyspace, command: Command, args: Args<'_>) {
        let hash = self.shard.placement.hash(args.get(0));
        let to = self.shard.placement.shard(hash);
        if to == self.shard.id && self.replies.is_empty() {
            let operation = Operation {
                command,
                hash,
                args,
            };
            keys.execute(operation, &mut self.replies.out);
        } else {
            self.push(to, command, hash, args);
            self.replies.push(Piece::Reply(to));
        }
    }

    /// Begins a command that is not for one key.
    fn begin_many(&mut self, keys: &Keyspace, spec: &Spec, args: Args<'_>) {
        match spec.command {
            Command::Scan => self.begin_scan(args),
            Command::MGet => {
                self.replies.reply(|out| reply::array(out, args.len()));
                self.push_each(spec.command, args, 1, Piece::Reply);
            }
            Command::MSet => {
                self.push_each(spec.command, args, 2, Piece::Term);
                self.replies.push(Piece::Sum(Sum::Ok));
            }
            Command::Del | Command::Exists => {
                self.push_each(spec.command, args, 1, Piece::Term);
                self.replies.push(Piece::Sum(Sum::Number));
            }
            Command::FlushAll => match answer::may_flush(keys, args) {
                Ok(()) => self.push_everywhere(spec.command, args, Sum::Ok),
                Err(refusal) => self.replies.reply(|out| reply::error(out, refusal)),
            },
            Command::Keys => self.push_everywhere(spec.command, args, Sum::Items),
            Command::Info => {
                let shard = self.shard.clone();
                let text = move |keys| answer::info(&shard, keys);
                self.push_everywhere(spec.command, args, Sum::Text(Box::new(text)));
            }
            _ => self.push_everywhere(spec.command, args, Sum::Number),
        }
    }

    fn begin_scan(&mut self, args: Args<'_>) {
        let shards = self.shard.placement.shards();
        let Some(cursor) = Cursor::parse(args.get(0), shards) else {
            return self
                .replies
                .reply(|out| reply::error(out, "ERR invalid cursor"));
        };
        let (here, next) = (
            cursor.number().to_string(),
            cursor.behind(shards).to_string(),
        );
        let places = [here.as_bytes(), next.as_bytes()];
        let batch = self.batches[usize::from(cursor.shard)].get_or_insert_default();
        batch.push(
            Command::Scan,
            0,
            places.into_iter().chain(args.from(1).iter()),
        );
        self.replies.push(Piece::Reply(cursor.shard));
    }

    #[inline]
    fn push(&mut self, to: ShardId, command: Command, hash: u64, args: Args<'_>) {
        let batch = self.batches[usize::from(to)].get_or_insert_default();
        batch.push(command, hash, args.iter());
    }

    /// An operation for each `step` arguments, of which the first is the key.
    fn push_each(
        &mut self,
        command: Command,
        args: Args<'_>,
        step: usize,
        piece: fn(ShardId) -> Piece,
    ) {
        for at in (0..args.len()).step_by(step) {
            let args = args.from(at).first(step);
            let hash = self.shard.placement.hash(args.get(0));
            let to = self.shard.placement.shard(hash);
            self.push(to, command, hash, args);
            self.replies.push(piece(to));
        }
    }

    fn push_everywhere(&mut self, command: Command, args: Args<'_>, sum: Sum) {
        for to in 0..self.shard.placement.shards() as ShardId {
            self.push(to, command, 0, args);
            self.replies.push(Piece::Term(to));
        }
        self.replies.push(Piece::Sum(sum));
    }

    /// Has the stores do what they can do at once, and puts the replies that are there into `out`. `true`: these are all.
    pub(crate) async fn settle(&mut self) -> Result<bool, Failure> {
        if !self.replies.is_empty() {
            self.run().await?;
            self.replies.assemble(&mut self.batches);
        }
        for receipt in self.receipts.drain(..) {
            match receipt.await {
                Ok(Ok(())) => {}
                Ok(Err(_)) => return Err(Failure::NotWritten),
                Err(_) => return Err(Failure::NoStore),
            }
        }
        let all = self.replies.is_empty();
        if all {
            let batches = self.batches.iter_mut().flatten();
            batches.for_each(|batch| batch.clear());
        }
        Ok(all)
    }

    /// Asks all stores that have something to do, and waits for all of them.
    async fn run(&mut self) -> Result<(), Failure> {
        let shard = self.shard.clone();
        let mut asks = Vec::new();
        for (to, place) in self.batches.iter_mut().enumerate() {
            let Some(batch) = place.as_mut().filter(|batch| batch.is_due()) else {
                continue;
            };
            if to == usize::from(shard.id) {
                self.receipts.extend(shard.run(batch));
            } else {
                let permit = shard.permits[to].acquire().await;
                if let Some(batch) = place.take() {
                    asks.push((place, permit, shard.stores[to].run(&shard.ctx, batch)));
                }
            }
        }
        let mut outcome = Ok(());
        for (place, _permit, ask) in asks {
            match ask.await {
                Ok(batch) => {
                    if batch.unwritten {
                        outcome = outcome.and(Err(Failure::NotWritten));
                    }
                    *place = Some(batch);
                }
                Err(_) => outcome = Err(Failure::NoStore),
            }
        }
        outcome
    }
}
