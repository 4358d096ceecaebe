#[spargio::main]
struct Main;

fn main() {}
