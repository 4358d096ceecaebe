//! What is dropped is gone when the drop returns, as far as the kernel lets go of it.

use crate::common::{SHARDS, each_backend, run};
use futures::FutureExt;
use spargio::net::{TcpListener, TcpStream};

#[test]
fn a_listener_whose_accept_was_dropped_gives_its_port_back() {
    each_backend(&SHARDS, |setup| {
        let rt = setup.build();
        run(&rt, setup.last(), async |_| {
            let mut listener = TcpListener::bind("127.0.0.1:0").await?;
            let address = listener.local_addr()?;
            for _ in 0..100 {
                assert!(listener.accept().now_or_never().is_none());
                drop(listener);
                listener = TcpListener::bind(address).await?;
            }
            Ok(())
        });
    });
}

#[test]
fn a_close_with_no_linger_resets() {
    each_backend(&SHARDS, |setup| {
        let rt = setup.build();
        run(&rt, setup.last(), async |_| {
            let listener = TcpListener::bind("127.0.0.1:0").await?;
            let near = TcpStream::connect(listener.local_addr()?).await?;
            let (far, _) = listener.accept().await?;
            near.set_zero_linger()?;
            drop(near);
            let (read, _) = far.read(vec![0; 8]).await;
            let error = read.unwrap_err();
            assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
            Ok(())
        });
    });
}

#[test]
fn more_slices_than_one_call_takes_are_a_short_write() {
    each_backend(&[1], |setup| {
        let rt = setup.build();
        run(&rt, 0, async |_| {
            let listener = TcpListener::bind("127.0.0.1:0").await?;
            let mut near = TcpStream::connect(listener.local_addr()?).await?;
            let (far, _) = listener.accept().await?;
            let (written, back) = near.write_vectored(vec!["ab"; 3_000]).await;
            assert_eq!((written?, back.len()), (2_048, 3_000));
            let slices = vec![std::io::IoSlice::new(b"c"); 3_000];
            let written = futures::AsyncWriteExt::write_vectored(&mut near, &slices).await?;
            assert_eq!(written, 1_024);
            drop(near);
            let mut all = Vec::new();
            futures::AsyncReadExt::read_to_end(&mut { far }, &mut all).await?;
            assert_eq!(all.len(), 2_048 + 1_024);
            Ok(())
        });
    });
}
