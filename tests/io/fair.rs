//! A socket that is always ready leaves others their turn.

use crate::common::{SHARDS, each_backend, run, yield_now};
use spargio::net::UdpSocket;
use spargio::time::sleep;
use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

/// More than one turn has in it, and few enough that a shard which gives nobody a turn fails the test soon.
const MANY: u32 = 300_000;

#[test]
fn a_socket_that_never_runs_dry_holds_up_nobody() {
    each_backend(&SHARDS, |setup| {
        let rt = setup.build();
        run(&rt, setup.last(), async |ctx| {
            let socket = UdpSocket::bind("127.0.0.1:0").await?;
            let me = socket.local_addr()?;
            let over = Rc::new(Cell::new(false));
            let seen = over.clone();
            let busy = ctx.spawn_local(async move {
                let mut buffer = Vec::with_capacity(8);
                for round in 0..MANY {
                    if seen.get() {
                        return round;
                    }
                    // Both are done at once, each time.
                    socket.send_to("ping", me).await.0.unwrap();
                    let (received, back) = socket.recv_from(buffer).await;
                    assert_eq!(received.unwrap().0, 4);
                    buffer = back;
                }
                MANY
            });
            for _ in 0..10 {
                yield_now().await;
                sleep(Duration::from_micros(100)).await;
            }
            over.set(true);
            let rounds = busy.await.unwrap();
            assert!((1..MANY).contains(&rounds), "{rounds}");
            Ok(())
        });
    });
}
