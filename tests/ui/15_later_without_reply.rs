use spargio::RingMsg;

#[derive(RingMsg)]
enum QueueMsg {
    #[ring(later)]
    Pop,
}

fn main() {}
