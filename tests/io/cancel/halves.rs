//! The halves of streams, with owned buffers.

use super::stream::Stream;
use super::{POLLS, on_a_small_ring, polled};
use crate::common::{SHARDS, Setup, each_backend, yield_now};
use spargio::BackendKind;
use spargio::net::TcpStream;
#[cfg(unix)]
use spargio::net::UnixStream;
use std::io;

const ROUNDS: usize = 400;

#[test]
fn dropped_reads_and_writes_of_halves_take_and_write_whole_numbers() {
    each_backend(&SHARDS, both::<TcpStream>);
    #[cfg(unix)]
    each_backend(&SHARDS, both::<UnixStream>);
}

/// There is always room for a number, so it is written whole or not at all.
pub(super) fn both<S: Stream>(setup: &Setup) {
    let has_ring = setup.backend == BackendKind::IoUring;
    on_a_small_ring(setup, async move |ctx| {
        let (near, far) = S::pair().await?;
        let ((_reading, near), (far, _writing)) = (near.halves(), far.halves());
        let writing = ctx.spawn_local(async move {
            let mut written = Vec::new();
            for number in 0..ROUNDS as u64 {
                let (times, bytes) = (number as usize / 3 % POLLS, number.to_le_bytes());
                let ended = match number % 3 {
                    0 => polled(times, near.write(bytes.to_vec()))
                        .await
                        .map(|(w, _)| w),
                    1 => {
                        let all = polled(times, near.write_all(bytes.to_vec())).await;
                        all.map(|(w, _)| w.map(|()| 8))
                    }
                    _ => {
                        let parts = vec![bytes[..3].to_vec(), bytes[3..].to_vec()];
                        let several = polled(times, near.write_vectored(parts)).await;
                        several.map(|(w, _)| w)
                    }
                };
                if let Some(bytes) = ended.transpose()? {
                    assert_eq!(bytes, 8);
                    written.push(number);
                }
                yield_now().await;
            }
            // Dropped, the half says that this was all.
            Ok::<_, io::Error>(written)
        });
        let (mut heard, mut polled_in_vain) = (Vec::new(), 0);
        for round in 0.. {
            let times = round % POLLS;
            let peeked = polled(times, far.peek(Vec::with_capacity(8))).await;
            peeked.map(|(peeked, _)| peeked).transpose()?;
            match polled(times, far.read(Vec::with_capacity(8))).await {
                Some((Ok(0), _)) => break,
                Some((read, number)) => {
                    assert_eq!(read?, 8);
                    heard.push(u64::from_le_bytes(number.try_into().unwrap()));
                }
                None => polled_in_vain += usize::from(times > 0),
            }
        }
        let mut written = writing.await.unwrap()?;
        assert!(heard.is_sorted_by(|one, next| one < next), "{heard:?}");
        // A read that is dropped may take what a ring has read for it with it.
        written.retain(|number| !heard.contains(number));
        let most = if has_ring { polled_in_vain } else { 0 };
        assert!(
            written.len() <= most,
            "{written:?}, {polled_in_vain} dropped"
        );
        Ok(())
    });
}
