use spargio::ShardCtx;

struct Plain;

fn start(cx: &ShardCtx) {
    let _ = cx.start(Plain);
}

fn main() {}
