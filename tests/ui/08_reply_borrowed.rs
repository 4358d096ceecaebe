use spargio::RingMsg;

#[derive(RingMsg)]
enum ListMsg {
    #[ring(reply = &'a str)]
    First,
    #[ring(reply = Option<&str>)]
    Last,
}

fn main() {}
