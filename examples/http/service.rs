//! What is served: a page, a counter that all shards share, and an echo.

use http_body_util::{Either, Full};
use hyper::body::{Bytes, Incoming};
use hyper::header::ALLOW;
use hyper::{Method, Request, Response, StatusCode};
use spargio::{Cx, RingMsg, ShardCtx, shard_actor};
use std::convert::Infallible;

/// A short text, or what the client sends.
type Body = Either<Full<Bytes>, Incoming>;

const PAGE: &str = "\
GET /hits    how often this was asked for
POST /echo   sends the body back
";

/// What the counter understands.
#[derive(RingMsg)]
pub(crate) enum HitsMsg {
    /// The number of this visit.
    #[ring(reply = u64)]
    Hit,
}

#[shard_actor(msg = HitsMsg)]
#[derive(Default)]
pub(crate) struct Hits {
    count: u64,
}

impl HitsBehavior for Hits {
    async fn hit(&mut self, _: &Cx<Self>) -> u64 {
        self.count += 1;
        self.count
    }
}

/// Answers one request, on whichever shard its connection is.
pub(crate) async fn answer(
    request: Request<Incoming>,
    hits: HitsHandle,
    shard: ShardCtx,
) -> Result<Response<Body>, Infallible> {
    let (method, path) = (request.method(), request.uri().path());
    Ok(match (path, method) {
        // What answers a HEAD is sent without its body.
        ("/", &Method::GET | &Method::HEAD) => text(StatusCode::OK, PAGE),
        ("/hits", &Method::GET | &Method::HEAD) => match hits.hit(&shard).await {
            Ok(count) => text(StatusCode::OK, format!("{count}\n")),
            Err(error) => text(StatusCode::SERVICE_UNAVAILABLE, format!("{error}\n")),
        },
        // Sent back as it comes: of a large body only what is on its way is held.
        ("/echo", &Method::POST) => Response::new(Either::Right(request.into_body())),
        ("/" | "/hits", _) => allowed("GET, HEAD"),
        ("/echo", _) => allowed("POST"),
        _ => text(StatusCode::NOT_FOUND, format!("there is no {path}\n")),
    })
}

fn text(status: StatusCode, text: impl Into<Bytes>) -> Response<Body> {
    let mut response = Response::new(Either::Left(Full::new(text.into())));
    *response.status_mut() = status;
    response
}

fn allowed(methods: &'static str) -> Response<Body> {
    let mut response = text(
        StatusCode::METHOD_NOT_ALLOWED,
        format!("allowed here: {methods}\n"),
    );
    let methods = hyper::header::HeaderValue::from_static(methods);
    response.headers_mut().insert(ALLOW, methods);
    response
}
