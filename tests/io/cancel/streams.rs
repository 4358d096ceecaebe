//! Reading from streams and writing to them.

use super::stream::Stream;
use super::{POLLS, on_a_small_ring, polled};
use crate::common::{SHARDS, Setup, each_backend, eventually, yield_now};
use futures::{AsyncReadExt, AsyncWriteExt};
use spargio::BackendKind;
use spargio::net::TcpStream;
#[cfg(unix)]
use spargio::net::UnixStream;
use std::io;
use std::sync::{Arc, Mutex};

const ROUNDS: usize = 400;

#[test]
fn a_dropped_read_takes_no_more_than_its_own_part() {
    each_backend(&SHARDS, reads::<TcpStream>);
    #[cfg(unix)]
    each_backend(&SHARDS, reads::<UnixStream>);
}

/// Each number is written whole, and each read has room for one.
pub(super) fn reads<S: Stream>(setup: &Setup) {
    let has_ring = setup.backend == BackendKind::IoUring;
    on_a_small_ring(setup, async move |ctx| {
        let (near, far) = S::pair().await?;
        let writing = ctx.spawn_local(async move {
            for number in 0..ROUNDS as u64 {
                near.write_all_owned(number.to_le_bytes().to_vec())
                    .await
                    .0?;
                yield_now().await;
            }
            near.end()
        });
        let (mut heard, mut polled_in_vain, mut canaries) = (Vec::new(), 0, Vec::new());
        for round in 0.. {
            let times = round % POLLS;
            // It takes nothing, ended or not.
            let peeked = polled(times, far.peek_owned(Vec::with_capacity(8))).await;
            peeked.map(|(peeked, _)| peeked).transpose()?;
            match polled(times, far.read_owned(Vec::with_capacity(8))).await {
                Some((Ok(0), _)) => break,
                Some((read, number)) => {
                    assert_eq!(read?, 8);
                    heard.push(u64::from_le_bytes(number.try_into().unwrap()));
                }
                None => polled_in_vain += usize::from(times > 0),
            }
            // Where the buffer was, perhaps: nothing may be written there any more.
            canaries.push(vec![0xA5_u8; 8]);
        }
        writing.await.unwrap()?;
        assert!(canaries.iter().flatten().all(|byte| *byte == 0xA5));
        assert!(heard.is_sorted_by(|one, next| one < next), "{heard:?}");
        let lost = ROUNDS - heard.len();
        let most = if has_ring { polled_in_vain } else { 0 };
        assert!(lost <= most, "{lost} lost, {polled_in_vain} dropped");
        Ok(())
    });
}

#[test]
fn peeking_and_polling_to_read_take_nothing_that_is_not_given_out() {
    each_backend(&SHARDS, reads_that_take_nothing::<TcpStream>);
    #[cfg(unix)]
    each_backend(&SHARDS, reads_that_take_nothing::<UnixStream>);
}

pub(super) fn reads_that_take_nothing<S: Stream>(setup: &Setup) {
    on_a_small_ring(setup, async |ctx| {
        let (mut near, far) = S::pair().await?;
        let sent: Vec<u8> = (0..ROUNDS * 50).map(|n| (n % 251) as u8).collect();
        let expected = sent.clone();
        let writing = ctx.spawn_local(async move {
            for piece in sent.chunks(50) {
                AsyncWriteExt::write_all(&mut near, piece).await?;
                yield_now().await;
            }
            near.close().await
        });
        let (mut reading, _writing) = far.halves();
        let mut got = Vec::new();
        for round in 0.. {
            let times = round % POLLS;
            if let Some((peeked, bytes)) = polled(times, reading.peek(vec![0; 16])).await {
                let there = expected.get(got.len()..).unwrap_or_default();
                assert!(there.starts_with(&bytes[..peeked?]));
            }
            let mut bytes = [0; 30];
            let read = AsyncReadExt::read(&mut reading, &mut bytes);
            match polled(times, read).await.transpose()? {
                Some(0) => break,
                Some(read) => got.extend_from_slice(&bytes[..read]),
                None => {}
            }
        }
        writing.await.unwrap()?;
        assert!(got == expected, "{} of {}", got.len(), expected.len());
        Ok(())
    });
}

#[test]
fn a_dropped_write_has_written_a_beginning_or_nothing() {
    each_backend(&SHARDS, writes::<TcpStream>);
    #[cfg(unix)]
    each_backend(&SHARDS, writes::<UnixStream>);
}

/// Much more than fits, all bytes of one message its number.
const MESSAGE: usize = 100_000;
const MESSAGES: usize = 60;

/// So much of a message was written, at least and at most.
type Written = (usize, usize);

pub(super) fn writes<S: Stream>(setup: &Setup) {
    // The buffers: each is let go of once.
    let buffers: Arc<Mutex<Vec<Arc<[u8]>>>> = Arc::default();
    let written = buffers.clone();
    on_a_small_ring(setup, async move |ctx| {
        let (mut near, far) = S::pair().await?;
        near.hold_little()?;
        let reading = ctx.spawn_local(async move {
            let (mut heard, mut buffer) = (Vec::new(), Vec::with_capacity(30_000));
            loop {
                let (read, back) = far.read_owned(buffer).await;
                if read? == 0 {
                    return Ok::<_, io::Error>(heard);
                }
                heard.extend_from_slice(&back);
                buffer = back;
                yield_now().await;
            }
        });
        let mut bounds = Vec::new();
        for number in 0..MESSAGES {
            let message: Arc<[u8]> = vec![number as u8; MESSAGE].into();
            written.lock().unwrap().push(message.clone());
            bounds.push(write(&mut near, number, message).await?);
        }
        near.end()?;
        let heard = reading.await.unwrap()?;
        assert!(heard.is_sorted(), "messages are mixed");
        for (number, (least, most)) in bounds.into_iter().enumerate() {
            let count = heard.iter().filter(|b| usize::from(**b) == number).count();
            assert!((least..=most).contains(&count), "{number}: {count}");
        }
        Ok(())
    });
    let buffers = buffers.lock().unwrap();
    eventually("all buffers are let go of", || {
        buffers.iter().all(|buffer| Arc::strong_count(buffer) == 1)
    });
}

/// Writes a message in one of the ways there are, and drops that after some polls.
async fn write<S: Stream>(near: &mut S, number: usize, message: Arc<[u8]>) -> io::Result<Written> {
    let times = number / 4 % POLLS;
    let written = match number % 4 {
        0 => polled(times, near.write_owned(message))
            .await
            .map(|(w, _)| w),
        1 => {
            let all = polled(times, near.write_all_owned(message)).await;
            all.map(|(w, _)| w.map(|()| MESSAGE))
        }
        2 => {
            let halves = vec![
                message[..MESSAGE / 2].to_vec(),
                message[MESSAGE / 2..].to_vec(),
            ];
            let written = polled(times, near.write_several(halves)).await;
            // It waits first and then writes at once: one that has not ended has written nothing.
            Some(written.map_or(Ok(0), |(w, _)| w))
        }
        _ => {
            let written = polled(times, AsyncWriteExt::write(near, &message)).await;
            Some(written.unwrap_or(Ok(0)))
        }
    };
    Ok(match written.transpose()? {
        Some(written) => (written, written),
        None if times == 0 => (0, 0),
        None => (0, MESSAGE),
    })
}
