//! Asks inside actors: a teller asks accounts over a declared edge, an account refuses what it cannot pay, and an audit
//! answers once every transfer has settled. No money is made or lost.
//!
//! `cargo run --release --example bank`

use futures::future::join_all;
use spargio::{AskError, Cx, Handle, Reply, RingMsg, Runtime, SendError, ShardId, shard_actor};
use std::error::Error;
use std::fmt;
use std::time::Duration;

const ACCOUNTS: usize = 8;
const TRANSFERS: u64 = 10_000;
const OPENING_BALANCE: u64 = 500;
/// How many transfers wait for their replies at a time: fewer than a mailbox holds, so none is refused as `Full`.
const WAVE: usize = 100;

/// An account asks nobody.
#[derive(RingMsg)]
enum AccountMsg {
    /// Pays in; the new balance.
    #[ring(reply = u64)]
    Deposit { amount: u64 },
    /// Pays out; the new balance, or an error as a reply like any other.
    #[ring(reply = Result<u64, Insufficient>)]
    Withdraw { amount: u64 },
    #[ring(reply = u64)]
    Balance,
}

/// A teller may wait for accounts: the declared edge. Without it, `withdraw(cx, ..)` below does not compile; and if
/// accounts could ask tellers as well, neither protocol would.
#[derive(RingMsg)]
#[ring(asks(AccountMsg))]
enum TellerMsg {
    #[ring(reply = Result<(), TransferError>)]
    Transfer {
        from: AccountHandle,
        to: AccountHandle,
        amount: u64,
    },
}

/// An audit asks accounts, too.
#[derive(RingMsg)]
#[ring(asks(AccountMsg))]
enum AuditMsg {
    /// A transfer has settled, whether the money moved or not.
    Settled { moved: bool },
    /// The books, when so many transfers have settled.
    #[ring(reply = Result<Books, AskError>, later)]
    Close { transfers: u64 },
}

/// What an account has too little for.
#[derive(Debug)]
struct Insufficient {
    balance: u64,
    amount: u64,
}

/// Why a transfer did not happen.
#[derive(Debug)]
enum TransferError {
    Refused(Insufficient),
    /// An account did not answer.
    NoAnswer(AskError),
    /// The audit is gone.
    NoAudit(SendError<AuditMsg>),
}

#[derive(Debug)]
struct Books {
    total: u64,
    moved: u64,
    refused: u64,
}

#[shard_actor(msg = AccountMsg)]
struct Account {
    balance: u64,
}

impl AccountBehavior for Account {
    async fn deposit(&mut self, _: &Cx<Self>, amount: u64) -> u64 {
        self.balance += amount;
        self.balance
    }

    async fn withdraw(&mut self, _: &Cx<Self>, amount: u64) -> Result<u64, Insufficient> {
        let balance = self.balance;
        self.balance = balance
            .checked_sub(amount)
            .ok_or(Insufficient { balance, amount })?;
        Ok(self.balance)
    }

    async fn balance(&mut self, _: &Cx<Self>) -> u64 {
        self.balance
    }
}

#[shard_actor(msg = TellerMsg)]
struct Teller {
    audit: AuditHandle,
}

impl TellerBehavior for Teller {
    async fn transfer(
        &mut self,
        cx: &Cx<Self>,
        from: AccountHandle,
        to: AccountHandle,
        amount: u64,
    ) -> Result<(), TransferError> {
        let outcome = move_money(cx, from, to, amount).await;
        let moved = outcome.is_ok();
        self.audit.send(AuditMsg::Settled { moved }).await?;
        outcome
    }
}

/// The first `?` is for an account that does not answer, the second for one that refuses.
async fn move_money(
    cx: &Cx<Teller>,
    from: AccountHandle,
    to: AccountHandle,
    amount: u64,
) -> Result<(), TransferError> {
    from.withdraw(cx, amount).await??;
    if let Err(error) = to.deposit(cx, amount).await {
        // Put it back. (After `AskError::Timeout` it may have arrived all the same: a real bank numbers its transfers.)
        from.deposit(cx, amount).await?;
        return Err(error.into());
    }
    Ok(())
}

#[shard_actor(msg = AuditMsg)]
struct Audit {
    accounts: Vec<AccountHandle>,
    moved: u64,
    refused: u64,
    /// Who waits, and for how many transfers.
    closing: Option<(u64, Reply<Result<Books, AskError>>)>,
}

impl Audit {
    fn new(accounts: Vec<AccountHandle>) -> Self {
        Self {
            accounts,
            moved: 0,
            refused: 0,
            closing: None,
        }
    }

    async fn answer_if_settled(&mut self, cx: &Cx<Self>) {
        let settled = self.moved + self.refused;
        if let Some((_, reply)) = self.closing.take_if(|(transfers, _)| *transfers <= settled) {
            reply.send(self.books(cx).await);
        }
    }

    async fn books(&self, cx: &Cx<Self>) -> Result<Books, AskError> {
        let mut total = 0;
        for account in &self.accounts {
            total += account.balance(cx).await?;
        }
        Ok(Books {
            total,
            moved: self.moved,
            refused: self.refused,
        })
    }
}

impl AuditBehavior for Audit {
    async fn settled(&mut self, cx: &Cx<Self>, moved: bool) {
        match moved {
            true => self.moved += 1,
            false => self.refused += 1,
        }
        self.answer_if_settled(cx).await;
    }

    async fn close(
        &mut self,
        cx: &Cx<Self>,
        transfers: u64,
        reply: Reply<Result<Books, AskError>>,
    ) {
        // Whoever waited before gets `AskError::Unanswered`: the former reply is dropped here.
        self.closing = Some((transfers, reply));
        self.answer_if_settled(cx).await;
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let rt = Runtime::builder().shards(2).build()?;
    let client = rt.client();
    let shard = |i: usize| {
        rt.remote((i % rt.shard_count()) as ShardId)
            .ok_or("no such shard")
    };

    let books = rt.block_on(async {
        let mut accounts: Vec<AccountHandle> = Vec::new();
        for i in 0..ACCOUNTS {
            accounts.push(
                shard(i)?
                    .start(|| Account {
                        balance: OPENING_BALANCE,
                    })
                    .await?,
            );
        }
        let audit: AuditHandle = {
            let accounts = accounts.clone();
            shard(0)?.start(move || Audit::new(accounts)).await?
        };
        let mut tellers: Vec<TellerHandle> = Vec::new();
        for i in 0..rt.shard_count() {
            tellers.push(shard(i)?.start(move || Teller { audit }).await?);
        }

        // An account's error is the reply's value; that there was a reply is the ask's.
        let refused = accounts[0].withdraw(&client, OPENING_BALANCE + 1).await?;
        println!("a withdrawal from outside: {}", refused.unwrap_err());

        // Sent before the transfers, answered after them: that may take longer than an ask does by default.
        let books = audit
            .close(&client, TRANSFERS)
            .timeout(Duration::from_secs(60));

        let mut dice = Dice(1);
        for _ in 0..TRANSFERS as usize / WAVE {
            // An ask is sent when it is made: the whole wave is under way before the first reply is awaited.
            let transfers: Vec<_> = (0..WAVE)
                .map(|i| {
                    let (from, to) = (dice.pick(&accounts), dice.pick(&accounts));
                    tellers[i % tellers.len()].transfer(&client, from, to, dice.roll(200))
                })
                .collect();
            for outcome in join_all(transfers).await {
                match outcome? {
                    Ok(()) | Err(TransferError::Refused(_)) => {}
                    Err(error) => return Err(error.into()),
                }
            }
        }
        Ok::<Books, Box<dyn Error>>(books.await??)
    })?;

    println!(
        "{} transfers moved money, {} were refused",
        books.moved, books.refused
    );
    println!(
        "the accounts hold {} together, as in the beginning",
        books.total
    );
    assert_eq!(books.total, ACCOUNTS as u64 * OPENING_BALANCE);
    assert_eq!(books.moved + books.refused, TRANSFERS);
    Ok(())
}

/// Numbers that look random and are the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % below
    }

    fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.roll(of.len() as u64) as usize]
    }
}

impl fmt::Display for Insufficient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the account holds {}, not {}", self.balance, self.amount)
    }
}

impl fmt::Display for TransferError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(insufficient) => insufficient.fmt(f),
            Self::NoAnswer(error) => write!(f, "an account did not answer: {error}"),
            Self::NoAudit(error) => write!(f, "the audit did not hear of it: {error}"),
        }
    }
}

impl Error for TransferError {}

impl From<Insufficient> for TransferError {
    fn from(insufficient: Insufficient) -> Self {
        Self::Refused(insufficient)
    }
}

impl From<AskError> for TransferError {
    fn from(error: AskError) -> Self {
        Self::NoAnswer(error)
    }
}

impl From<SendError<AuditMsg>> for TransferError {
    fn from(error: SendError<AuditMsg>) -> Self {
        Self::NoAudit(error)
    }
}
