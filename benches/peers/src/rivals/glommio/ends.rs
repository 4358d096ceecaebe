//! Both ends of Glommio's channels, between executors and on one.

use crate::rivals::channels::{Asker, Mailbox, Message, Question};
use glommio::channels::local_channel::{LocalReceiver, LocalSender};
use glommio::channels::shared_channel::{
    ConnectedReceiver, ConnectedSender, SharedReceiver, SharedSender,
};
use glommio::{GlommioError, ResourceType};
use std::rc::Rc;

/// Before they are connected, for so many actors of one executor.
pub struct AskerEnd<B: Send> {
    pub senders: Vec<SharedSender<Message<B, ()>>>,
    pub answers: SharedReceiver<u64>,
}

pub struct MailboxEnd<B: Send> {
    pub receivers: Vec<SharedReceiver<Message<B, ()>>>,
    pub replier: SharedSender<u64>,
}

pub struct SharedAsker<B: Send> {
    pub sender: ConnectedSender<Message<B, ()>>,
    pub answers: Rc<ConnectedReceiver<u64>>,
}

pub struct SharedMailbox<B: Send> {
    pub receiver: ConnectedReceiver<Message<B, ()>>,
    pub replier: Rc<ConnectedSender<u64>>,
}

async fn send<M: Send>(sender: &ConnectedSender<M>, message: M) {
    match sender.try_send(message) {
        Ok(()) => {}
        Err(GlommioError::WouldBlock(ResourceType::Channel(message))) => {
            assert!(sender.send(message).await.is_ok(), "the receiver lives");
        }
        Err(_) => panic!("the receiver lives"),
    }
}

impl<B: Send + 'static> Asker<B> for SharedAsker<B> {
    type Pending = ();

    async fn tell(&self, body: B) {
        send(&self.sender, Message::Tell(body)).await;
    }

    async fn begin(&self, question: Question) {
        send(&self.sender, Message::Ask(question, ())).await;
    }

    /// The next answer, whoever it is from: all are awaited before the next is asked.
    async fn answer(&self, (): ()) -> u64 {
        self.answers.recv().await.expect("the actor answers")
    }
}

impl<B: Send + 'static> Mailbox<B> for SharedMailbox<B> {
    type Ticket = ();

    async fn next(&mut self) -> Option<Message<B, ()>> {
        self.receiver.recv().await
    }

    fn reply(&self, (): (), answer: u64) {
        assert!(
            self.replier.try_send(answer).is_ok(),
            "there is room for each answer"
        );
    }
}

pub struct LocalAsker {
    pub sender: LocalSender<Message<u64, ()>>,
    pub answers: Rc<LocalReceiver<u64>>,
}

pub struct LocalMailbox {
    pub receiver: LocalReceiver<Message<u64, ()>>,
    pub replier: Rc<LocalSender<u64>>,
}

async fn send_here<M>(sender: &LocalSender<M>, message: M) {
    match sender.try_send(message) {
        Ok(()) => {}
        Err(GlommioError::WouldBlock(ResourceType::Channel(message))) => {
            assert!(sender.send(message).await.is_ok(), "the receiver lives");
        }
        Err(_) => panic!("the receiver lives"),
    }
}

impl Asker<u64> for LocalAsker {
    type Pending = ();

    async fn tell(&self, body: u64) {
        send_here(&self.sender, Message::Tell(body)).await;
    }

    async fn begin(&self, question: Question) {
        send_here(&self.sender, Message::Ask(question, ())).await;
    }

    async fn answer(&self, (): ()) -> u64 {
        self.answers.recv().await.expect("the actor answers")
    }
}

impl Mailbox<u64> for LocalMailbox {
    type Ticket = ();

    async fn next(&mut self) -> Option<Message<u64, ()>> {
        self.receiver.recv().await
    }

    fn reply(&self, (): (), answer: u64) {
        assert!(
            self.replier.try_send(answer).is_ok(),
            "there is room for each answer"
        );
    }
}
