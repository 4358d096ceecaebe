//! The driver: an actor that gets the orders of the main thread.

use super::adder::Adder;
use super::drive;
use crate::measure::Measured;
use crate::rivals::conduct::{Body, Driver, Order};
use compio::actor::{Actor, Cluster, Handler, Mailbox};
use futures::executor::block_on;
use std::convert::Infallible;
use std::marker::PhantomData;
use std::sync::mpsc;

/// What a driver does, and with whom.
pub enum Work {
    Asks(Mailbox<Adder>),
    Tells(Mailbox<Adder>),
    Rounds(Vec<Mailbox<Adder>>),
    /// And keeps what it has started.
    Starts(Vec<Mailbox<Adder>>),
}

/// A driver that tells bodies of this type.
struct Drives<B>(PhantomData<fn(B)>);

impl<B: Body> Actor for Drives<B> {
    type State = (Work, mpsc::Sender<Measured>);
    type Arguments = (Work, mpsc::Sender<Measured>);
    type Error = Infallible;

    async fn pre_start(
        &self,
        _: &Mailbox<Self>,
        state: Self::Arguments,
    ) -> Result<Self::State, Infallible> {
        Ok(state)
    }
}

impl<B: Body> Handler<Order> for Drives<B> {
    async fn handle(
        &self,
        _: &Mailbox<Self>,
        order: Order,
        (work, report): &mut Self::State,
    ) -> Result<(), Infallible> {
        let measured = match (order, work) {
            (Order::Do(operations), Work::Asks(actor)) => drive::asks(actor, operations).await,
            (Order::Do(operations), Work::Tells(actor)) => {
                drive::tells::<B>(actor, operations).await
            }
            (Order::Do(operations), Work::Rounds(actors)) => {
                drive::rounds(actors, operations).await
            }
            (Order::Do(operations), Work::Starts(actors)) => {
                drive::starts(actors, operations).await
            }
            (Order::Where, Work::Asks(actor)) => drive::whereabouts(actor).await,
            (Order::Where, _) => panic!("only waking needs to know where"),
        };
        report.send(measured).expect("the main thread waits");
        Ok(())
    }
}

pub fn start_driver<B: Body>(cluster: &Cluster, work: Work) -> Driver {
    let (sender, report) = mpsc::channel();
    let driver = cluster
        .spawn(|| Drives::<B>(PhantomData), (work, sender))
        .into_future();
    let (mailbox, _) = block_on(driver).expect("the driver starts");
    Driver::new(
        move |order| mailbox.send(order).expect("the driver lives"),
        report,
    )
}
