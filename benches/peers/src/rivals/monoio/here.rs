//! Channels within a thread, of `local-sync`.

use crate::rivals::channels::{Asker, Mailbox, Message, Question};
use local_sync::mpsc::bounded::{self, Rx, Tx};
use local_sync::oneshot;

type MessageHere = Message<u64, oneshot::Sender<u64>>;

pub struct AskerHere(Tx<MessageHere>);

pub struct MailboxHere(Rx<MessageHere>);

pub fn channel(room: usize) -> (AskerHere, MailboxHere) {
    let (sender, receiver) = bounded::channel(room);
    (AskerHere(sender), MailboxHere(receiver))
}

impl AskerHere {
    async fn send(&self, message: MessageHere) {
        assert!(self.0.send(message).await.is_ok(), "the actor lives");
    }
}

impl Asker<u64> for AskerHere {
    type Pending = oneshot::Receiver<u64>;

    async fn tell(&self, body: u64) {
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

impl Mailbox<u64> for MailboxHere {
    type Ticket = oneshot::Sender<u64>;

    async fn next(&mut self) -> Option<MessageHere> {
        self.0.recv().await
    }

    fn reply(&self, ticket: Self::Ticket, answer: u64) {
        assert!(ticket.send(answer).is_ok(), "the asker waits");
    }
}
