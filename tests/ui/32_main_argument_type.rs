#[spargio::main]
async fn main(cx: u32) {}
