use spargio::RingVal;

#[derive(Clone, Copy, RingVal)]
struct Point {
    x: u16,
    y: u16,
}

#[derive(Clone, Copy, RingVal)]
struct Nothing;

fn main() {}
