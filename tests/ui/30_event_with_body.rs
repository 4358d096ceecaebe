use spargio::{RemoteShard, RingMsg};

#[derive(RingMsg)]
enum BlinkMsg {
    On,
    Text(String),
}

#[derive(RingMsg)]
enum AskMsg {
    #[ring(reply = u8)]
    Get,
}

fn send(port: &RemoteShard) {
    let _ = port.send(BlinkMsg::On);
    let _ = port.send(AskMsg::Get);
}

fn main() {}
