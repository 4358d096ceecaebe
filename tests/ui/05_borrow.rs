use spargio::RingMsg;

#[derive(RingMsg)]
enum LogMsg<'a> {
    Line(&'a str),
    Fixed(&'static str),
}

fn main() {}
