//! Concurrent dictionary: workers read and write the entries of one actor, each the next when it has the last's answer.

use super::stage::{Stage, told};
use crate::finish::{Share, shares};
use crate::params::{ConcDict, Scale, check};
use crate::work::dice::Dice;
use spargio::{Cx, RingMsg, shard_actor};
use std::collections::HashMap;

#[derive(RingMsg)]
enum DictionaryMsg {
    Write {
        key: u64,
        value: u64,
        worker: WorkerHandle,
    },
    Read {
        key: u64,
        worker: WorkerHandle,
    },
    /// A worker has gone.
    #[ring(inline)]
    Left,
}

#[derive(RingMsg)]
enum WorkerMsg {
    #[ring(inline)]
    Start,
    /// What the entry is now; 0 if it was never written.
    #[ring(inline)]
    Entry { value: u64 },
}

#[shard_actor(msg = DictionaryMsg)]
struct Dictionary {
    entries: HashMap<u64, u64>,
    workers: u32,
    _share: Share,
}

impl DictionaryBehavior for Dictionary {
    async fn write(&mut self, _: &Cx<Self>, key: u64, value: u64, worker: WorkerHandle) {
        self.entries.insert(key, value);
        told(worker.entry(value));
    }

    async fn read(&mut self, _: &Cx<Self>, key: u64, worker: WorkerHandle) {
        let value = self.entries.get(&key).copied().unwrap_or(0);
        told(worker.entry(value));
    }

    async fn left(&mut self, cx: &Cx<Self>) {
        self.workers -= 1;
        if self.workers == 0 {
            cx.stop();
        }
    }
}

#[shard_actor(msg = WorkerMsg)]
struct Worker {
    number: u64,
    dictionary: DictionaryHandle,
    dice: Dice,
    todo: ConcDict,
    key: u64,
    share: Share,
}

impl Worker {
    fn operate(&mut self, cx: &Cx<Self>) {
        let worker = cx.handle();
        let writes = self.dice.below(100) < self.todo.write_percent;
        let key = 1 + self.dice.below(self.todo.keys);
        self.key = key;
        told(if writes {
            // Whoever reads it can see from the key that it is a value of this entry.
            let value = key + (self.todo.keys + 1) * self.number;
            self.dictionary.write(key, value, worker)
        } else {
            self.dictionary.read(key, worker)
        });
    }
}

impl WorkerBehavior for Worker {
    async fn start(&mut self, cx: &Cx<Self>) {
        self.operate(cx);
    }

    async fn entry(&mut self, cx: &Cx<Self>, value: u64) {
        // A wrong one is not counted, and the total shows it.
        let right = value == 0 || value % (self.todo.keys + 1) == self.key;
        self.share.count(u64::from(right));
        self.todo.operations -= 1;
        if self.todo.operations > 0 {
            self.operate(cx);
        } else {
            told(self.dictionary.left());
            cx.stop();
        }
    }
}

pub(super) async fn run(stage: &Stage, scale: Scale) {
    let todo = ConcDict::at(scale);
    let (share, finish) = shares();
    let dictionary: DictionaryHandle = {
        let share = share.clone();
        stage
            .start(0, move || Dictionary {
                entries: HashMap::new(),
                workers: todo.workers,
                _share: share,
            })
            .await
    };
    let workers: Vec<WorkerHandle> = stage
        .start_all(1, todo.workers as usize, |i| {
            let (number, share) = (i as u64, share.clone());
            move || Worker {
                number,
                dictionary,
                dice: Dice::new(number),
                todo,
                key: 0,
                share,
            }
        })
        .await;
    drop(share);
    for worker in workers {
        told(worker.start());
    }
    let expected = u64::from(todo.workers) * todo.operations;
    check("concdict, operations", expected, finish.total().await);
}
