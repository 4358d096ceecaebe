//! Datagrams that are too long, that fit nowhere, and whose peers go away.

use crate::common::place::Place;
use crate::common::{LONG, SHARDS, each_backend, run};
use spargio::net::{UdpSocket, UnixDatagram};
use spargio::time::{sleep, timeout};
use std::io::{self, ErrorKind};
use std::rc::Rc;
use std::time::Duration;

#[test]
fn a_datagram_that_is_too_long_is_refused_and_the_next_is_sent() {
    each_backend(&SHARDS, |setup| {
        let rt = setup.build();
        run(&rt, setup.last(), async |_| {
            let near = UdpSocket::bind("127.0.0.1:0").await?;
            let far = UdpSocket::bind("127.0.0.1:0").await?;
            let to = far.local_addr()?;
            near.connect(to).await?;
            for _ in 0..3 {
                let (sent, back) = near.send(vec![7; 70_000]).await;
                assert_too_long(sent);
                assert_eq!(back, [7; 70_000]);
                assert_too_long(near.send_to(back, to).await.0);
                near.send("short").await.0?;
                assert_eq!(far.recv(Vec::with_capacity(9)).await.1, b"short");
            }
            let (near, far) = UnixDatagram::pair()?;
            near.set_send_buffer_size(8_192)?;
            for _ in 0..3 {
                let (sent, back) = near.send(vec![7; 1 << 20]).await;
                assert_too_long(sent);
                assert_eq!(back.len(), 1 << 20);
                near.send("short").await.0?;
                assert_eq!(far.recv(Vec::with_capacity(9)).await.1, b"short");
            }
            Ok(())
        });
    });
}

fn assert_too_long(sent: io::Result<usize>) {
    let error = sent.unwrap_err();
    #[cfg(target_os = "linux")]
    assert_eq!(error.raw_os_error(), Some(libc::EMSGSIZE), "{error}");
    #[cfg(not(target_os = "linux"))]
    drop(error);
}

#[test]
fn the_smallest_of_send_buffers_holds_datagrams_up_and_loses_none() {
    each_backend(&SHARDS, |setup| {
        let rt = setup.builder().ring_entries(8).build().unwrap();
        run(&rt, setup.last(), async |ctx| {
            let near = UdpSocket::bind("127.0.0.1:0").await?;
            let far = UdpSocket::bind("127.0.0.1:0").await?;
            near.set_send_buffer_size(1)?;
            near.connect(far.local_addr()?).await?;
            let near = Rc::new(near);
            for round in 0..20_u8 {
                let sending: Vec<_> = (0..5)
                    .map(|_| {
                        let near = near.clone();
                        ctx.spawn_local(async move { near.send(vec![round; 4_000]).await.0 })
                    })
                    .collect();
                for _ in 0..5 {
                    let (received, datagram) = far.recv(Vec::with_capacity(5_000)).await;
                    assert_eq!((received?, datagram), (4_000, vec![round; 4_000]));
                }
                for sent in sending {
                    assert_eq!(sent.await.unwrap()?, 4_000);
                }
            }
            Ok(())
        });
    });
}

#[test]
fn who_waits_for_a_full_peer_hears_that_it_has_gone() {
    each_backend(&SHARDS, |setup| {
        let rt = setup.build();
        run(&rt, setup.last(), async |ctx| {
            let path = Place::new();
            for to_path in [false, true] {
                let far = UnixDatagram::bind(&path.0)?;
                let (near, at) = (UnixDatagram::unbound()?, path.0.clone());
                near.connect(&at)?;
                let sending = ctx.spawn_local(async move {
                    loop {
                        let sent = match to_path {
                            true => near.send_to("more", &at).await.0,
                            false => near.send("more").await.0,
                        };
                        if let Err(error) = sent {
                            return error;
                        }
                    }
                });
                sleep(Duration::from_millis(5)).await;
                drop(far);
                let error = timeout(LONG, sending).await?.unwrap();
                assert_eq!(error.kind(), ErrorKind::ConnectionRefused, "{error}");
                std::fs::remove_file(&path.0)?;
            }
            Ok(())
        });
    });
}
