use spargio::RingMsg;

#[derive(RingMsg)]
enum TaskMsg {
    Stop,
    #[ring(reply = u32)]
    Id,
    Clone,
    Priority(u8),
    #[ring(method = try_send)]
    Try,
}

fn main() {}
