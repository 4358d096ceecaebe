//! Banking on kameo. Mailboxes have room for all that a run sends them, so nobody waits for room in a circle.

use super::{send, start, tell};
use crate::finish::{Share, shares};
use crate::params::{Banking, Scale, check, mailbox};
use crate::work::dice::transfers;
use kameo::Actor;
use kameo::actor::ActorRef;
use kameo::message::{Context, Message};

enum TellerMsg {
    Start { accounts: Vec<ActorRef<Account>> },
    Completed,
}

enum AccountMsg {
    Credit {
        amount: u64,
        to: ActorRef<Account>,
    },
    Debit {
        amount: u64,
        from: ActorRef<Account>,
    },
    Debited,
    End,
}

#[derive(Actor)]
struct Teller {
    accounts: Vec<ActorRef<Account>>,
    left: usize,
    share: Share,
}

impl Message<TellerMsg> for Teller {
    type Reply = ();

    async fn handle(&mut self, message: TellerMsg, cx: &mut Context<Self, ()>) {
        match message {
            TellerMsg::Start { accounts } => {
                for transfer in transfers(accounts.len()).take(self.left) {
                    let amount = transfer.amount;
                    let to = accounts[transfer.to].clone();
                    send(&accounts[transfer.from], AccountMsg::Credit { amount, to }).await;
                }
                self.accounts = accounts;
            }
            TellerMsg::Completed => {
                self.share.count(1);
                self.left -= 1;
                if self.left == 0 {
                    for account in &self.accounts {
                        send(account, AccountMsg::End).await;
                    }
                    cx.stop();
                }
            }
        }
    }
}

#[derive(Actor)]
struct Account {
    balance: u64,
    teller: ActorRef<Teller>,
    share: Share,
}

impl Message<AccountMsg> for Account {
    type Reply = ();

    async fn handle(&mut self, message: AccountMsg, cx: &mut Context<Self, ()>) {
        match message {
            AccountMsg::Credit { amount, to } => {
                self.balance -= amount;
                let from = cx.actor_ref().clone();
                send(&to, AccountMsg::Debit { amount, from }).await;
            }
            AccountMsg::Debit { amount, from } => {
                self.balance += amount;
                send(&from, AccountMsg::Debited).await;
            }
            AccountMsg::Debited => send(&self.teller, TellerMsg::Completed).await,
            AccountMsg::End => {
                self.share.count(self.balance);
                cx.stop();
            }
        }
    }
}

pub(super) async fn run(scale: Scale) {
    let banking = Banking::at(scale);
    let (share, finish) = shares();
    let teller = Teller {
        accounts: Vec::new(),
        left: banking.transfers,
        share: share.clone(),
    };
    let teller = start(teller, mailbox::TELLER);
    let account = || Account {
        balance: Banking::OPENING,
        teller: teller.clone(),
        share: share.clone(),
    };
    let accounts = (0..banking.accounts)
        .map(|_| start(account(), mailbox::ACCOUNT))
        .collect();
    drop(share);
    tell(&teller, TellerMsg::Start { accounts });
    let actual = finish.total().await;
    check(
        "banking, balances and transfers",
        banking.expected(),
        actual,
    );
}
