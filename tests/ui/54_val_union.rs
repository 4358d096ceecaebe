use spargio::RingVal;

#[derive(Clone, Copy, RingVal)]
union Bits {
    a: u32,
    b: f32,
}

fn main() {}
