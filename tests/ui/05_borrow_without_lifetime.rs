use spargio::RingMsg;

#[derive(RingMsg)]
enum LogMsg {
    Line(&str),
}

fn main() {}
