#[spargio::main(shards = 0, backend = "iouring", carry = "lane")]
async fn main() {}
