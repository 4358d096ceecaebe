use spargio::RingVal;

#[derive(Clone, Copy, RingVal)]
struct Name(&'static str);

fn main() {}
