//! N queens on ractor.

use super::{Handled, keeps, start};
use crate::finish::{Share, shares};
use crate::params::{NQueens, Scale, check};
use crate::work::board::Board;
use ractor::{Actor, ActorRef};

enum MasterMsg {
    Start { workers: Vec<ActorRef<WorkerMsg>> },
    Deal(Board),
    Solution,
    Done,
}

enum WorkerMsg {
    Solve(Board),
    End,
}

struct Master;

struct MasterState {
    workers: Vec<ActorRef<WorkerMsg>>,
    dealt: usize,
    done: usize,
    share: Share,
}

impl Actor for Master {
    keeps!(MasterState, MasterMsg);

    async fn handle(
        &self,
        me: ActorRef<MasterMsg>,
        message: MasterMsg,
        at: &mut MasterState,
    ) -> Handled {
        match message {
            MasterMsg::Start { workers } => {
                at.workers = workers;
                me.cast(MasterMsg::Deal(Board::default()))?;
            }
            MasterMsg::Deal(board) => {
                let worker = &at.workers[at.dealt % at.workers.len()];
                at.dealt += 1;
                worker.cast(WorkerMsg::Solve(board))?;
            }
            MasterMsg::Solution => at.share.count(1),
            MasterMsg::Done => {
                at.done += 1;
                if at.done == at.dealt {
                    for worker in &at.workers {
                        worker.cast(WorkerMsg::End)?;
                    }
                    me.stop(None);
                }
            }
        }
        Ok(())
    }
}

struct Worker;

struct WorkerState {
    queens: u8,
    threshold: u8,
    master: ActorRef<MasterMsg>,
    _share: Share,
}

impl Actor for Worker {
    keeps!(WorkerState, WorkerMsg);

    async fn handle(
        &self,
        me: ActorRef<WorkerMsg>,
        message: WorkerMsg,
        at: &mut WorkerState,
    ) -> Handled {
        let board = match message {
            WorkerMsg::Solve(board) => board,
            WorkerMsg::End => {
                me.stop(None);
                return Ok(());
            }
        };
        if board.placed() < at.threshold {
            for next in board.next(at.queens) {
                at.master.cast(MasterMsg::Deal(next))?;
            }
        } else {
            for _ in 0..board.solutions(at.queens) {
                at.master.cast(MasterMsg::Solution)?;
            }
        }
        at.master.cast(MasterMsg::Done)?;
        Ok(())
    }
}

pub(super) async fn run(scale: Scale) -> Handled {
    let problem = NQueens::at(scale);
    let (share, finish) = shares();
    let master = MasterState {
        workers: Vec::new(),
        dealt: 0,
        done: 0,
        share: share.clone(),
    };
    let master = start(Master, master).await?;
    let mut workers = Vec::new();
    for _ in 0..problem.workers {
        let worker = WorkerState {
            queens: problem.queens,
            threshold: problem.threshold,
            master: master.clone(),
            _share: share.clone(),
        };
        workers.push(start(Worker, worker).await?);
    }
    drop(share);
    master.cast(MasterMsg::Start { workers })?;
    let actual = finish.total().await;
    check("nqueenk, solutions", problem.solutions, actual);
    Ok(())
}
