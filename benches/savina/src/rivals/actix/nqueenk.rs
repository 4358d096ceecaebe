//! N queens on actix.

use super::Arbiters;
use crate::finish::{Share, shares};
use crate::params::{NQueens, Scale, check};
use crate::work::board::Board;
use actix::{Actor, ActorContext, Addr, AsyncContext, Context, Handler, Message};

#[derive(Message)]
#[rtype(result = "()")]
enum MasterMsg {
    Start { workers: Vec<Addr<Worker>> },
    Deal(Board),
    Solution,
    Done,
}

#[derive(Message)]
#[rtype(result = "()")]
enum WorkerMsg {
    Solve(Board),
    End,
}

struct Master {
    workers: Vec<Addr<Worker>>,
    dealt: usize,
    done: usize,
    share: Share,
}

impl Actor for Master {
    type Context = Context<Self>;
}

impl Handler<MasterMsg> for Master {
    type Result = ();

    fn handle(&mut self, message: MasterMsg, cx: &mut Context<Self>) {
        match message {
            MasterMsg::Start { workers } => {
                self.workers = workers;
                cx.address().do_send(MasterMsg::Deal(Board::default()));
            }
            MasterMsg::Deal(board) => {
                let worker = &self.workers[self.dealt % self.workers.len()];
                self.dealt += 1;
                worker.do_send(WorkerMsg::Solve(board));
            }
            MasterMsg::Solution => self.share.count(1),
            MasterMsg::Done => {
                self.done += 1;
                if self.done == self.dealt {
                    for worker in &self.workers {
                        worker.do_send(WorkerMsg::End);
                    }
                    cx.stop();
                }
            }
        }
    }
}

struct Worker {
    queens: u8,
    threshold: u8,
    master: Addr<Master>,
    _share: Share,
}

impl Actor for Worker {
    type Context = Context<Self>;
}

impl Handler<WorkerMsg> for Worker {
    type Result = ();

    fn handle(&mut self, message: WorkerMsg, cx: &mut Context<Self>) {
        let board = match message {
            WorkerMsg::Solve(board) => board,
            WorkerMsg::End => return cx.stop(),
        };
        if board.placed() < self.threshold {
            for next in board.next(self.queens) {
                self.master.do_send(MasterMsg::Deal(next));
            }
        } else {
            for _ in 0..board.solutions(self.queens) {
                self.master.do_send(MasterMsg::Solution);
            }
        }
        self.master.do_send(MasterMsg::Done);
    }
}

pub(super) async fn run(arbiters: &Arbiters, scale: Scale) {
    let problem = NQueens::at(scale);
    let (share, finish) = shares();
    let master = Master {
        workers: Vec::new(),
        dealt: 0,
        done: 0,
        share: share.clone(),
    };
    let master = arbiters.start(0, master);
    let worker = || Worker {
        queens: problem.queens,
        threshold: problem.threshold,
        master: master.clone(),
        _share: share.clone(),
    };
    let workers = (0..problem.workers)
        .map(|i| arbiters.start(1 + i, worker()))
        .collect();
    drop(share);
    master.do_send(MasterMsg::Start { workers });
    let actual = finish.total().await;
    check("nqueenk, solutions", problem.solutions, actual);
}
