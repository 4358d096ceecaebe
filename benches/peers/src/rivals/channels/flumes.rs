//! Flume's bounded channels and a oneshot for each answer: for the runtimes that have no channels of their own between
//! threads.

use super::{Asker, Mailbox, Message, Question};
use flume::{Receiver, Sender, TrySendError, bounded};
use futures::channel::oneshot;

type FlumeMessage<B> = Message<B, oneshot::Sender<u64>>;

pub struct FlumeAsker<B>(Sender<FlumeMessage<B>>);

pub struct FlumeMailbox<B>(Receiver<FlumeMessage<B>>);

/// Channels to so many actors, with room for so many messages each.
pub fn flumes<B>(
    actors: usize,
    room: usize,
) -> impl Iterator<Item = (FlumeAsker<B>, FlumeMailbox<B>)> {
    (0..actors).map(move |_| {
        let (sender, receiver) = bounded(room);
        (FlumeAsker(sender), FlumeMailbox(receiver))
    })
}

impl<B> FlumeAsker<B> {
    async fn send(&self, message: FlumeMessage<B>) {
        // Waiting for room costs more, even where there is room.
        match self.0.try_send(message) {
            Ok(()) => {}
            Err(TrySendError::Full(message)) => {
                assert!(self.0.send_async(message).await.is_ok(), "the actor lives")
            }
            Err(TrySendError::Disconnected(_)) => panic!("the actor lives"),
        }
    }
}

impl<B: 'static> Asker<B> for FlumeAsker<B> {
    type Pending = oneshot::Receiver<u64>;

    async fn tell(&self, body: B) {
        self.send(Message::Tell(body)).await;
    }

    async fn begin(&self, question: Question) -> Self::Pending {
        let (ticket, pending) = oneshot::channel();
        self.send(Message::Ask(question, ticket)).await;
        pending
    }

    async fn answer(&self, pending: Self::Pending) -> u64 {
        pending.await.expect("the actor answers")
    }
}

impl<B: 'static> Mailbox<B> for FlumeMailbox<B> {
    type Ticket = oneshot::Sender<u64>;

    async fn next(&mut self) -> Option<FlumeMessage<B>> {
        self.0.recv_async().await.ok()
    }

    fn reply(&self, ticket: Self::Ticket, answer: u64) {
        ticket.send(answer).expect("the asker waits");
    }
}
