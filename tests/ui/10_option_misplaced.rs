use spargio::RingMsg;

#[derive(RingMsg)]
#[ring(reply = u64, mailbox = 3)]
enum CounterMsg {
    #[ring(asks(AuditMsg))]
    Get,
    Add {
        #[ring(inline)]
        n: u32,
    },
}

fn main() {}
