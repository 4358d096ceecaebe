//! Banking: a teller orders transfers; the source pays out and has the destination, a later account, take it in; that
//! answers the source with a tell, since accounts may not ask each other; and the source tells the teller.

use super::stage::{Stage, send, told};
use crate::finish::{Share, shares};
use crate::params::{Banking, Scale, check, mailbox};
use crate::work::dice::transfers;
use spargio::{Actor, Cx, RingMsg, shard_actor};

#[derive(RingMsg)]
enum TellerMsg {
    Start { accounts: Vec<AccountHandle> },
    Completed,
}

#[derive(RingMsg)]
enum AccountMsg {
    Credit { amount: u64, to: AccountHandle },
    Debit { amount: u64, from: AccountHandle },
    Debited,
    End,
}

#[shard_actor(msg = TellerMsg, mailbox = 50_001)]
struct Teller {
    accounts: Vec<AccountHandle>,
    left: usize,
    share: Share,
}

const _: () = assert!(matches!(Teller::MAILBOX, Some(mailbox::TELLER)));

impl TellerBehavior for Teller {
    async fn start(&mut self, _: &Cx<Self>, accounts: Vec<AccountHandle>) {
        for transfer in transfers(accounts.len()).take(self.left) {
            let amount = transfer.amount;
            let to = accounts[transfer.to];
            send(accounts[transfer.from], AccountMsg::Credit { amount, to }).await;
        }
        self.accounts = accounts;
    }

    async fn completed(&mut self, cx: &Cx<Self>) {
        self.share.count(1);
        self.left -= 1;
        if self.left == 0 {
            for &account in &self.accounts {
                send(account, AccountMsg::End).await;
            }
            cx.stop();
        }
    }
}

/// Mailboxes have room for all that a run sends them, so that who waits in `send` waits for the lane, which a shard
/// empties whatever its actors wait for.
#[shard_actor(msg = AccountMsg, mailbox = 100_001)]
struct Account {
    balance: u64,
    teller: TellerHandle,
    share: Share,
}

const _: () = assert!(matches!(Account::MAILBOX, Some(mailbox::ACCOUNT)));

impl AccountBehavior for Account {
    async fn credit(&mut self, cx: &Cx<Self>, amount: u64, to: AccountHandle) {
        self.balance -= amount;
        let from = cx.handle();
        send(to, AccountMsg::Debit { amount, from }).await;
    }

    async fn debit(&mut self, _: &Cx<Self>, amount: u64, from: AccountHandle) {
        self.balance += amount;
        send(from, AccountMsg::Debited).await;
    }

    async fn debited(&mut self, _: &Cx<Self>) {
        send(self.teller, TellerMsg::Completed).await;
    }

    async fn end(&mut self, cx: &Cx<Self>) {
        self.share.count(self.balance);
        cx.stop();
    }
}

pub(super) async fn run(stage: &Stage, scale: Scale) {
    let banking = Banking::at(scale);
    let (share, finish) = shares();
    let teller: TellerHandle = {
        let (left, share) = (banking.transfers, share.clone());
        stage
            .start(0, move || Teller {
                accounts: Vec::new(),
                left,
                share,
            })
            .await
    };
    let accounts: Vec<AccountHandle> = stage
        .start_all(1, banking.accounts, |_| {
            let share = share.clone();
            move || Account {
                balance: Banking::OPENING,
                teller,
                share,
            }
        })
        .await;
    drop(share);
    told(teller.start(accounts));
    let actual = finish.total().await;
    check(
        "banking, balances and transfers",
        banking.expected(),
        actual,
    );
}
