#[spargio::main]
async fn main(cx: spargio::ShardCtx, more: u32) {}
