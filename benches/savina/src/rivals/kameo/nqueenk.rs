//! N queens on kameo. Mailboxes have room for all that a run sends them, so nobody waits for room in a circle.

use super::{send, start, tell};
use crate::finish::{Share, shares};
use crate::params::{NQueens, Scale, check, mailbox};
use crate::work::board::Board;
use kameo::Actor;
use kameo::actor::ActorRef;
use kameo::message::{Context, Message};

enum MasterMsg {
    Start { workers: Vec<ActorRef<Worker>> },
    Deal(Board),
    Solution,
    Done,
}

enum WorkerMsg {
    Solve(Board),
    End,
}

#[derive(Actor)]
struct Master {
    workers: Vec<ActorRef<Worker>>,
    dealt: usize,
    done: usize,
    share: Share,
}

impl Message<MasterMsg> for Master {
    type Reply = ();

    async fn handle(&mut self, message: MasterMsg, cx: &mut Context<Self, ()>) {
        match message {
            MasterMsg::Start { workers } => {
                self.workers = workers;
                tell(cx.actor_ref(), MasterMsg::Deal(Board::default()));
            }
            MasterMsg::Deal(board) => {
                let worker = &self.workers[self.dealt % self.workers.len()];
                self.dealt += 1;
                send(worker, WorkerMsg::Solve(board)).await;
            }
            MasterMsg::Solution => self.share.count(1),
            MasterMsg::Done => {
                self.done += 1;
                if self.done == self.dealt {
                    for worker in &self.workers {
                        send(worker, WorkerMsg::End).await;
                    }
                    cx.stop();
                }
            }
        }
    }
}

#[derive(Actor)]
struct Worker {
    queens: u8,
    threshold: u8,
    master: ActorRef<Master>,
    _share: Share,
}

impl Message<WorkerMsg> for Worker {
    type Reply = ();

    async fn handle(&mut self, message: WorkerMsg, cx: &mut Context<Self, ()>) {
        let board = match message {
            WorkerMsg::Solve(board) => board,
            WorkerMsg::End => return cx.stop(),
        };
        if board.placed() < self.threshold {
            for next in board.next(self.queens) {
                send(&self.master, MasterMsg::Deal(next)).await;
            }
        } else {
            for _ in 0..board.solutions(self.queens) {
                send(&self.master, MasterMsg::Solution).await;
            }
        }
        send(&self.master, MasterMsg::Done).await;
    }
}

pub(super) async fn run(scale: Scale) {
    let problem = NQueens::at(scale);
    let (share, finish) = shares();
    let master = Master {
        workers: Vec::new(),
        dealt: 0,
        done: 0,
        share: share.clone(),
    };
    let master = start(master, mailbox::QUEENS);
    let worker = || Worker {
        queens: problem.queens,
        threshold: problem.threshold,
        master: master.clone(),
        _share: share.clone(),
    };
    let workers = (0..problem.workers)
        .map(|_| start(worker(), mailbox::QUEENS))
        .collect();
    drop(share);
    tell(&master, MasterMsg::Start { workers });
    let actual = finish.total().await;
    check("nqueenk, solutions", problem.solutions, actual);
}
