use spargio::RingMsg;

#[derive(RingMsg)]
enum CounterMsg {
    Add {
        n: u32,
    },
    #[ring(reply = u64)]
    Get,
}

async fn look(counter: CounterHandle) {
    let _ = counter.get().await;
}

fn main() {}
