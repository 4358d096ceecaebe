//! Bounded buffer: a manager between producers and consumers, which lets no producer go on while the buffer is full.

use super::stage::{Stage, told};
use crate::finish::{Share, shares};
use crate::params::{BndBuffer, Scale, check};
use crate::work::process;
use spargio::{Cx, RingMsg, shard_actor};
use std::collections::VecDeque;

#[derive(RingMsg)]
enum ManagerMsg {
    Start {
        producers: Vec<ProducerHandle>,
        consumers: Vec<ConsumerHandle>,
    },
    Item {
        item: f64,
        producer: ProducerHandle,
    },
    #[ring(inline)]
    Available {
        consumer: ConsumerHandle,
    },
    /// A producer has gone.
    #[ring(inline)]
    Left,
}

#[derive(RingMsg)]
enum ProducerMsg {
    #[ring(inline)]
    Produce,
}

#[derive(RingMsg)]
enum ConsumerMsg {
    #[ring(inline)]
    Consume { item: f64 },
    #[ring(inline)]
    End,
}

#[shard_actor(msg = ManagerMsg)]
struct Manager {
    todo: BndBuffer,
    buffer: VecDeque<f64>,
    /// Those who wait for room in the buffer.
    stopped: VecDeque<ProducerHandle>,
    /// Those who wait for items.
    available: VecDeque<ConsumerHandle>,
    producers: usize,
    _share: Share,
}

impl Manager {
    fn end_if_done(&self, cx: &Cx<Self>) {
        if self.producers == 0 && self.available.len() == self.todo.consumers {
            for consumer in &self.available {
                told(consumer.end());
            }
            cx.stop();
        }
    }
}

impl ManagerBehavior for Manager {
    async fn start(
        &mut self,
        _: &Cx<Self>,
        producers: Vec<ProducerHandle>,
        consumers: Vec<ConsumerHandle>,
    ) {
        self.producers = producers.len();
        self.available = consumers.into();
        for producer in producers {
            told(producer.produce());
        }
    }

    async fn item(&mut self, _: &Cx<Self>, item: f64, producer: ProducerHandle) {
        match self.available.pop_front() {
            Some(consumer) => told(consumer.consume(item)),
            None => self.buffer.push_back(item),
        }
        assert!(
            self.buffer.len() <= self.todo.buffer,
            "the buffer overflows"
        );
        // Each of the producers may have one more item under way.
        if self.buffer.len() + self.todo.producers >= self.todo.buffer {
            self.stopped.push_back(producer);
        } else {
            told(producer.produce());
        }
    }

    async fn available(&mut self, cx: &Cx<Self>, consumer: ConsumerHandle) {
        match self.buffer.pop_front() {
            Some(item) => told(consumer.consume(item)),
            None => self.available.push_back(consumer),
        }
        if let Some(producer) = self.stopped.pop_front() {
            told(producer.produce());
        }
        self.end_if_done(cx);
    }

    async fn left(&mut self, cx: &Cx<Self>) {
        self.producers -= 1;
        self.end_if_done(cx);
    }
}

#[shard_actor(msg = ProducerMsg)]
struct Producer {
    manager: ManagerHandle,
    item: f64,
    left: u64,
    cost: u32,
    _share: Share,
}

impl ProducerBehavior for Producer {
    async fn produce(&mut self, cx: &Cx<Self>) {
        if self.left > 0 {
            self.left -= 1;
            self.item = process(self.item, self.cost);
            told(self.manager.item(self.item, cx.handle()));
        } else {
            told(self.manager.left());
            cx.stop();
        }
    }
}

#[shard_actor(msg = ConsumerMsg)]
struct Consumer {
    manager: ManagerHandle,
    item: f64,
    cost: u32,
    share: Share,
}

impl ConsumerBehavior for Consumer {
    async fn consume(&mut self, cx: &Cx<Self>, item: f64) {
        self.item = process(self.item + item, self.cost);
        self.share.count(1);
        told(self.manager.available(cx.handle()));
    }

    async fn end(&mut self, cx: &Cx<Self>) {
        cx.stop();
    }
}

pub(super) async fn run(stage: &Stage, scale: Scale) {
    let todo = BndBuffer::at(scale);
    let (share, finish) = shares();
    let manager: ManagerHandle = {
        let share = share.clone();
        stage
            .start(0, move || Manager {
                todo,
                buffer: VecDeque::new(),
                stopped: VecDeque::new(),
                available: VecDeque::new(),
                producers: 0,
                _share: share,
            })
            .await
    };
    let producers: Vec<ProducerHandle> = stage
        .start_all(1, todo.producers, |_| {
            let share = share.clone();
            move || Producer {
                manager,
                item: 0.0,
                left: todo.items,
                cost: todo.cost,
                _share: share,
            }
        })
        .await;
    let consumers: Vec<ConsumerHandle> = stage
        .start_all(1 + todo.producers, todo.consumers, |_| {
            let share = share.clone();
            move || Consumer {
                manager,
                item: 0.0,
                cost: todo.cost,
                share,
            }
        })
        .await;
    drop(share);
    told(manager.start(producers, consumers));
    let expected = todo.producers as u64 * todo.items;
    check("bndbuffer, items", expected, finish.total().await);
}
