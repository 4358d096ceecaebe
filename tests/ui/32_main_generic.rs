#[spargio::main]
async fn main<T>(cx: T) {}
