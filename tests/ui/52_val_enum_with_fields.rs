use spargio::RingVal;

#[derive(Clone, Copy, RingVal)]
enum Order {
    Buy(u32),
    Hold,
}

#[derive(Clone, Copy, RingVal)]
enum Never {}

fn main() {}
