use spargio::RingMsg;

#[derive(RingMsg)]
enum WordMsg {
    Match,
    Gen,
    Super,
    #[ring(method = type)]
    Kind,
}

fn main() {}
