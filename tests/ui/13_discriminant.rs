use spargio::RingMsg;

#[derive(RingMsg)]
enum BlinkMsg {
    On = 5,
    Off = 6,
}

fn main() {}
