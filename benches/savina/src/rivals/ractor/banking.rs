//! Banking on ractor.

use super::{Handled, keeps, start};
use crate::finish::{Share, shares};
use crate::params::{Banking, Scale, check};
use crate::work::dice::transfers;
use ractor::{Actor, ActorRef};

enum TellerMsg {
    Start { accounts: Vec<ActorRef<AccountMsg>> },
    Completed,
}

enum AccountMsg {
    Credit {
        amount: u64,
        to: ActorRef<AccountMsg>,
    },
    Debit {
        amount: u64,
        from: ActorRef<AccountMsg>,
    },
    Debited,
    End,
}

struct Teller;

struct TellerState {
    accounts: Vec<ActorRef<AccountMsg>>,
    left: usize,
    share: Share,
}

impl Actor for Teller {
    keeps!(TellerState, TellerMsg);

    async fn handle(
        &self,
        me: ActorRef<TellerMsg>,
        message: TellerMsg,
        at: &mut TellerState,
    ) -> Handled {
        match message {
            TellerMsg::Start { accounts } => {
                for transfer in transfers(accounts.len()).take(at.left) {
                    let amount = transfer.amount;
                    let to = accounts[transfer.to].clone();
                    accounts[transfer.from].cast(AccountMsg::Credit { amount, to })?;
                }
                at.accounts = accounts;
            }
            TellerMsg::Completed => {
                at.share.count(1);
                at.left -= 1;
                if at.left == 0 {
                    for account in &at.accounts {
                        account.cast(AccountMsg::End)?;
                    }
                    me.stop(None);
                }
            }
        }
        Ok(())
    }
}

struct Account;

struct AccountState {
    balance: u64,
    teller: ActorRef<TellerMsg>,
    share: Share,
}

impl Actor for Account {
    keeps!(AccountState, AccountMsg);

    async fn handle(
        &self,
        me: ActorRef<AccountMsg>,
        message: AccountMsg,
        at: &mut AccountState,
    ) -> Handled {
        match message {
            AccountMsg::Credit { amount, to } => {
                at.balance -= amount;
                to.cast(AccountMsg::Debit { amount, from: me })?;
            }
            AccountMsg::Debit { amount, from } => {
                at.balance += amount;
                from.cast(AccountMsg::Debited)?;
            }
            AccountMsg::Debited => at.teller.cast(TellerMsg::Completed)?,
            AccountMsg::End => {
                at.share.count(at.balance);
                me.stop(None);
            }
        }
        Ok(())
    }
}

pub(super) async fn run(scale: Scale) -> Handled {
    let banking = Banking::at(scale);
    let (share, finish) = shares();
    let teller = TellerState {
        accounts: Vec::new(),
        left: banking.transfers,
        share: share.clone(),
    };
    let teller = start(Teller, teller).await?;
    let mut accounts = Vec::new();
    for _ in 0..banking.accounts {
        let account = AccountState {
            balance: Banking::OPENING,
            teller: teller.clone(),
            share: share.clone(),
        };
        accounts.push(start(Account, account).await?);
    }
    drop(share);
    teller.cast(TellerMsg::Start { accounts })?;
    let actual = finish.total().await;
    check(
        "banking, balances and transfers",
        banking.expected(),
        actual,
    );
    Ok(())
}
