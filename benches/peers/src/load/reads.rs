//! Reading a file, a block at a time, by so many tasks of one thread at once.

use crate::load::blocks::{self, BLOCK, places};
use crate::load::{Io, measure};
use crate::measure::{Measured, Stopwatch};
use futures::channel::oneshot;
use std::rc::Rc;

pub fn read<I: Io>(io: &I, depth: u64, operations: u64) -> Measured {
    let path = blocks::file().expect("a temporary file of 256 MiB");
    measure(io, move || async move {
        let file = Rc::new(I::open(path).await);
        read_all::<I>(&file, depth, operations / 10).await;
        let watch = Stopwatch::start();
        read_all::<I>(&file, depth, operations).await;
        watch.stop(operations)
    })
}

/// Each task reads its share, one block after the other.
async fn read_all<I: Io>(file: &Rc<I::File>, depth: u64, operations: u64) {
    let reader = |seed| {
        let (file, (done, ended)) = (file.clone(), oneshot::channel());
        I::spawn(async move {
            let mut buffer = vec![0; BLOCK];
            for place in places(seed).take((operations / depth) as usize) {
                let (number, back) = I::read(&file, place, buffer).await;
                assert_eq!(number, place / BLOCK as u64);
                buffer = back;
            }
            done.send(()).expect("all are waited for");
        });
        ended
    };
    for ended in (0..depth).map(reader).collect::<Vec<_>>() {
        ended.await.expect("every block is the one asked for");
    }
}
