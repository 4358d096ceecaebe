use spargio::RingMsg;

#[derive(RingMsg)]
enum LogMsg {
    #[ring(inline)]
    Line { level: u8, text: String },
}

fn main() {}
