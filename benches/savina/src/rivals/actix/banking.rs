//! Banking on actix.

use super::Arbiters;
use crate::finish::{Share, shares};
use crate::params::{Banking, Scale, check};
use crate::work::dice::transfers;
use actix::{Actor, ActorContext, Addr, AsyncContext, Context, Handler, Message};

#[derive(Message)]
#[rtype(result = "()")]
enum TellerMsg {
    Start { accounts: Vec<Addr<Account>> },
    Completed,
}

#[derive(Message)]
#[rtype(result = "()")]
enum AccountMsg {
    Credit { amount: u64, to: Addr<Account> },
    Debit { amount: u64, from: Addr<Account> },
    Debited,
    End,
}

struct Teller {
    accounts: Vec<Addr<Account>>,
    left: usize,
    share: Share,
}

impl Actor for Teller {
    type Context = Context<Self>;
}

impl Handler<TellerMsg> for Teller {
    type Result = ();

    fn handle(&mut self, message: TellerMsg, cx: &mut Context<Self>) {
        match message {
            TellerMsg::Start { accounts } => {
                for transfer in transfers(accounts.len()).take(self.left) {
                    let amount = transfer.amount;
                    let to = accounts[transfer.to].clone();
                    accounts[transfer.from].do_send(AccountMsg::Credit { amount, to });
                }
                self.accounts = accounts;
            }
            TellerMsg::Completed => {
                self.share.count(1);
                self.left -= 1;
                if self.left == 0 {
                    for account in &self.accounts {
                        account.do_send(AccountMsg::End);
                    }
                    cx.stop();
                }
            }
        }
    }
}

struct Account {
    balance: u64,
    teller: Addr<Teller>,
    share: Share,
}

impl Actor for Account {
    type Context = Context<Self>;
}

impl Handler<AccountMsg> for Account {
    type Result = ();

    fn handle(&mut self, message: AccountMsg, cx: &mut Context<Self>) {
        match message {
            AccountMsg::Credit { amount, to } => {
                self.balance -= amount;
                let from = cx.address();
                to.do_send(AccountMsg::Debit { amount, from });
            }
            AccountMsg::Debit { amount, from } => {
                self.balance += amount;
                from.do_send(AccountMsg::Debited);
            }
            AccountMsg::Debited => self.teller.do_send(TellerMsg::Completed),
            AccountMsg::End => {
                self.share.count(self.balance);
                cx.stop();
            }
        }
    }
}

pub(super) async fn run(arbiters: &Arbiters, scale: Scale) {
    let banking = Banking::at(scale);
    let (share, finish) = shares();
    let teller = Teller {
        accounts: Vec::new(),
        left: banking.transfers,
        share: share.clone(),
    };
    let teller = arbiters.start(0, teller);
    let account = || Account {
        balance: Banking::OPENING,
        teller: teller.clone(),
        share: share.clone(),
    };
    let accounts = (0..banking.accounts)
        .map(|i| arbiters.start(1 + i, account()))
        .collect();
    drop(share);
    teller.do_send(TellerMsg::Start { accounts });
    let actual = finish.total().await;
    check(
        "banking, balances and transfers",
        banking.expected(),
        actual,
    );
}
