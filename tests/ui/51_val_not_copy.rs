use spargio::RingVal;

#[derive(RingVal)]
struct Price(u32);

fn main() {}
