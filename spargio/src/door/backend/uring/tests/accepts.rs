//! Kernels that accept one connection at a time.

use super::{Fault, in_time};
use crate::net::{TcpListener, TcpStream};
use crate::{BackendKind, Runtime};
use futures_util::StreamExt;
use futures_util::future::join;
use std::io;

const CLIENTS: usize = 100;

/// A stream asks for all connections at once, hears that the kernel does not know what that is, and goes on one by one.
#[test]
fn a_stream_of_connections_on_kernels_before_5_19() {
    in_time(Fault::OldKernel, 1, |injected| {
        let rt = Runtime::builder()
            .shards(1)
            .backend(BackendKind::IoUring)
            .ring_entries(16)
            .build()
            .expect("io_uring is there");
        let accepts = rt.spawn_local_on(0, async move |_| {
            let listener = TcpListener::bind("127.0.0.1:0").await?;
            let address = listener.local_addr()?;
            let mut incoming = listener.incoming();
            for _ in 0..CLIENTS {
                // Somebody waits for it.
                let connect = TcpStream::connect(address);
                let (near, accepted) = join(connect, incoming.next()).await;
                let (_, from) = accepted.expect("it has no end")?;
                assert_eq!(from, near?.local_addr()?);
            }
            assert_eq!(injected(), 1, "it asks once");
            // They wait for it.
            let mut clients = Vec::new();
            for _ in 0..CLIENTS {
                clients.push(TcpStream::connect(address).await?);
            }
            // The listener knows, whichever stream has asked.
            let mut other = listener.incoming();
            for (number, client) in clients.iter().enumerate() {
                let next = match number % 2 {
                    0 => incoming.next().await,
                    _ => other.next().await,
                };
                let (_, from) = next.expect("it has no end")?;
                assert_eq!(from, client.local_addr()?);
            }
            assert_eq!(injected(), 1, "it asks once");
            io::Result::Ok(())
        });
        let accepted = rt.block_on(accepts.expect("it runs"));
        accepted.expect("it ends").expect("all is accepted");
        rt.shutdown().expect("from outside");
    });
}
