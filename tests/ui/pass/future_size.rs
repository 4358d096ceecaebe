//! A message's future holds what the handler was given, and nothing of the way it came.

use spargio::__private::Dispatch;
use spargio::{Cx, RingMsg, shard_actor};

#[derive(RingMsg)]
enum BulkMsg {
    Big([u8; 1000]),
    Other([u8; 900], u8),
    #[ring(reply = u8)]
    Ask([u8; 700]),
}

#[shard_actor(msg = BulkMsg)]
struct Bulk;

impl BulkBehavior for Bulk {
    async fn big(&mut self, _: &Cx<Self>, _: [u8; 1000]) {
        std::future::pending::<()>().await;
    }
    async fn other(&mut self, _: &Cx<Self>, _: [u8; 900], _: u8) {
        std::future::pending::<()>().await;
    }
    async fn ask(&mut self, _: &Cx<Self>, _: [u8; 700]) -> u8 {
        std::future::pending().await
    }
}

fn size<F>(_: impl FnOnce() -> F) -> usize {
    size_of::<F>()
}

#[allow(unreachable_code)]
fn main() {
    let handler = size(|| Bulk::big(unreachable!(), unreachable!(), unreachable!()));
    let dispatch =
        size(|| BulkMsg::__dispatch(unreachable!() as &mut Bulk, unreachable!(), unreachable!()));
    assert!(
        dispatch <= handler + 64,
        "{dispatch} bytes to dispatch, {handler} to handle"
    );
}
