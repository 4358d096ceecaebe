//! The sieve of Eratosthenes: odd candidates go down a chain of filters, each with some primes. What passes the last is a
//! prime: it is kept, by a new filter if the last is full.

use super::stage::{Stage, send, start};
use crate::finish::{Share, shares};
use crate::params::{Scale, Sieve, check};
use spargio::{Cx, RingMsg, shard_actor};

#[derive(RingMsg)]
enum FilterMsg {
    #[ring(inline)]
    Candidate { number: u64 },
    #[ring(inline)]
    End,
}

/// Waits only for who comes after it, so there is no circle.
#[shard_actor(msg = FilterMsg)]
struct Filter {
    place: usize,
    primes: Vec<u64>,
    most: usize,
    next: Option<FilterHandle>,
    share: Share,
}

impl Filter {
    fn new(place: usize, first: u64, most: usize, share: Share) -> Self {
        Self {
            place,
            primes: vec![first],
            most,
            next: None,
            share,
        }
    }
}

impl FilterBehavior for Filter {
    async fn candidate(&mut self, cx: &Cx<Self>, number: u64) {
        if self
            .primes
            .iter()
            .any(|&prime| number.is_multiple_of(prime))
        {
            return;
        }
        if let Some(next) = self.next {
            send(next, FilterMsg::Candidate { number }).await;
        } else if self.primes.len() < self.most {
            self.primes.push(number);
        } else {
            let (place, most, share) = (self.place + 1, self.most, self.share.clone());
            let next = move || Filter::new(place, number, most, share);
            self.next = Some(start(cx.shard(), place, next).await);
        }
    }

    async fn end(&mut self, cx: &Cx<Self>) {
        self.share.count(self.primes.len() as u64);
        if let Some(next) = self.next {
            send(next, FilterMsg::End).await;
        }
        cx.stop();
    }
}

pub(super) async fn run(stage: &Stage, scale: Scale) {
    let Sieve {
        below,
        primes,
        per_actor,
    } = Sieve::at(scale);
    let (share, finish) = shares();
    let first: FilterHandle = stage
        .start(0, move || Filter::new(0, 2, per_actor, share))
        .await;
    for number in (3..below).step_by(2) {
        send(first, FilterMsg::Candidate { number }).await;
    }
    send(first, FilterMsg::End).await;
    check("sieve, primes", primes, finish.total().await);
}
