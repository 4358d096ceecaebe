//! The first solutions of the N queens problem: a master deals boards to workers, which send it boards with one more
//! queen, and solve those with enough queens alone. A message for each solution.

use super::stage::{Stage, send, told};
use crate::finish::{Share, shares};
use crate::params::{NQueens, Scale, check, mailbox};
use crate::work::board::Board;
use spargio::{Actor, Cx, RingMsg, shard_actor};

#[derive(RingMsg)]
enum MasterMsg {
    Start { workers: Vec<WorkerHandle> },
    Deal(Board),
    Solution,
    Done,
}

#[derive(RingMsg)]
enum WorkerMsg {
    Solve(Board),
    End,
}

#[shard_actor(msg = MasterMsg, mailbox = 32_768)]
struct Master {
    workers: Vec<WorkerHandle>,
    dealt: usize,
    done: usize,
    share: Share,
}

const _: () = assert!(matches!(Master::MAILBOX, Some(mailbox::QUEENS)));

impl MasterBehavior for Master {
    async fn start(&mut self, cx: &Cx<Self>, workers: Vec<WorkerHandle>) {
        self.workers = workers;
        told(cx.handle().deal(Board::default()));
    }

    async fn deal(&mut self, _: &Cx<Self>, value: Board) {
        let worker = self.workers[self.dealt % self.workers.len()];
        self.dealt += 1;
        send(worker, WorkerMsg::Solve(value)).await;
    }

    async fn solution(&mut self, _: &Cx<Self>) {
        self.share.count(1);
    }

    /// Comes behind the boards that this worker sent, so when none is open there are no more.
    async fn done(&mut self, cx: &Cx<Self>) {
        self.done += 1;
        if self.done == self.dealt {
            for &worker in &self.workers {
                send(worker, WorkerMsg::End).await;
            }
            cx.stop();
        }
    }
}

/// Mailboxes have room for all that a run sends them: master and workers wait for lanes only.
#[shard_actor(msg = WorkerMsg, mailbox = 32_768)]
struct Worker {
    queens: u8,
    threshold: u8,
    master: MasterHandle,
    _share: Share,
}

const _: () = assert!(matches!(Worker::MAILBOX, Some(mailbox::QUEENS)));

impl WorkerBehavior for Worker {
    async fn solve(&mut self, _: &Cx<Self>, value: Board) {
        if value.placed() < self.threshold {
            for board in value.next(self.queens) {
                send(self.master, MasterMsg::Deal(board)).await;
            }
        } else {
            for _ in 0..value.solutions(self.queens) {
                send(self.master, MasterMsg::Solution).await;
            }
        }
        send(self.master, MasterMsg::Done).await;
    }

    async fn end(&mut self, cx: &Cx<Self>) {
        cx.stop();
    }
}

pub(super) async fn run(stage: &Stage, scale: Scale) {
    let problem = NQueens::at(scale);
    let (share, finish) = shares();
    let master: MasterHandle = {
        let share = share.clone();
        stage
            .start(0, move || Master {
                workers: Vec::new(),
                dealt: 0,
                done: 0,
                share,
            })
            .await
    };
    let workers: Vec<WorkerHandle> = stage
        .start_all(1, problem.workers, |_| {
            let share = share.clone();
            move || Worker {
                queens: problem.queens,
                threshold: problem.threshold,
                master,
                _share: share,
            }
        })
        .await;
    drop(share);
    told(master.start(workers));
    let actual = finish.total().await;
    check("nqueenk, solutions", problem.solutions, actual);
}
