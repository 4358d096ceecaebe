use spargio::RingMsg;

#[derive(RingMsg)]
enum MoveMsg {
    #[ring(inline)]
    By {
        x: u32,
        y: u32,
        z: u32,
    },
    Stop2,
}

fn main() {}
