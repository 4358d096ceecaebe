//! Fork-join creation on ractor: as many tasks as threads make the actors.

use super::{Handled, keeps, start};
use crate::finish::{Share, shares};
use crate::params::{FjCreate, Scale, check};
use crate::work::sine_squared;
use ractor::{Actor, ActorRef};

struct Compute;

struct Worker;

impl Actor for Worker {
    keeps!(Share, Compute);

    async fn handle(&self, me: ActorRef<Compute>, _: Compute, share: &mut Share) -> Handled {
        sine_squared();
        share.count(1);
        me.stop(None);
        Ok(())
    }
}

pub(super) async fn run(threads: usize, scale: Scale) -> Handled {
    let FjCreate { actors } = FjCreate::at(scale);
    let (share, finish) = shares();
    for first in 0..threads {
        let share = share.clone();
        tokio::spawn(async move {
            for _ in (first..actors).step_by(threads) {
                start(Worker, share.clone()).await?.cast(Compute)?;
            }
            Handled::Ok(())
        });
    }
    drop(share);
    check("fjcreate, actors", actors as u64, finish.total().await);
    Ok(())
}
