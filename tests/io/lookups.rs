//! Names are looked up by a thread that may block, and not by the shard.

use crate::child::in_child;
use crate::common::{Gate, each_backend, run};
use futures::poll;
use spargio::blocking;
use spargio::net::{TcpListener, TcpStream, UdpSocket};
use std::pin::pin;

#[test]
fn a_shard_goes_on_while_names_are_looked_up() {
    let test = "lookups::a_shard_goes_on_while_names_are_looked_up";
    in_child(test, || {
        // SAFETY: this process runs this test alone, and nobody else looks at the environment yet.
        unsafe { std::env::set_var("BLOCKING_MAX_THREADS", "1") };
        each_backend(&[1, 2], |setup| {
            let rt = setup.build();
            run(&rt, setup.last(), async |_| {
                let listener = TcpListener::bind("127.0.0.1:0").await?;
                let address = listener.local_addr()?;
                let name = format!("localhost:{}", address.port());
                let (sender, caller) = (
                    UdpSocket::bind("127.0.0.1:0").await?,
                    UdpSocket::bind("127.0.0.1:0").await?,
                );
                // The only thread that may block is held, and the shard is not.
                let gate = Gate::default();
                let held = gate.clone();
                let held = blocking(move || held.pass());
                gate.await_waiting(1);
                let mut connect = pin!(TcpStream::connect(&name));
                let mut listen = pin!(TcpListener::bind("localhost:0"));
                let mut bind = pin!(UdpSocket::bind("localhost:0"));
                let mut call = pin!(caller.connect(&name));
                let mut send = pin!(sender.send_to("hello", &name));
                for _ in 0..3 {
                    assert!(poll!(&mut connect).is_pending());
                    assert!(poll!(&mut listen).is_pending());
                    assert!(poll!(&mut bind).is_pending());
                    assert!(poll!(&mut call).is_pending());
                    assert!(poll!(&mut send).is_pending());
                    // Nobody else has connected.
                    let near = TcpStream::connect(address).await?;
                    let (far, from) = listener.accept().await?;
                    assert_eq!(from, near.local_addr()?);
                    far.write_all("hello").await.0?;
                    assert_eq!(near.read(Vec::with_capacity(9)).await.1, b"hello");
                }
                gate.open();
                held.await.unwrap();
                let near = connect.await?;
                assert_eq!(listener.accept().await?.1, near.local_addr()?);
                assert!(listen.await?.local_addr()?.ip().is_loopback());
                assert!(bind.await?.local_addr()?.ip().is_loopback());
                call.await?;
                assert_eq!(caller.peer_addr()?, address);
                assert_eq!(send.await.0?, 5);
                Ok(())
            });
        });
    });
}
