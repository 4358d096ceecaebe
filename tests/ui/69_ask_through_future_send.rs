use spargio::{RingMsg, ShardCtx};

#[derive(RingMsg)]
enum CounterMsg {
    #[ring(reply = u64)]
    Get,
}

fn is_send<T: Send>(_: T) {}

fn ask(counter: CounterHandle, cx: &ShardCtx) {
    is_send(counter.get(cx));
}

fn main() {}
