//! The actor that every workload drives.

use crate::measure::current_cpu;
use crate::rivals::conduct::Body;
use compio::actor::{Actor, Call, Handler, Mailbox};
use std::convert::Infallible;

pub struct Tell<B>(pub B);

/// Answered by `n + 1`.
pub struct Next(pub u64);

/// Answered by the sum, which then starts anew.
pub struct Sum;

/// Answered by the CPU.
pub struct Where;

/// Adds up what it is told.
pub struct Adder;

impl Actor for Adder {
    type State = u64;
    type Arguments = ();
    type Error = Infallible;

    async fn pre_start(&self, _: &Mailbox<Self>, (): ()) -> Result<u64, Infallible> {
        Ok(0)
    }
}

impl<B: Body> Handler<Tell<B>> for Adder {
    async fn handle(
        &self,
        _: &Mailbox<Self>,
        Tell(body): Tell<B>,
        sum: &mut u64,
    ) -> Result<(), Infallible> {
        *sum += body.value();
        Ok(())
    }
}

impl Handler<Call<Next, u64>> for Adder {
    async fn handle(
        &self,
        _: &Mailbox<Self>,
        call: Call<Next, u64>,
        _: &mut u64,
    ) -> Result<(), Infallible> {
        let answer = call.message().0 + 1;
        call.reply(answer).expect("the asker waits");
        Ok(())
    }
}

impl Handler<Call<Sum, u64>> for Adder {
    async fn handle(
        &self,
        _: &Mailbox<Self>,
        call: Call<Sum, u64>,
        sum: &mut u64,
    ) -> Result<(), Infallible> {
        call.reply(std::mem::take(sum)).expect("the asker waits");
        Ok(())
    }
}

impl Handler<Call<Where, u64>> for Adder {
    async fn handle(
        &self,
        _: &Mailbox<Self>,
        call: Call<Where, u64>,
        _: &mut u64,
    ) -> Result<(), Infallible> {
        call.reply(u64::from(current_cpu()))
            .expect("the asker waits");
        Ok(())
    }
}
