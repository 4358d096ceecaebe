//! The example `http`, as its clients see it: hyper's own on Spargio's streams, curl, and some that are none.

#![cfg(target_os = "linux")]

#[path = "../common/mod.rs"]
mod common;
mod curl;
#[path = "../../examples/http/executor.rs"]
mod executor;
#[path = "../../examples/http/io.rs"]
mod io;
mod plain;
#[path = "../../examples/http/timer.rs"]
mod timer;

use common::{bytes, each_backend, run};
use executor::ShardExecutor;
use futures::future::join_all;
use futures::poll;
use http_body_util::{BodyExt, Empty, Full};
use hyper::body::Bytes;
use hyper::client::conn::{http1, http2};
use hyper::rt::Timer;
use hyper::{Method, Request, StatusCode, Version};
use io::HyperIo;
use spargio::ShardCtx;
use spargio::net::TcpStream;
use std::collections::BTreeSet;
use std::io::Error;
use std::time::Duration;
use timer::ShardTimer;

type Sender = http1::SendRequest<Full<Bytes>>;

/// A connection of hyper's client.
async fn connect(shard: &ShardCtx, address: &str) -> std::io::Result<Sender> {
    let stream = TcpStream::connect(address).await?;
    let (sender, connection) = http1::handshake(HyperIo(stream))
        .await
        .map_err(Error::other)?;
    shard.spawn_local(connection);
    Ok(sender)
}

/// Asks once and hears the whole answer.
async fn ask(
    sender: &mut Sender,
    method: Method,
    path: &str,
    body: impl Into<Bytes>,
) -> std::io::Result<(StatusCode, Bytes)> {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("host", "spargio.test")
        .body(Full::new(body.into()))
        .map_err(Error::other)?;
    sender.ready().await.map_err(Error::other)?;
    let answer = sender.send_request(request).await.map_err(Error::other)?;
    let status = answer.status();
    let body = answer.into_body().collect().await.map_err(Error::other)?;
    Ok((status, body.to_bytes()))
}

#[test]
fn requests_follow_each_other_on_one_connection() {
    each_backend(&[1, 2], |setup| {
        let server = setup.server("http", &[]);
        let (rt, address) = (setup.build(), server.address.clone());
        run(&rt, setup.last(), async move |shard| {
            let mut sender = connect(&shard, &address).await?;
            for visit in 1..=20 {
                let (status, body) = ask(&mut sender, Method::GET, "/hits", "").await?;
                assert_eq!(
                    (status, &body[..]),
                    (StatusCode::OK, format!("{visit}\n").as_bytes())
                );
            }
            let (status, page) = ask(&mut sender, Method::GET, "/", "").await?;
            assert_eq!(status, StatusCode::OK);
            assert!(page.starts_with(b"GET /hits"));
            let (status, body) = ask(&mut sender, Method::HEAD, "/", "").await?;
            assert_eq!((status, body.len()), (StatusCode::OK, 0));
            let (status, _) = ask(&mut sender, Method::GET, "/nowhere", "").await?;
            assert_eq!(status, StatusCode::NOT_FOUND);
            let (status, body) = ask(&mut sender, Method::DELETE, "/hits", "").await?;
            assert_eq!(status, StatusCode::METHOD_NOT_ALLOWED);
            assert_eq!(body, "allowed here: GET, HEAD\n");
            // After all that, the connection is as it was.
            let (_, body) = ask(&mut sender, Method::POST, "/echo", "hello").await?;
            assert_eq!(body, "hello");
            Ok(())
        });
        server.end();
    });
}

#[test]
fn every_visit_is_counted_once_whichever_shard_serves_it() {
    each_backend(&[1, 2, 4], |setup| {
        let server = setup.server("http", &[]);
        let (rt, address) = (setup.build(), server.address.clone());
        let (clients, visits) = (16, 25);
        let numbers = run(&rt, setup.last(), async move |shard| {
            let visitors = (0..clients).map(async |_| {
                let mut sender = connect(&shard, &address).await?;
                let mut numbers = Vec::new();
                for _ in 0..visits {
                    let (_, body) = ask(&mut sender, Method::GET, "/hits", "").await?;
                    let number = String::from_utf8_lossy(&body);
                    numbers.push(number.trim().parse::<u64>().map_err(Error::other)?);
                }
                Ok::<_, Error>(numbers)
            });
            let numbers: std::io::Result<Vec<_>> = join_all(visitors).await.into_iter().collect();
            Ok(numbers?.concat())
        });
        let distinct: BTreeSet<_> = numbers.iter().copied().collect();
        assert!(distinct.into_iter().eq(1..=clients * visits));
        server.end();
    });
}

#[test]
fn a_large_body_goes_both_ways() {
    each_backend(&[1, 2], |setup| {
        let server = setup.server("http", &[]);
        let (rt, address) = (setup.build(), server.address.clone());
        run(&rt, setup.last(), async move |shard| {
            let mut sender = connect(&shard, &address).await?;
            for len in [0, 1, 65_535, 16 << 20] {
                let sent = Bytes::from(bytes(len));
                let (status, heard) = ask(&mut sender, Method::POST, "/echo", sent.clone()).await?;
                assert_eq!(status, StatusCode::OK);
                assert!(heard == sent, "{len} bytes, {} heard", heard.len());
            }
            Ok(())
        });
        server.end();
    });
}

#[test]
fn many_requests_share_a_connection_of_http_2() {
    each_backend(&[1, 2], |setup| {
        let server = setup.server("http", &[]);
        let (rt, address) = (setup.build(), server.address.clone());
        run(&rt, setup.last(), async move |shard| {
            let stream = TcpStream::connect(&address).await?;
            let executor = ShardExecutor(shard.clone());
            let (sender, connection) = http2::handshake(executor, HyperIo(stream))
                .await
                .map_err(Error::other)?;
            shard.spawn_local(connection);
            let uri = format!("http://{address}/hits");
            let visits = (0..50).map(|_| {
                let (mut sender, request) = (sender.clone(), Request::get(&uri));
                async move {
                    let request = request.body(Empty::<Bytes>::new()).map_err(Error::other)?;
                    let answer = sender.send_request(request).await.map_err(Error::other)?;
                    assert_eq!(answer.version(), Version::HTTP_2);
                    let body = answer.into_body().collect().await.map_err(Error::other)?;
                    Ok::<_, Error>(body.to_bytes())
                }
            });
            let heard: std::io::Result<BTreeSet<_>> = join_all(visits).await.into_iter().collect();
            assert_eq!(heard?.len(), 50);
            Ok(())
        });
        server.end();
    });
}

#[test]
fn limits_of_hyper_can_be_put_off() {
    let (ms, hour) = (Duration::from_millis(1), Duration::from_secs(3600));
    each_backend(&[1, 2], |setup| {
        let rt = setup.build();
        run(&rt, setup.last(), async move |_| {
            let mut sleep = ShardTimer.sleep(hour);
            assert!(poll!(&mut sleep).is_pending());
            ShardTimer.reset(&mut sleep, ShardTimer.now() + ms);
            sleep.as_mut().await;
            ShardTimer.reset(&mut sleep, ShardTimer.now() + ms);
            ShardTimer.reset(&mut sleep, ShardTimer.now() + hour);
            ShardTimer.sleep_until(ShardTimer.now() + 20 * ms).await;
            assert!(poll!(&mut sleep).is_pending());
            Ok(())
        });
    });
}
